import { z } from 'zod';

export const LOG_STATUSES = ['ok', 'error', 'retry'] as const;
export type LogStatus = (typeof LOG_STATUSES)[number];

/** One thing the sync did, tried to do or decided, as support reads it. */
const LogEntry = z.object({
  id: z.number().int(),
  /** UTC instant. */
  at: z.string(),
  runId: z.string().nullable(),
  accountId: z.string().nullable(),
  mappingId: z.string().nullable(),
  provider: z.string().nullable(),
  /** `import`: calendar to booking system; `export`: booking system to calendar. */
  direction: z.enum(['import', 'export']).nullable(),
  operation: z.string(),
  status: z.enum(LOG_STATUSES),
  bookingId: z.string().nullable(),
  /** The calendar's event id. */
  externalId: z.string().nullable(),
  technicianId: z.string().nullable(),
  projectId: z.string().nullable(),
  message: z.string(),
  code: z.string().nullable(),
  durationMs: z.number().nullable(),
  /** Which try this was, from 1. */
  attempt: z.number().int().nullable(),
  /** Redacted: what was sent or answered, for support. */
  payload: z.unknown(),
});
export type LogEntry = Readonly<z.infer<typeof LogEntry>>;

export type NewLogEntry = Omit<LogEntry, 'id'>;

export const LogFilter = z.object({
  status: z.enum(LOG_STATUSES).exactOptional(),
  provider: z.string().exactOptional(),
  /** UTC instants; `to` is exclusive. */
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  /** The id of a technician, project, booking or event; or words of an entry, of which the last may be begun only. */
  search: z.string().exactOptional(),
  /** From 1. */
  page: z.number().int().min(1).exactOptional(),
});
export type LogFilter = Readonly<z.infer<typeof LogFilter>>;

/** 100 entries, newest first. */
export const LogPage = z.object({
  items: z.array(LogEntry).readonly(),
  page: z.number().int(),
  pages: z.number().int(),
  total: z.number().int(),
});
export type LogPage = Readonly<z.infer<typeof LogPage>>;
