import type { FastifyInstance, InjectOptions } from 'fastify';
import type { SandboxFetch } from './ports.ts';

/** Statuses whose responses the Fetch standard forbids to have a body. */
const NULL_BODY = new Set([101, 103, 204, 205, 304]);

/**
 * A fetch that hands its requests to an app without a socket, for the given origins. Where nothing answers (another
 * origin, a dropped connection) it rejects as fetch does. Redirects are answered, not followed.
 */
export function inProcessFetch(app: () => FastifyInstance, origins: () => readonly string[]): SandboxFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    // The caller's own: one that a request hands on reaches nobody once the request is collected.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    const { origin, pathname, search } = new URL(request.url);
    signal?.throwIfAborted();
    if (!origins().includes(origin)) throw failed(new Error(`Nothing listens at ${origin}.`));
    const body = Buffer.from(await request.arrayBuffer());
    const asStream = request.headers.get('accept')?.startsWith('text/event-stream') === true;
    const left = new AbortController();
    const answer = await app()
      .inject({
        method: request.method as NonNullable<InjectOptions['method']>,
        url: pathname + search,
        headers: { ...Object.fromEntries(request.headers), host: new URL(origin).host },
        signal: signal === null ? left.signal : AbortSignal.any([signal, left.signal]),
        ...(asStream && { payloadAsStream: true }),
        ...(body.length > 0 && { payload: body }),
      })
      .catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw failed(cause);
      });
    const headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const line of [value ?? ''].flat()) headers.append(name, String(line));
    }
    const payload = asStream
      ? streamOf(answer.stream(), () => left.abort())
      : Uint8Array.from(answer.rawPayload);
    const { statusCode: status } = answer;
    return new Response(NULL_BODY.has(status) ? null : payload, { status, headers });
  };
}

/** A body that arrives bit by bit; `onLeave`: nobody reads it any more. */
function streamOf(payload: AsyncIterable<Uint8Array>, onLeave: () => void): ReadableStream<Uint8Array> {
  const chunks = payload[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(Uint8Array.from(value));
    },
    cancel: onLeave,
  });
}

/** What fetch rejects with when no answer arrives. */
const failed = (cause: unknown): TypeError => new TypeError('fetch failed', { cause });
