import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SandboxClock } from './ports.ts';
import { type OpenEntry, RequestJournal } from './request-journal.ts';

const StatusEffect = z.object({
  kind: z.literal('status'),
  status: z.number().int().min(400).max(599),
  /** Sent as it is (objects as JSON); default: the service's own error format. */
  body: z.unknown().optional(),
  /** The service's own error code, e.g. `rateLimitExceeded`. */
  reason: z.string().optional(),
  /** Adds a `Retry-After` header. */
  retryAfterSeconds: z.number().int().min(0).optional(),
  /** `after`: the request takes effect, then this is answered instead. */
  when: z.enum(['before', 'after']).default('before'),
});

const FaultEffect = z.discriminatedUnion('kind', [
  StatusEffect,
  /** Cuts the connection: `before` the request has an effect, or `after` it had one, so that the answer is lost. */
  z.object({ kind: z.literal('drop'), when: z.enum(['before', 'after']) }),
  /** Holds the request back on the sandbox's clock, then treats it as usual. */
  z.object({ kind: z.literal('delay'), milliseconds: z.number().min(0) }),
  /**
   * Holds the request back until the fault is removed, then treats it as usual. `after`: the request takes effect, and
   * it is the answer that waits.
   */
  z.object({ kind: z.literal('hold'), when: z.enum(['before', 'after']).default('before') }),
  /** Cuts the answer's body in the middle. */
  z.object({ kind: z.literal('truncate') }),
  /** Behaviour that only the service can act out: it asks through `Faults.takeHook`. */
  z.object({ kind: z.literal('hook'), name: z.string().min(1), argument: z.unknown().optional() }),
]);

export const FaultRule = z.object({
  /** Default: a fresh one. */
  id: z.string().min(1).optional(),
  /** `booking`, `google`, ... */
  service: z.string().min(1),
  method: z.string().optional(),
  /** Source of a regular expression, tested against path and query. */
  path: z.string().optional(),
  /** Lets this many matching requests pass first. */
  skip: z.number().int().min(0).default(0),
  /** How many requests it hits; null: until it is removed. */
  times: z.number().int().min(1).nullable().default(1),
  effect: FaultEffect,
});
/** A fault to inject, as tests and the control endpoint write it. */
export type FaultRule = z.input<typeof FaultRule>;
export type FaultEffect = z.infer<typeof FaultEffect>;
export type StatusEffect = z.infer<typeof StatusEffect>;

/** A fault that is still waiting for requests. */
export interface ActiveFault {
  readonly id: string;
  readonly service: string;
  readonly effect: FaultEffect;
  readonly hits: number;
  /** Hits left; null: until removed. */
  readonly remaining: number | null;
}

/** How a service words an injected status; the body is sent as JSON unless it is a string. */
export type ErrorFormat = (
  effect: StatusEffect,
  request: FastifyRequest,
) => { readonly contentType: string; readonly body: unknown };

type RequestTarget = { readonly method: string; readonly url: string };

interface Rule {
  readonly id: string;
  readonly service: string;
  readonly method: string | null;
  readonly path: RegExp | null;
  readonly times: number | null;
  readonly effect: FaultEffect;
  /** Settled once it is removed. */
  readonly removed: PromiseWithResolvers<void>;
  toSkip: number;
  hits: number;
}

const problemFormat: ErrorFormat = (effect) => ({
  contentType: 'application/problem+json',
  body: {
    type: 'about:blank',
    title: 'Injected fault',
    status: effect.status,
    detail: 'The sandbox was told to answer this.',
    code: effect.reason ?? 'injected_fault',
  },
});

const text = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** What a reply waits for whose connection is gone: Fastify has no other way to abandon it while it is being sent. */
const ABANDONED = Promise.withResolvers<never>().promise;

