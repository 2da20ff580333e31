/** The documents that `--json` prints, as the design of the host describes them. */
import { z } from 'zod';
import { ERROR_CODES } from '../../src/shared/rpc/errors.ts';

const Instant = z.iso.datetime();
const Count = z.int().min(0);
const Coded = z.object({ code: z.enum(ERROR_CODES), message: z.string().min(1) });

const Provider = z.enum(['google', 'microsoft', 'ics', 'caldav']);

export const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) });

export const ErrorDocument = z.strictObject({ error: z.strictObject(Coded.shape) });

export const ConnectDocument = z.strictObject({
  accountId: z.string(),
  provider: Provider,
  email: z.string(),
});
export type ConnectDocument = z.infer<typeof ConnectDocument>;

export const AccountDocument = z.object({
  id: z.string(),
  provider: Provider,
  email: z.string(),
  state: z.enum(['connected', 'needs-sign-in', 'read-only', 'error', 'paused']),
  tokenExpiresAt: Instant.nullable(),
  lastSyncedAt: Instant.nullable(),
  error: Coded.nullable(),
});

export const CalendarDocument = z.object({ id: z.string(), name: z.string() });

export const MappingDocument = z.object({
  id: z.string(),
  mappingId: z.string(),
  accountId: z.string(),
  calendarId: z.string(),
  direction: z.enum(['import', 'export', 'two-way']),
  visibility: z.enum(['busy-only', 'details']),
  technicianId: z.string(),
  projectId: z.string().nullable(),
  onDelete: z.enum(['restore', 'leave', 'ask']),
  pastDays: z.int(),
  futureDays: z.int(),
  skip: z.array(z.enum(['all-day', 'tentative', 'private'])),
  skipTitle: z.string().nullable(),
  enabled: z.boolean(),
});

const Side = z.strictObject({
  created: Count,
  updated: Count,
  deleted: Count,
  unchanged: Count,
  skipped: Count,
});

const AccountResult = z.strictObject({
  accountId: z.string(),
  provider: z.string(),
  ok: z.boolean(),
  error: z.strictObject(Coded.shape).nullable(),
  mappings: z.array(
    z.strictObject({
      mappingId: z.string(),
      calendarId: z.string(),
      direction: z.enum(['import', 'export', 'two-way']),
      imported: Side,
      exported: Side,
      proposed: Count,
      conflicts: Count,
      held: Count,
    }),
  ),
  requests: z.strictObject({ provider: Count, booking: Count }),
});

export const SyncDocument = z.strictObject({
  runId: z.string(),
  startedAt: Instant,
  finishedAt: Instant,
  ok: z.boolean(),
  dryRun: z.literal(false),
  accounts: z.array(AccountResult),
});

export const DryRunDocument = SyncDocument.extend({
  dryRun: z.literal(true),
  operations: z.array(
    z.object({
      kind: z.string(),
      side: z.enum(['calendar', 'booking']),
      id: z.string(),
      title: z.string(),
      reason: z.string().min(1),
    }),
  ),
});

export const StatusDocument = z.strictObject({
  enrolled: z.boolean(),
  technician: z.object({ id: z.string(), name: z.string() }).nullable(),
  state: z.string(),
  accounts: z.array(AccountDocument),
  mappings: z.array(MappingDocument),
  lastRun: z.object({ runId: z.string(), finishedAt: Instant, ok: z.boolean() }).nullable(),
  nextRunAt: Instant.nullable(),
  conflicts: Count,
  holds: Count,
});

const Version = z.object({ title: z.string(), start: z.string(), end: z.string() });

export const ConflictDocument = z.object({
  id: z.string(),
  bookingId: z.string(),
  fields: z.array(z.string()),
  booking: Version,
  calendar: Version,
});

export const HoldDocument = z.strictObject({
  id: z.string(),
  mappingId: z.string(),
  createdAt: Instant,
  reason: z.string().min(1),
  deletions: z.array(z.strictObject({ id: z.string(), title: z.string(), start: z.string() })),
});

export const LogDocument = z.strictObject({
  items: z.array(
    z.object({
      id: z.int(),
      at: Instant,
      runId: z.string().nullable(),
      accountId: z.string().nullable(),
      mappingId: z.string().nullable(),
      provider: z.string().nullable(),
      direction: z.enum(['import', 'export']).nullable(),
      operation: z.string(),
      status: z.enum(['ok', 'error', 'retry']),
      bookingId: z.string().nullable(),
      externalId: z.string().nullable(),
      technicianId: z.string().nullable(),
      projectId: z.string().nullable(),
      message: z.string(),
      code: z.string().nullable(),
      payload: z.unknown(),
    }),
  ),
  page: z.int().min(1),
  pages: z.int().min(1),
  total: Count,
});

export const ExplainDocument = z.strictObject({
  id: z.string(),
  links: z.array(z.object({ kind: z.enum(['export', 'import']), mappingId: z.string() })),
  mapping: z.object({ id: z.string() }).nullable(),
  decisions: z.array(z.strictObject({ at: Instant, operation: z.string(), reason: z.string() })),
});

export const DemoDocument = SyncDocument.extend({
  checks: z.record(z.string(), z.boolean()),
});

export const SandboxDocument = z.strictObject({
  urls: z.record(z.string(), z.url()),
  env: z.record(z.string(), z.string()),
});
