import { z } from 'zod';
import { ERROR_CODES } from '../rpc/errors.ts';
import { Discrepancy } from './discrepancy.ts';
import { Direction } from './mapping.ts';

const SideResult = z.object({
  created: z.number().int(),
  updated: z.number().int(),
  deleted: z.number().int(),
  unchanged: z.number().int(),
  skipped: z.number().int(),
});
export type SideResult = Readonly<z.infer<typeof SideResult>>;

/** What went wrong, as a person reads it. */
export const Failure = z.object({ code: z.enum(ERROR_CODES), message: z.string() });

const MappingResult = z.object({
  mappingId: z.string(),
  calendarId: z.string(),
  direction: Direction,
  imported: SideResult,
  exported: SideResult,
  proposed: z.number().int(),
  /** New in this run; what waits in all is in the snapshot. */
  conflicts: z.number().int(),
  /** Deletions that wait for a decision. */
  held: z.number().int(),
  /** What kept this mapping alone from being synced. */
  error: Failure.exactOptional(),
});
export type MappingResult = Readonly<z.infer<typeof MappingResult>>;

const AccountResult = z.object({
  accountId: z.string(),
  provider: z.string(),
  ok: z.boolean(),
  error: Failure.nullable(),
  mappings: z.array(MappingResult).readonly(),
  requests: z.object({ provider: z.number().int(), booking: z.number().int() }),
});
export type AccountResult = Readonly<z.infer<typeof AccountResult>>;

const PlannedOperation = z.object({
  kind: z.string(),
  side: z.enum(['calendar', 'booking']),
  id: z.string(),
  title: z.string(),
  reason: z.string(),
  mappingId: z.string(),
});
export type PlannedOperation = Readonly<z.infer<typeof PlannedOperation>>;

/** What one run did: the document that `sync --json` prints (`host.md`). Times are UTC instants. */
export const SyncResult = z.object({
  runId: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  ok: z.boolean(),
  dryRun: z.boolean(),
  accounts: z.array(AccountResult).readonly(),
  /** With a dry run: what would be done. */
  operations: z.array(PlannedOperation).readonly().exactOptional(),
  /** With a repair: what was found, and is put right unless it is held. */
  discrepancies: z.array(Discrepancy).readonly().exactOptional(),
});
export type SyncResult = Readonly<z.infer<typeof SyncResult>>;
