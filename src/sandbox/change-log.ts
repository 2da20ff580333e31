/**
 * Which things have changed, in order. A position in the log is the number of changes before it; what a client has
 * seen is told by the position it has read up to.
 */
export class ChangeLog {
  readonly #ids: string[] = [];

  /** The position after the last change. */
  get position(): number {
    return this.#ids.length;
  }

  /** What the last change was made to; null before the first. */
  get last(): string | null {
    return this.#ids.at(-1) ?? null;
  }

  /** Records a change, and answers with its position. */
  append(id: string): number {
    return this.#ids.push(id) - 1;
  }

  /** What the changes from one position to another were made to, each with its last one among them, in order. */
  changedBetween(from: number, to: number): readonly { readonly id: string; readonly index: number }[] {
    const last = new Map<string, number>();
    for (let index = from; index < to; index += 1) {
      const id = this.#ids[index] ?? '';
      // Taken out first, so that the order is that of the last changes.
      last.delete(id);
      last.set(id, index);
    }
    return [...last].map(([id, index]) => ({ id, index }));
  }
}
