import type { Store } from '../store/store.ts';
import type { RunContext } from './context.ts';

const UNTIL = 'blocks.put-off-until';

/**
 * A busy time could not be sent, for trouble that passes by itself. Until it is due again no unattended run frees
 * another: that may be the same hour, under an event of before.
 * @param until UTC instant
 */
export function putOffDeletions({ store }: RunContext, until: string): void {
  const known = store.meta.get(UNTIL);
  if (known === null || known < until) store.meta.set(UNTIL, until);
}

/** Whether a busy time of an earlier run is still waited for. */
export function areDeletionsPutOff(store: Store, now: Date): boolean {
  const until = store.meta.get(UNTIL);
  // It may have been sent since, by a run that somebody asked for.
  return until !== null && now.toISOString() < until && store.retries.isBlockWaiting(now);
}
