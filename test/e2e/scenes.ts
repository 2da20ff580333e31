import { CONFLICT_SCENES } from './conflict-scenes.ts';
import { CONNECTION_SCENES } from './connection-scenes.ts';
import { FEED_SCENES } from './feed-scenes.ts';
import { FIRST_RUN_SCENES } from './first-run-scenes.ts';
import { LOG_SCENES } from './log-scenes.ts';
import { MAPPING_SCENES } from './mapping-scenes.ts';
import { OVERVIEW_SCENES } from './overview-scenes.ts';
import type { Scene } from './scene.ts';
import { SETTINGS_SCENES } from './settings-scenes.ts';

/** What a technician sees from day to day. */
export const DAILY_SCENES: readonly Scene[] = [
  ...OVERVIEW_SCENES,
  ...MAPPING_SCENES,
  ...CONFLICT_SCENES,
  ...FEED_SCENES,
];

/** What is seen when something is set up, and what support looks at. */
export const SETUP_SCENES: readonly Scene[] = [
  ...FIRST_RUN_SCENES,
  ...CONNECTION_SCENES,
  ...LOG_SCENES,
  ...SETTINGS_SCENES,
];

export const SCENES: readonly Scene[] = [...DAILY_SCENES, ...SETUP_SCENES];
