import type { Clock } from '../ports.ts';

/** Providers tell of our own writing too, usually within seconds; later it cannot be told from anybody else's. */
const REMEMBERED_MS = 30_000;

/**
 * What we wrote to calendars a moment ago. As many notifications as that say nothing new; one more does. Where that is
 * mistaken, because the provider lost one of them, the timer finds the change.
 */
export class OwnWrites {
  readonly #clock: Clock;
  readonly #writes = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(calendar: string, count: number): void {
    if (count === 0) return;
    const before = this.spend(calendar);
    this.#writes.set(calendar, { count: before + count, at: this.#clock.now().getTime() });
  }

  /** How many writes of ours are to be expected among the notifications, which from now on they no longer are. */
  spend(calendar: string): number {
    const writes = this.#writes.get(calendar);
    this.#writes.delete(calendar);
    if (writes === undefined) return 0;
    const age = this.#clock.now().getTime() - writes.at;
    return age >= 0 && age < REMEMBERED_MS ? writes.count : 0;
  }
}
