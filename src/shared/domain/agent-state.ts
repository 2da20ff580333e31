import { z } from 'zod';

const Instant = z.iso.datetime();

/** The last run that came to its end, in one line. */
export const LastRun = z.object({
  runId: z.string(),
  startedAt: Instant,
  finishedAt: Instant,
  ok: z.boolean(),
  /** Events and busy blocks that were written or removed, and proposals that were accepted. */
  changes: z.number().int().min(0),
  /** Accounts that failed, and why. */
  problems: z.array(z.object({ accountId: z.string(), code: z.string(), message: z.string() })),
});
export type LastRun = z.infer<typeof LastRun>;

/** What runs unattended, as tray, window and `status` show it. Instants are UTC. */
export const AgentState = z.object({
  /** The timer is on: unattended runs happen. False before `start` and after `stop`. */
  started: z.boolean(),
  /** A run is under way, unattended or asked for. */
  running: z.boolean(),
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
export type AgentState = z.infer<typeof AgentState>;
