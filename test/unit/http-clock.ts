import type { Clock } from '../../src/main/ports.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Time that passes only when a test says so. */
export class TestClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now = '2026-03-02T08:00:00.000Z') {
    this.#now = Date.parse(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = { at: this.#now + Math.max(0, milliseconds), fire: resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason);
      });
    });
  }

  /** Lets `milliseconds` pass, each timer going off at its own time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await idle();
    for (let next = this.#earliest(end); next !== null; next = this.#earliest(end)) {
      this.#fire(next);
      await idle();
    }
    this.#now = end;
  }

  /** Lets time pass, timer by timer, until `work` has settled. */
  async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    for (await idle(); !settled; await idle()) {
      const next = this.#earliest(Number.POSITIVE_INFINITY);
      if (next === null) throw new Error('Nothing is going to happen any more');
      this.#fire(next);
    }
    return work;
  }

  #earliest(limit: number): Timer | null {
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at);
    return first !== undefined && first.at <= limit ? first : null;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.fire();
  }
}

/** Until everything that is ready to run has run. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
