import { createHash } from 'node:crypto';

/** Everything that happened in a simulation, in its order: deeds, requests and their answers. */
export class Trace {
  readonly #hash = createHash('sha256');
  #lines: string[] = [];
  #count = 0;
  /** Where to write every line as it comes, to look into a seed that failed. */
  onLine: (line: string) => void = () => undefined;

  add(at: Date, what: string): void {
    const line = `${at.toISOString()} ${what}`;
    this.#hash.update(`${line}\n`);
    this.#count += 1;
    this.onLine(line);
    this.#lines.push(line);
    if (this.#lines.length > 4_000) this.#lines = this.#lines.slice(-2_000);
  }

  get count(): number {
    return this.#count;
  }

  /** The last lines. */
  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
