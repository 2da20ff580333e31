import { holdScreens } from './every-screen.ts';
import { SETUP_SCENES } from './scenes.ts';

/** What is seen when something is set up, and what support looks at. */
holdScreens(SETUP_SCENES);
