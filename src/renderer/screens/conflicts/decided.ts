import { useSyncExternalStore } from 'react';
import type { ConflictItem } from '../../../shared/domain/decision.ts';

/** A conflict that was decided in this window: it can be taken back until the next sync carries it out. */
export interface Decided {
  readonly conflict: ConflictItem;
  readonly keep: 'booking' | 'calendar';
  /** The run before which it was decided; a later one has carried it out. */
  readonly afterRun: string | null;
}

let decided: readonly Decided[] = [];
const listeners = new Set<() => void>();

function become(next: readonly Decided[]): void {
  decided = next;
  for (const listener of listeners) listener();
}

export const remember = (one: Decided): void =>
  become([one, ...decided.filter(({ conflict }) => conflict.id !== one.conflict.id)]);

export const forget = (id: string): void => become(decided.filter(({ conflict }) => conflict.id !== id));

/** Decided here, newest first. Kept while the window is open, so that leaving the screen does not lose the way back. */
export function useDecided(): readonly Decided[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => decided,
  );
}
