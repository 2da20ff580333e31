import type { Clock } from '../ports.ts';

/** Long enough that an ordinary run is through before. */
const EVERY_MS = 10_000;

/**
 * Waits for a run, and while it lasts does again and again what must not wait for its slowest account.
 * @param work never rejects
 */
export async function meanwhile<T>(
  clock: Pick<Clock, 'sleep'>,
  run: Promise<T>,
  work: () => Promise<void>,
): Promise<T> {
  const over = new AbortController();
  const working = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(EVERY_MS, over.signal).catch(() => undefined);
      if (!over.signal.aborted) await work();
    }
  })();
  try {
    return await run;
  } finally {
    over.abort(ENDED);
    await working;
  }
}

const ENDED = new Error('The run has ended');
