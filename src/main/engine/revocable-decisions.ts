import type { Store } from '../store/store.ts';

/** How long an unattended run leaves an answer alone, so that it can be taken back. Sync Now does not wait. */
export const REVOCABLE_MS = 10_000;

/** The earliest instant after `instant` at which an unattended run may carry out an answer, or null. */
export function decisionDueAfter(store: Store, instant: Date): Date | null {
  const given = store.conflicts.nextDecidedAfter(new Date(instant.getTime() - REVOCABLE_MS).toISOString());
  return given === null ? null : new Date(Date.parse(given) + REVOCABLE_MS);
}
