import { z } from 'zod';
import { LastRun } from './snapshot.ts';
import { SyncProgress } from './sync-progress.ts';

const Instant = z.iso.datetime();

/** What runs unattended, as tray, window and `status` show it. Instants are UTC. */
export const AgentState = z.object({
  /** The timer is on: unattended runs happen. False before `start` and after `stop`. */
  started: z.boolean(),
  /** A run is under way, unattended or asked for. */
  running: z.boolean(),
  /** What the run under way last said of itself. */
  progress: SyncProgress.nullable(),
  /** Null while nothing is planned: stopped, paused until resumed, or nothing to sync yet. */
  nextRunAt: Instant.nullable(),
  /** Until when unattended runs wait; `resumed`: until somebody resumes. Null: not paused. */
  pausedUntil: z.union([Instant, z.literal('resumed')]).nullable(),
  /** Since when nothing at all has answered. */
  offlineSince: Instant.nullable(),
  /** Since when no run has been without a failure. */
  failingSince: Instant.nullable(),
  /** Runs in a row that failed: what an alert counts. Being offline is not one. */
  failures: z.number().int().min(0),
  lastRun: LastRun.nullable(),
});
export type AgentState = Readonly<z.infer<typeof AgentState>>;
