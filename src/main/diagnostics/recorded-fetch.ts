import type { Clock, Fetch } from '../ports.ts';

/** What became of the last attempt to reach a host. */
export interface Reached {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly outcome: { readonly kind: 'answered' } | { readonly kind: 'failed'; readonly error: unknown };
}

/** What was learned of the network from the requests that were made anyway. */
export interface NetworkRecord {
  readonly fetch: Fetch;
  hosts(): readonly Reached[];
  /** This machine's clock less a server's, in milliseconds, by the Date header (RFC 9110 section 6.6.1) of an answer. */
  skews(): readonly number[];
}

/** Watches the requests that pass, without changing any. */
export function recordedFetch(fetch: Fetch, clock: Pick<Clock, 'now'>): NetworkRecord {
  const hosts = new Map<string, Reached>();
  const skews: number[] = [];
  return {
    fetch: async (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input);
      const asked = clock.now().getTime();
      try {
        const response = await fetch(input, init);
        const answered = clock.now().getTime();
        const date = Date.parse(response.headers.get('date') ?? '');
        if (!Number.isNaN(date)) skews.push((asked + answered) / 2 - date);
        hosts.set(origin, { origin, outcome: { kind: 'answered' } });
        return response;
      } catch (error) {
        // One that answered once is reachable, whatever happened since.
        if (hosts.get(origin)?.outcome.kind !== 'answered') {
          hosts.set(origin, { origin, outcome: { kind: 'failed', error } });
        }
        throw error;
      }
    },
    hosts: () => [...hosts.values()],
    skews: () => skews,
  };
}
