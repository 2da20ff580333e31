import { AppError } from '../../shared/rpc/errors.ts';
import { systemClock } from './ports.ts';

/** 128 and the number of SIGINT, as shells report it. */
const INTERRUPTED = 130;

/**
 * What comes this soon after the first is the same asking: where a whole process group is stopped, as service managers
 * do, `npm` and the wrapper around another Node pass on what the process was sent already.
 */
const SAME_ASKING_MS = 1000;

/**
 * Runs `work` with a signal that aborts when somebody asks the process to stop (SIGINT, SIGTERM), so that it can
 * finish what it is writing. Whoever asks again after a second means it: the process then ends at once.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let askedAt = 0;
  const onSignal = (): void => {
    const now = systemClock.now().getTime();
    if (stop.signal.aborted) {
      if (Math.abs(now - askedAt) >= SAME_ASKING_MS) process.exit(INTERRUPTED);
      return;
    }
    askedAt = now;
    stop.abort(
      new AppError('PRECONDITION_FAILED', 'It was stopped before it was done. Run it again to do the rest.', {
        detail: 'stopped',
      }),
    );
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}

/** Resolves when the signal aborts. */
export function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
