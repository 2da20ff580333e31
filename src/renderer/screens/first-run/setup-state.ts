import { useSyncExternalStore } from 'react';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';

export const SETUP_STEPS = ['enrol', 'connect', 'choose', 'start'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** The first step that is still to be done; null when there is none. What is done is known, so it can be resumed. */
export function nextSetupStep({ enrolled, accounts, mappings, lastRun }: Snapshot): SetupStep | null {
  if (!enrolled) return 'enrol';
  if (accounts.length === 0) return 'connect';
  if (mappings.length === 0) return 'choose';
  return lastRun === null ? 'start' : null;
}

export const needsSetup = (snapshot: Snapshot): boolean => nextSetupStep(snapshot) !== null;

const KEY = 'setup-postponed';
const listeners = new Set<() => void>();

/** Until the window is closed, whoever postponed the set-up sees the ordinary screens. */
export function postponeSetup(postponed: boolean): void {
  if (postponed) sessionStorage.setItem(KEY, 'yes');
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

export function useSetupPostponed(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sessionStorage.getItem(KEY) !== null,
  );
}
