import type { Clock } from '../../src/main/ports.ts';
import { isOutsideWorkUnderWay, outsideEvents } from './outside-work.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Turns of the event loop in which nothing new happens, after which only time can move things on: most need three. */
const IDLE_TURNS = 50;

/**
 * Time that passes by itself, but only when everybody waits for it: the next sleeper wakes once the event loop has
 * nothing else left to do. What goes on in this process is counted in turns of that loop, so that it does not matter
 * how fast the machine is. Files and modules that are on their way are waited for as well. An answer on a socket has to
 * be waited for with `frozen`, since nothing tells it from a connection that is silent by design.
 */
export class VirtualClock implements Clock {
  #now: number;
  #timers: Timer[] = [];
  #activity = 0;
  #driving = false;
  #frozen = 0;

  constructor(start = '2026-11-23T08:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Holds time still while something outside this process, such as a socket, is waited for. */
  async frozen<T>(work: () => Promise<T>): Promise<T> {
    this.#frozen += 1;
    try {
      return await work();
    } finally {
      this.#frozen -= 1;
      this.#activity += 1;
      void this.#drive();
    }
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.#activity += 1;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer: Timer = { at: this.#now + Math.max(0, milliseconds), fire: resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#activity += 1;
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason);
      });
      void this.#drive();
    });
  }

  async #drive(): Promise<void> {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#timers.length > 0 && this.#frozen === 0) {
      if (await this.#isQuiet()) this.#wakeNext();
    }
    this.#driving = false;
  }

  /** Whether so many turns pass in which nobody does anything, here or outside. */
  async #isQuiet(): Promise<boolean> {
    const activity = this.#activity;
    const events = outsideEvents();
    for (let turn = 0; turn < IDLE_TURNS; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#activity !== activity) return false;
    }
    return this.#frozen === 0 && outsideEvents() === events && !isOutsideWorkUnderWay();
  }

  #wakeNext(): void {
    const next = this.#timers.reduce<Timer | null>((a, b) => (a === null || b.at < a.at ? b : a), null);
    if (next === null) return;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    next.fire();
  }
}
