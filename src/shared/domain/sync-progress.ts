import { z } from 'zod';

/** What a run is busy with. An answer may lead to a further plan, so that a phase can come again. */
export const SyncPhase = z.enum([
  /** Reading the booking system, once for all accounts. */
  'read-bookings',
  /** Reading a calendar. */
  'read-calendar',
  /** Proposing the technician's moves to the booking system. */
  'propose',
  /** Writing events to the calendar. */
  'write-events',
  /** Writing busy times to the booking system. */
  'write-blocks',
  /** The account is through, well or not. */
  'finished',
]);
export type SyncPhase = z.infer<typeof SyncPhase>;

/** How far a run has come: counts only, never a title. For whoever watches; nothing is decided by it. */
export const SyncProgress = z.object({
  runId: z.string(),
  /** Null for what concerns every account. */
  accountId: z.string().nullable(),
  /** Null for what concerns every mapping of the account. */
  mappingId: z.string().nullable(),
  phase: SyncPhase,
  /** Items read, or operations settled, of this phase since the run began. */
  done: z.number().int().min(0),
  /** Of how many; null while that is unknown, as when reading. Grows when more is planned. */
  total: z.number().int().min(0).nullable(),
});
export type SyncProgress = z.infer<typeof SyncProgress>;
