/** Asks for the next page while the last one is worked on. Pages and failures come in their order. */
export async function* readAhead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const source = pages[Symbol.asyncIterator]();
  let next = source.next();
  try {
    for (;;) {
      const page = await next;
      if (page.done === true) return;
      next = source.next();
      // Whoever stops here never asks how it went.
      next.catch(() => undefined);
      yield page.value;
    }
  } finally {
    await source.return?.();
  }
}
