import type { Fetch } from '../../src/main/ports.ts';

/** One request and what came back, as far as sending it again needs it. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly status: number;
  /** Bytes of the bodies sent and received. */
  readonly bytes: number;
}

/** What the servers look at; the rest is the client's small talk. */
const HEADERS = ['accept', 'authorization', 'content-type', 'depth', 'idempotency-key', 'if-match', 'prefer'];

/** A fetch that notes what passes; requests are addresses with their options. */
export function recordingFetch(exchanges: Exchange[], fetch: Fetch = globalThis.fetch): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url } = request;
    const headers = [...request.headers].filter(([name]) => HEADERS.includes(name));
    const body = request.body === null ? null : await request.text();
    const response = await fetch(input, init);
    const received = await response.arrayBuffer();
    exchanges.push({
      method,
      url,
      headers: Object.fromEntries(headers),
      body,
      status: response.status,
      bytes: Buffer.byteLength(body ?? '') + received.byteLength,
    });
    const { status, statusText } = response;
    return new Response(received.byteLength === 0 ? null : received, {
      status,
      statusText,
      headers: response.headers,
    });
  };
}

/**
 * Sends what was recorded once more, as a bare loop would: one after the other, or writes so many at a time, and
 * parses each answer that is JSON.
 * @throws Error when an answer is not the one that was recorded
 */
export async function replay(
  exchanges: readonly Exchange[],
  parallelWrites = 1,
  fetch: Fetch = globalThis.fetch,
): Promise<void> {
  let waiting: Exchange[] = [];
  const flush = async (): Promise<void> => {
    const queue = waiting.values();
    waiting = [];
    await Promise.all(
      Array.from({ length: parallelWrites }, async () => {
        for (const exchange of queue) await send(exchange, fetch);
      }),
    );
  };
  for (const exchange of exchanges) {
    if (exchange.method !== 'GET' && parallelWrites > 1) waiting.push(exchange);
    else {
      await flush();
      await send(exchange, fetch);
    }
  }
  await flush();
}

async function send({ method, url, headers, body, status }: Exchange, fetch: Fetch): Promise<void> {
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  if (text !== '' && !response.headers.get('content-type')?.includes('xml')) JSON.parse(text);
  if (response.status !== status) {
    throw new Error(`The floor got ${response.status} instead of ${status} for ${method} ${url}: ${text}`);
  }
}

export const totalBytes = (exchanges: readonly Exchange[]): number =>
  exchanges.reduce((sum, { bytes }) => sum + bytes, 0);
