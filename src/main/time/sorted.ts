/** The last of the items, which are sorted by `at`, that is not after an instant. */
export function lastNotAfter<T extends { readonly at: number }>(
  items: readonly T[],
  instant: number,
): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.at ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
