import { initialSchema } from './0001-initial.ts';
import { feedSchema } from './0002-feeds.ts';
import { unattendedSchema } from './0003-unattended.ts';
import { channelSchema } from './0004-channels.ts';
import { stageInMemory } from './0005-stage-in-memory.ts';
import { logSearchSchema } from './0006-log-search.ts';
import { logKindsSchema } from './0007-log-kinds.ts';
import { blockBatchesSchema } from './0008-block-batches.ts';
import { writtenEventsSchema } from './0009-written-events.ts';

export interface Migration {
  /** What `PRAGMA user_version` says once it has run; versions follow each other without a gap, from 1. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Every step from an empty database to today's schema. A released step is never edited: add the next one. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'initial', sql: initialSchema },
  { version: 2, name: 'feeds', sql: feedSchema },
  { version: 3, name: 'unattended', sql: unattendedSchema },
  { version: 4, name: 'channels', sql: channelSchema },
  { version: 5, name: 'stage in memory', sql: stageInMemory },
  { version: 6, name: 'log-search', sql: logSearchSchema },
  { version: 7, name: 'log-kinds', sql: logKindsSchema },
  { version: 8, name: 'block-batches', sql: blockBatchesSchema },
  { version: 9, name: 'written-events', sql: writtenEventsSchema },
];
