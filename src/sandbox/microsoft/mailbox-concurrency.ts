import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphError } from './graph-error.ts';

/** https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits */
const LIMIT = 4;
const RETRY_AFTER_SECONDS = 1;

/** Counts the requests that each application has open on each mailbox at once. */
export class MailboxConcurrency {
  readonly #mailboxOf: (request: FastifyRequest) => string | null;
  readonly #open = new Map<string, number>();
  readonly #refused = new WeakSet<FastifyRequest>();

  /** @param mailboxOf whose mailbox a request opens, and for which application; null when it opens none */
  constructor(mailboxOf: (request: FastifyRequest) => string | null) {
    this.#mailboxOf = mailboxOf;
  }

  /** Counts the requests of `app` from their arrival, before anything can hold them up. */
  count(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      const mailbox = this.#mailboxOf(request);
      if (mailbox === null) return;
      const open = (this.#open.get(mailbox) ?? 0) + 1;
      this.#open.set(mailbox, open);
      if (open > LIMIT) this.#refused.add(request);
      let isOpen = true;
      const leave = (): void => {
        if (isOpen) this.#open.set(mailbox, (this.#open.get(mailbox) ?? 1) - 1);
        isOpen = false;
      };
      // Both: in process `close` comes after the caller has its answer, over a lost socket `finish` never comes.
      reply.raw.once('finish', leave).once('close', leave);
    });
  }

  /** Refuses what was one too many when it arrived. */
  enforce(app: FastifyInstance): void {
    app.addHook('onRequest', async (request) => {
      if (!this.#refused.has(request)) return;
      throw new GraphError(429, 'ApplicationThrottled', undefined, RETRY_AFTER_SECONDS);
    });
  }
}
