/** The invariants of the design, in its words. */
export const INVARIANTS = {
  I1: 'once quiet, the calendar shows what the booking system says',
  I2: 'at most one living event for each booking and mapping',
  I3: 'no edit is lost',
  I4: 'nothing is written that is not ours',
  I5: 'a calendar that is only imported receives no write',
  I6: 'nothing is deleted that was not seen to be gone',
  I7: 'the position is never ahead of the data',
  I8: 'two further runs after quiet write nothing',
  I9: 'the order within a page does not matter',
  I10: 'a page or notification that comes again changes nothing',
  I11: 'requests keep to Retry-After and to the limit of a mailbox',
  I12: 'times and zones survive the way there and back',
  I13: 'what was deleted stays deleted, except what the policy restores',
  I14: 'the same seed makes the same trace',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** What a simulation found out: how often each invariant was put to the test, and where it was broken. */
export class Findings {
  readonly #checked = new Map<Invariant, number>();
  readonly #broken: { readonly invariant: Invariant; readonly what: string }[] = [];
  readonly #met = new Map<string, number>();
  /** Told of everything that is found broken, when it is. */
  onBroken: (what: string) => void = () => undefined;

  /** An occasion on which the invariant could have been broken, and what broke it. */
  check(invariant: Invariant, broken: readonly string[] = []): void {
    this.#checked.set(invariant, this.checked(invariant) + 1);
    for (const what of broken) {
      this.#broken.push({ invariant, what });
      this.onBroken(`${invariant} ${what}`);
    }
  }

  checked(invariant: Invariant): number {
    return this.#checked.get(invariant) ?? 0;
  }

  broken(invariant?: Invariant): readonly string[] {
    return this.#broken
      .filter((each) => invariant === undefined || each.invariant === invariant)
      .map((each) => `${each.invariant} ${each.what}`);
  }

  /** Counts what was met: a cell of the two-way table, a fault, a deed, a state. */
  meet(what: string, times = 1): void {
    if (times > 0) this.#met.set(what, (this.#met.get(what) ?? 0) + times);
  }

  /** How often each was met. */
  met(): ReadonlyMap<string, number> {
    return this.#met;
  }
}
