import { z } from 'zod';
import { Account, ProviderName } from './account.ts';
import { Technician } from './booking.ts';
import { Maintenance } from './maintenance.ts';
import { Mapping } from './mapping.ts';
import { SyncProgress } from './sync-progress.ts';
import { Failure } from './sync-result.ts';
import { UpdateState } from './update.ts';

/** How the whole program stands, in one word; `status.ts` says it in a sentence. */
export const OverallState = z.enum([
  'not-enrolled',
  'no-accounts',
  'syncing',
  'paused',
  'offline',
  'needs-sign-in',
  'error',
  'attention',
  'up-to-date',
]);
export type OverallState = z.infer<typeof OverallState>;

/** A sign-in that waits in the browser, or how it ended. */
export const PendingSignIn = z.object({
  id: z.string(),
  provider: ProviderName,
  /** Where to sign in: opened by the host, and shown to be copied. */
  url: z.string().nullable(),
  startedAt: z.string(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('waiting') }),
    z.object({ kind: z.literal('connected'), accountId: z.string(), email: z.string() }),
    z.object({ kind: z.literal('failed'), error: Failure }),
  ]),
});
export type PendingSignIn = Readonly<z.infer<typeof PendingSignIn>>;

/** The last run that came to its end. */
export const LastRun = z.object({
  runId: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  ok: z.boolean(),
  /** What it did, over all accounts. */
  added: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
});
export type LastRun = Readonly<z.infer<typeof LastRun>>;

/**
 * Everything that tray, window and status show at a glance, in one value. Sent whole on every change, so that each
 * window is right after any message it missed. Times are UTC instants.
 */
export const Snapshot = z.object({
  /** Grows with every change: a window keeps the newest. */
  revision: z.number().int(),
  state: OverallState,
  enrolled: z.boolean(),
  technician: Technician.nullable(),
  /** Host name of the booking system, for a person. */
  bookingSystem: z.string().nullable(),
  accounts: z.array(Account).readonly(),
  mappings: z.array(Mapping.extend({ mappingId: z.string() })).readonly(),
  /** What the run under way last said of itself. */
  progress: SyncProgress.nullable(),
  lastRun: LastRun.nullable(),
  nextRunAt: z.string().nullable(),
  /** Until when nothing runs by itself; `resumed` until somebody says so. */
  pausedUntil: z.union([z.iso.datetime(), z.literal('resumed')]).nullable(),
  offlineSince: z.string().nullable(),
  failingSince: z.string().nullable(),
  conflicts: z.number().int(),
  holds: z.number().int(),
  /** Left out where nothing was found. */
  maintenance: Maintenance.exactOptional(),
  signIns: z.array(PendingSignIn).readonly(),
  host: z.object({
    kind: z.enum(['electron', 'headless']),
    version: z.string(),
    /** How its user writes dates and numbers, BCP 47; null where only the browser that shows the screens knows. */
    locale: z.string().nullable(),
    /** Where programs of this computer reach what it serves, feeds above all; null while it serves nothing. */
    origin: z.string().nullable(),
    /** Not null where all of it is made up, to try the program with: where the real one is, if that is in a browser. */
    sample: z.object({ leaveTo: z.string().nullable() }).nullable(),
  }),
  /** Where the sample that was started from here is, once it is there. */
  sample: z.object({ url: z.string() }).nullable(),
  /** Null where the program does not update itself. */
  update: UpdateState.nullable(),
});
export type Snapshot = Readonly<z.infer<typeof Snapshot>>;
