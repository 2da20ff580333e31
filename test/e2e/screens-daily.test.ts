import { holdScreens } from './every-screen.ts';
import { DAILY_SCENES } from './scenes.ts';

/** What a technician sees from day to day. */
holdScreens(DAILY_SCENES);
