import { AppError } from '../../shared/rpc/errors.ts';

/** A request that can be sent again: its body is a string, whatever form it came in. */
export interface ReplayableRequest {
  readonly url: string;
  readonly origin: string;
  readonly method: string;
  readonly init: RequestInit;
  readonly signal: AbortSignal | null;
}

/**
 * What was passed to `fetch`, made to be sent any number of times.
 * @throws TypeError when the body is neither a string nor form parameters
 */
export async function replayable(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<ReplayableRequest> {
  if (input instanceof Request) {
    const request = new Request(input, init);
    const { url, method, headers, redirect } = request;
    // Not the new one's, which follows it only until it is collected.
    const signal = init?.signal ?? input.signal;
    const body = request.body === null ? null : await request.text();
    return { url, origin: new URL(url).origin, method, init: { method, headers, redirect, body }, signal };
  }
  const { href, origin } = new URL(input);
  const method = init?.method ?? 'GET';
  const body = init?.body instanceof URLSearchParams ? init.body.toString() : (init?.body ?? null);
  if (body !== null && typeof body !== 'string') {
    throw new TypeError('Only string bodies can be sent, since a stream cannot be sent twice');
  }
  return { url: href, origin, method, init: { ...init, method, body }, signal: init?.signal ?? null };
}

/** A response whose body has arrived in full. */
export interface WholeResponse {
  readonly response: Response;
  /** The body as text, decoded on demand. */
  text(): string;
}

/** Far above the largest page of any provider; keeps a runaway answer from filling the memory. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Reads a response to its end and puts it together again.
 * @throws AppError PROVIDER_ERROR, detail `too-large`, when the body is; whatever the connection failed with
 */
export async function whole(received: Response, maxBytes: number): Promise<WholeResponse> {
  const body = received.body === null ? null : await bytes(received.body, maxBytes);
  const { status, statusText, headers } = received;
  const text = (): string => (body === null ? '' : new TextDecoder().decode(body));
  const response = new Response(body, { status, statusText, headers });
  // Decoded at once: left alone it would take the body for a stream, to be put together a second time.
  return { response: Object.assign(response, { text: async () => text() }), text };
}

async function bytes(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new AppError(
        'PROVIDER_ERROR',
        `An answer was larger than ${Math.round(maxBytes / 1024 / 1024)} MB, which cannot be right. Try again later; if it stays, check the configured address.`,
        { effect: 'unknown', detail: 'too-large' },
      );
    }
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

/** For the log: queries carry cursors and addresses that it has no need of. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
