import { AppError } from '../../shared/rpc/errors.ts';

/** 128 and the number of SIGINT, as shells report it. */
const INTERRUPTED = 130;

/**
 * Runs `work` with a signal that aborts when somebody asks the process to stop (SIGINT, SIGTERM), so that it can
 * finish what it is writing. Whoever asks twice means it: the process then ends at once.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
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
