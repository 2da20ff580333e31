import { createHash } from 'node:crypto';

/** Everything that happened in a simulation, in its order: deeds, requests and their answers. */
export class Trace {
  readonly #hash = createHash('sha256');
  #count = 0;
  /** Where to write every line as it comes, to look into a seed that failed. */
  onLine: (line: string) => void = () => undefined;

  add(at: Date, what: string): void {
    const line = `${at.toISOString()} ${what}`;
    this.#hash.update(`${line}\n`);
    this.#count += 1;
    this.onLine(line);
  }

  get count(): number {
    return this.#count;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
