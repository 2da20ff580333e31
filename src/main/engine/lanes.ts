/** One account in a run. `first`: its own part of the run is not through yet. */
interface Lane<T> {
  readonly subject: T;
  state: 'first' | 'idle' | 'again';
  /** Asked for while it was at work: it goes round once more. */
  wanted: boolean;
}

/**
 * The accounts of one run, each on a lane of its own. A run ends when all are through; until then those that are
 * through can go round again, so that what is told meanwhile does not wait for the slowest.
 */
export class Lanes<T> {
  readonly #lanes: readonly Lane<T>[];
  readonly #lap: (subject: T) => Promise<void>;
  readonly #onIdle: () => void;
  readonly #rounds = new Set<Promise<void>>();

  /** @param lap one round of one account; never rejects @param onIdle a lane has nothing to do for now */
  constructor(subjects: readonly T[], lap: (subject: T) => Promise<void>, onIdle: () => void) {
    this.#lanes = subjects.map((subject) => ({ subject, state: 'first', wanted: false }));
    this.#lap = lap;
    this.#onIdle = onIdle;
  }

  /** Resolves when every lane has nothing to do. */
  async run(): Promise<void> {
    for (const lane of this.#lanes) this.#start(lane);
    while (this.#rounds.size > 0) await Promise.all(this.#rounds);
  }

  /** Whether some are through while others are not. */
  isOpen(): boolean {
    const is = (wanted: Lane<T>['state']): boolean => this.#lanes.some(({ state }) => state === wanted);
    return is('first') && is('idle');
  }

  /**
   * Has every account look once more, those at work when they are through.
   * @returns false where that is no use: nobody is through yet, or everybody is and the run is about to end
   */
  again(): boolean {
    if (!this.isOpen()) return false;
    const idle = this.#lanes.filter(({ state }) => state === 'idle');
    for (const lane of this.#lanes) lane.wanted = lane.state !== 'idle';
    for (const lane of idle) {
      lane.state = 'again';
      this.#start(lane);
    }
    return true;
  }

  #start(lane: Lane<T>): void {
    const rounds = this.#drive(lane).finally(() => this.#rounds.delete(rounds));
    this.#rounds.add(rounds);
  }

  async #drive(lane: Lane<T>): Promise<void> {
    do {
      lane.wanted = false;
      await this.#lap(lane.subject);
      if (lane.wanted) lane.state = 'again';
    } while (lane.wanted);
    lane.state = 'idle';
    this.#onIdle();
  }
}
