/** Lets at most so many tasks run at once; the others wait their turn in order of arrival. */
export interface Limiter {
  /**
   * Runs `task` when its turn comes. Aborting `signal` gives up the place in the queue; a task that has started has
   * to watch the signal itself.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal | null): Promise<T>;
}

export function createLimiter(concurrency: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];

  function acquire(signal: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(enter);
    });
  }

  function release(): void {
    const next = waiting.shift();
    // The place is handed over, not freed, so that a newcomer cannot slip in before whoever waits longest.
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(task, signal = null) {
      await acquire(signal);
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}
