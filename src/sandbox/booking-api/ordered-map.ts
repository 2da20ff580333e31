/** A map that can be walked in the order of its keys, from any key on: what paging by "after this id" needs. */
export class OrderedMap<V> {
  readonly #values = new Map<string, V>();
  #sorted: readonly string[] | null = null;

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#sorted = null;
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    const deleted = this.#values.delete(key);
    if (deleted) this.#sorted = null;
    return deleted;
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  /** The values whose keys sort after `key`, in that order. The empty string starts at the beginning. */
  *after(key: string): Generator<V> {
    // Sorted when first asked, not kept sorted: whole batches are written between two listings.
    this.#sorted ??= [...this.#values.keys()].sort();
    const sorted = this.#sorted;
    for (let i = firstAfter(sorted, key); i < sorted.length; i += 1) {
      const value = this.#values.get(sorted[i] ?? '');
      if (value !== undefined) yield value;
    }
  }
}

function firstAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
