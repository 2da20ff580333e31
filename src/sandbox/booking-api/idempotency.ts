import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SandboxClock } from '../ports.ts';
import { Problem } from './problem.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
const REPLAYED_HEADERS = ['content-type', 'etag', 'location'] as const;

interface Answer {
  readonly fingerprint: string;
  readonly at: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** First answers to the writes that carried an `Idempotency-Key`, kept for a day. */
export class IdempotentAnswers {
  readonly #clock: SandboxClock;
  readonly #answers = new Map<string, Answer>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /**
   * Makes the writes of `app` repeatable. Call it before `Faults.attach`: an answer that is lost on its way out must
   * have been remembered by then. Bodies must have been parsed by `keepRawBodies`, or be left as text.
   */
  attach(app: FastifyInstance, rawBody: (request: FastifyRequest) => string): void {
    const unanswered = new WeakMap<FastifyRequest, { key: string; fingerprint: string }>();

    app.addHook('preHandler', async (request, reply) => {
      const header = request.headers['idempotency-key'];
      if (typeof header !== 'string' || request.method === 'GET') return;
      // Keys are the caller's own: two devices may choose the same one.
      const key = `${request.headers.authorization ?? ''}\n${header}`;
      const body = typeof request.body === 'string' ? request.body : rawBody(request);
      const fingerprint = createHash('sha256')
        .update(`${request.method}\n${request.url}\n${body}`)
        .digest('hex');
      const first = this.#find(key);
      if (first === undefined) {
        unanswered.set(request, { key, fingerprint });
        return;
      }
      if (first.fingerprint !== fingerprint) {
        throw new Problem(
          422,
          'idempotency_key_reused',
          'This idempotency key was used for another request.',
        );
      }
      return reply.code(first.status).headers(first.headers).send(first.body);
    });

    app.addHook('onSend', async (request, reply, payload) => {
      const open = unanswered.get(request);
      if (open === undefined || reply.statusCode >= 500) return payload;
      unanswered.delete(request);
      const headers: Record<string, string> = {};
      for (const name of REPLAYED_HEADERS) {
        const value = reply.getHeader(name);
        if (value !== undefined) headers[name] = String(value);
      }
      this.#answers.set(open.key, {
        fingerprint: open.fingerprint,
        at: this.#clock.now().getTime(),
        status: reply.statusCode,
        headers,
        body: typeof payload === 'string' ? payload : '',
      });
      return payload;
    });
  }

  #find(key: string): Answer | undefined {
    const oldest = this.#clock.now().getTime() - KEPT_MS;
    for (const [stale, answer] of this.#answers) {
      if (answer.at >= oldest) break;
      this.#answers.delete(stale);
    }
    return this.#answers.get(key);
  }
}

/** Parses JSON bodies, and no others, and keeps their text. An empty body counts as absent. */
export function keepRawBodies(app: FastifyInstance): (request: FastifyRequest) => string {
  const bodies = new WeakMap<FastifyRequest, string>();
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (request: FastifyRequest, body: string) => {
      bodies.set(request, body);
      if (body === '') return;
      try {
        return JSON.parse(body) as unknown;
      } catch (cause) {
        throw new Problem(400, 'malformed_json', 'The body is not JSON.', {}, { cause });
      }
    },
  );
  return (request) => bodies.get(request) ?? '';
}
