import type { NewLogEntry } from '../../shared/domain/sync-log.ts';

/** What an entry of the log says of what belongs to no run and to no mapping. */
export const ENTRY: Omit<NewLogEntry, 'at' | 'operation' | 'status' | 'message' | 'code'> = {
  runId: null,
  accountId: null,
  mappingId: null,
  provider: null,
  direction: null,
  bookingId: null,
  externalId: null,
  technicianId: null,
  projectId: null,
  durationMs: null,
  attempt: null,
  payload: null,
};
