import type { Fetch } from '../../src/main/ports.ts';

/** A fetch that knows how long at least one exchange was under way, its body included. */
export interface WatchedFetch {
  readonly fetch: Fetch;
  /** Starts again from nothing. */
  reset(): void;
  /** Milliseconds since the reset in which anything was under way. */
  elapsed(): number;
  requests(): number;
  /** Bytes of the bodies sent and received. */
  bytes(): number;
}

export function watchedFetch(): WatchedFetch {
  let open = 0;
  let from = 0;
  let elapsed = 0;
  let requests = 0;
  let bytes = 0;
  return {
    fetch: async (input, init) => {
      requests += 1;
      open += 1;
      if (open === 1) from = performance.now();
      try {
        const response = await globalThis.fetch(input, init);
        const body = await response.arrayBuffer();
        bytes += body.byteLength + (typeof init?.body === 'string' ? Buffer.byteLength(init.body) : 0);
        const { status, statusText, headers } = response;
        return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
      } finally {
        open -= 1;
        if (open === 0) elapsed += performance.now() - from;
      }
    },
    reset() {
      elapsed = 0;
      requests = 0;
      bytes = 0;
    },
    elapsed: () => elapsed,
    requests: () => requests,
    bytes: () => bytes,
  };
}