/** The faults of all services of one sandbox, and the journal of the requests they saw. */
export class Faults {
  readonly journal: RequestJournal;
  readonly #clock: SandboxClock;
  #rules: Rule[] = [];
  /** Rules that hold requests back, also those that hit no more. */
  #holding: Rule[] = [];
  #added = 0;
  readonly #hits = new Map<string, number>();
  readonly #tally = new Map<string, number>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.journal = new RequestJournal(clock);
  }

  /**
   * Adds a rule and answers with its id.
   * @throws ZodError when the rule is malformed, SyntaxError when its path is not a regular expression
   */
  add(rule: FaultRule): string {
    const { id, service, method, path, skip, times, effect } = FaultRule.parse(rule);
    this.#added += 1;
    const added: Rule = {
      id: id ?? `fault-${this.#added}`,
      service,
      method: method?.toUpperCase() ?? null,
      path: path === undefined ? null : new RegExp(path),
      times,
      effect,
      removed: Promise.withResolvers(),
      toSkip: skip,
      hits: 0,
    };
    this.#rules.push(added);
    if (effect.kind === 'hold') this.#holding.push(added);
    return added.id;
  }

  /** Ends a rule; false when none of that id is active, nor holds a request back. */
  remove(id: string): boolean {
    const ended = new Set([...this.#rules, ...this.#holding].filter((rule) => rule.id === id));
    for (const { removed } of ended) removed.resolve();
    this.#rules = this.#rules.filter((rule) => !ended.has(rule));
    this.#holding = this.#holding.filter((rule) => !ended.has(rule));
    return ended.size > 0;
  }

  /** Ends every rule. What has been hit stays counted. */
  clear(): void {
    for (const { removed } of this.#holding) removed.resolve();
    this.#rules = [];
    this.#holding = [];
  }

  /** The rules that can still hit. */
  active(): readonly ActiveFault[] {
    return this.#rules.map(({ id, service, effect, hits, times }) => ({
      id,
      service,
      effect,
      hits,
      remaining: times === null ? null : times - hits,
    }));
  }

  /** How often a rule has hit, also after it has ended. */
  hits(id: string): number {
    return this.#hits.get(id) ?? 0;
  }

  /** How often each kind of fault has hit, by `SERVICE:EFFECT`, e.g. `booking:drop-after`, `google:status-412`. */
  tally(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#tally);
  }

  /**
   * Asks, on behalf of a service, whether it should act out `name` now. A rule that also names a method or a path
   * needs `request` to match.
   */
  takeHook(service: string, name: string, request?: RequestTarget): { readonly argument: unknown } | null {
    for (const rule of [...this.#rules]) {
      if (rule.effect.kind !== 'hook' || rule.effect.name !== name) continue;
      if (this.#hit(rule, service, request)) return { argument: rule.effect.argument };
    }
    return null;
  }

  /**
   * Puts the faults and the journal around the routes of `app` (and of the plugins registered on it afterwards). A
   * service's plugin calls this once, first thing. A request meets any number of delays and holds before its effect, and
   * at most one other fault: that of the first rule that matches.
   */
  attach(app: FastifyInstance, service: string, format: ErrorFormat = problemFormat): void {
    const pending = new WeakMap<FastifyRequest, Rule>();

    app.addHook('onRequest', async (request, reply) => {
      const entry = this.journal.open(service, request.method, request.url);
      const settle = (): void => entry.close(reply.raw.headersSent ? reply.raw.statusCode : null);
      // Both: in process `close` comes after the caller has its answer, over a lost socket `finish` never comes.
      reply.raw.once('finish', settle).once('close', settle);

      const rule = await this.#meet(service, request, entry);
      if (rule === null) return;
      const { effect } = rule;
      if (effect.kind === 'drop' && effect.when === 'before') {
        reply.hijack();
        reply.raw.destroy();
      } else if (effect.kind === 'status' && effect.when === 'before') {
        const { contentType, body } = format(effect, request);
        if (effect.retryAfterSeconds !== undefined) reply.header('retry-after', effect.retryAfterSeconds);
        return reply
          .code(effect.status)
          .type(contentType)
          .send(text(effect.body ?? body));
      } else {
        pending.set(request, rule);
      }
    });

    app.addHook('onSend', async (request, reply, payload) => {
      const rule = pending.get(request);
      if (rule === undefined) return payload;
      pending.delete(request);
      const { effect } = rule;
      if (effect.kind === 'hold') await rule.removed.promise;
      if (effect.kind === 'drop') {
        reply.raw.destroy();
        return ABANDONED;
      }
      if (effect.kind === 'truncate') {
        const whole = typeof payload === 'string' ? Buffer.from(payload) : payload;
        return Buffer.isBuffer(whole) ? whole.subarray(0, Math.floor(whole.length / 2)) : payload;
      }
      if (effect.kind === 'status') {
        const { contentType, body } = format(effect, request);
        if (effect.retryAfterSeconds !== undefined) reply.header('retry-after', effect.retryAfterSeconds);
        reply.removeHeader('etag').code(effect.status).type(contentType);
        return text(effect.body ?? body);
      }
      return payload;
    });
  }

  async #meet(service: string, request: FastifyRequest, entry: OpenEntry): Promise<Rule | null> {
    for (const rule of [...this.#rules]) {
      if (rule.effect.kind === 'hook' || !this.#hit(rule, service, request)) continue;
      if (rule.effect.kind === 'delay') {
        await this.#clock.sleep(rule.effect.milliseconds);
      } else if (rule.effect.kind === 'hold' && rule.effect.when === 'before') {
        await rule.removed.promise;
      } else {
        entry.hitBy(rule.id);
        return rule;
      }
    }
    return null;
  }

  /** Whether the rule hits this request; counts it if so, and ends the rule with its last hit. */
  #hit(rule: Rule, service: string, request: RequestTarget | undefined): boolean {
    if (rule.service !== service) return false;
    if (rule.method !== null && rule.method !== request?.method) return false;
    if (rule.path !== null && !(request !== undefined && rule.path.test(request.url))) return false;
    if (rule.toSkip > 0) {
      rule.toSkip -= 1;
      return false;
    }
    // An exhausted rule may still stand in the copy that a delayed request is walking through.
    if (rule.times !== null && rule.hits >= rule.times) return false;
    rule.hits += 1;
    if (rule.hits === rule.times) this.#rules = this.#rules.filter((other) => other !== rule);
    this.#hits.set(rule.id, this.hits(rule.id) + 1);
    const label = `${service}:${effectName(rule.effect)}`;
    this.#tally.set(label, (this.#tally.get(label) ?? 0) + 1);
    return true;
  }
}

function effectName(effect: FaultEffect): string {
  switch (effect.kind) {
    case 'status':
      return `status-${effect.status}`;
    case 'drop':
      return `drop-${effect.when}`;
    case 'hook':
      return effect.name;
    default:
      return effect.kind;
  }
}
