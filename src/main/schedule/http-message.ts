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
  const chunks = received.body === null ? null : await chunksOf(received.body, maxBytes);
  const { status, statusText, headers } = received;
  const text = (): string => (chunks === null ? '' : new TextDecoder().decode(Buffer.concat(chunks)));
  // As a stream, since bytes would be copied twice; and decoded here, where nobody has to put it together a second time.
  const body = chunks === null ? null : streamOf(chunks);
  const response = new Response(body, { status, statusText, headers });
  return { response: Object.assign(response, { text: async () => text() }), text };
}

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function chunksOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
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
  return chunks;
}

/** For the log: queries carry cursors and addresses that it has no need of. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
