import type { NewLogEntry } from '../../shared/domain/sync-log.ts';
import type { MappingContext, RunContext } from './context.ts';

type Said = Pick<NewLogEntry, 'direction' | 'operation' | 'status' | 'message'> & Partial<NewLogEntry>;

/** A line of the sync log with what every line of a mapping shares. */
export function logEntry(
  run: Pick<RunContext, 'runId' | 'clock'>,
  context: Pick<MappingContext, 'mapping' | 'account'> | null,
  said: Said,
): NewLogEntry {
  return {
    at: said.at ?? run.clock.now().toISOString(),
    runId: run.runId,
    accountId: context?.account.id ?? null,
    mappingId: context?.mapping.id ?? null,
    provider: context?.account.provider ?? null,
    technicianId: context?.mapping.technicianId ?? null,
    projectId: context?.mapping.projectId ?? null,
    bookingId: null,
    externalId: null,
    code: null,
    durationMs: null,
    attempt: null,
    payload: null,
    ...said,
  };
}
