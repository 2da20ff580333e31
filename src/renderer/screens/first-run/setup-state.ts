import { useSyncExternalStore } from 'react';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';

export const SETUP_STEPS = ['enrol', 'connect', 'choose', 'start'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/**
 * The first step that is still to be done; null when there is none. What is done is known, so it can be resumed.
 * @param previewDue calendars were chosen in this window, and nobody has said yet that syncing may start
 */
export function nextSetupStep(
  { enrolled, accounts, mappings, lastRun }: Snapshot,
  previewDue: boolean,
): SetupStep | null {
  if (!enrolled) return 'enrol';
  if (accounts.length === 0) return 'connect';
  if (mappings.length === 0) return 'choose';
  return lastRun === null || previewDue ? 'start' : null;
}

/** What this window remembers of the set-up until it is closed. */
type Mark =
  /** Whoever postponed it sees the ordinary screens. */
  | 'setup-postponed'
  /** The preview is the next thing to be seen. */
  | 'setup-preview-due';

const listeners = new Set<() => void>();

export function markSetup(mark: Mark, set: boolean): void {
  if (set) sessionStorage.setItem(mark, 'yes');
  else sessionStorage.removeItem(mark);
  for (const listener of listeners) listener();
}

export function useSetupMark(mark: Mark): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sessionStorage.getItem(mark) !== null,
  );
}
