import { seededRandom } from '../../src/sandbox/seeded-random.ts';

/** Chance of one kind in a simulation: the same throws for the same seed, whatever other kinds of chance do. */
export class Dice {
  readonly #unit: () => number;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#unit = () => random.unit();
  }

  chance(probability: number): boolean {
    return this.#unit() < probability;
  }

  /** A whole number from `from` up to and including `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#unit() * (to - from + 1));
  }

  /** One of them, or undefined when there is none. */
  one<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#unit() * items.length)];
  }

  /** One of the names, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.#unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return (entries.at(-1) as [K, number])[0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => [this.#unit(), item] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, item]) => item);
  }
}
