export const LOG_STATUSES = ['ok', 'error', 'retry'] as const;
export type LogStatus = (typeof LOG_STATUSES)[number];

/** One thing the sync did, tried to do or decided, as support reads it. */
export interface LogEntry {
  readonly id: number;
  /** UTC instant. */
  readonly at: string;
  readonly runId: string | null;
  readonly accountId: string | null;
  readonly mappingId: string | null;
  readonly provider: string | null;
  /** `import`: calendar to booking system; `export`: booking system to calendar. */
  readonly direction: 'import' | 'export' | null;
  readonly operation: string;
  readonly status: LogStatus;
  readonly bookingId: string | null;
  /** The calendar's event id. */
  readonly externalId: string | null;
  readonly technicianId: string | null;
  readonly projectId: string | null;
  readonly message: string;
  readonly code: string | null;
  readonly durationMs: number | null;
  /** Which try this was, from 1. */
  readonly attempt: number | null;
  /** Redacted: what was sent or answered, for support. */
  readonly payload: unknown;
}

export type NewLogEntry = Omit<LogEntry, 'id'>;
