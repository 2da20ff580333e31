/**
 * Works through `items` with at most `limit` at once, each drawn when its work begins. After a failure no further item
 * is started; those under way are waited for, and then the first failure is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    while (failures.length === 0) {
      try {
        const next = queue.next();
        if (next.done === true) return;
        await work(next.value);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  if (failures.length > 0) throw failures[0];
}
