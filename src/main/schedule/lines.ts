import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock, Fetch, Log, Random } from '../ports.ts';
import { afterAnswer, type Breaker, CLOSED, inDoubt, mayProbe } from './breaker.ts';
import { DEFAULT_BUDGET_MS } from './http.ts';
import { retryAfterMs } from './retry.ts';

/** Longer than any service means it: a header of years would keep it out for years. */
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** What is known of one service at one host. */
interface Line {
  breaker: Breaker;
  /** The request that finds out whether it works again; the others wait for it. */
  probe: Promise<void> | null;
  /** Until when it asked to be left alone. */
  pausedUntil: number;
  /** Whether it answered at all when it failed last. */
  answered: boolean;
}

/** How one service at one host stands. */
export interface LineState {
  readonly service: string;
  readonly host: string;
  readonly breaker: Breaker['kind'];
  /** It asked to be left alone for now. */
  readonly paused: boolean;
}

export interface LinesPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: Fetch;
}

/**
 * The ways out of this process, under the retries of `createHttp`: remembers from run to run which services do not
 * answer, with a circuit breaker for each service and host, and which asked for a pause that is longer than a call
 * may wait. Unattended calls keep to that and fail at once; where somebody waits, they are made all the same, and
 * what comes of them is remembered too.
 */
export class Lines {
  readonly #ports: LinesPorts;
  readonly #lines = new Map<string, Line>();
  /** Ends the requests under way. */
  #cut = new AbortController();

  constructor(ports: LinesPorts) {
    this.#ports = ports;
  }

  /** How each way out stands, for whoever watches. */
  states(): readonly LineState[] {
    const now = this.#now();
    return [...this.#lines].map(([key, { breaker, pausedUntil }]) => {
      const [service = '', origin = ''] = key.split(' ');
      return { service, host: new URL(origin).hostname, breaker: breaker.kind, paused: pausedUntil > now };
    });
  }

  /**
   * The machine slept, or is on another network: ends every request that waits for its answer, as if the connection
   * had broken, and lets whatever did not answer before be asked again.
   */
  disturbed(): void {
    this.#cut.abort(new TypeError('The network has changed'));
    this.#cut = new AbortController();
    this.reached();
  }

  /** There is a way out: what did not answer may be asked at once. What answered badly is left its rest. */
  reached(): void {
    for (const line of this.#lines.values()) {
      if (!line.answered && line.breaker.kind === 'open') line.breaker = inDoubt(line.breaker, this.#now());
    }
  }

  /**
   * A way out to one service, such as `google`. Rejects with AppError OFFLINE, PROVIDER_ERROR or RATE_LIMITED, all of
   * them without an effect, when an unattended call is not made.
   */
  fetch(service: string, unattended: boolean): Fetch {
    return async (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input);
      const line = this.#line(`${service} ${origin}`);
      const probing = unattended ? await this.#admit(service, line) : null;
      const cut = this.#cut.signal;
      const pausedBefore = line.pausedUntil;
      try {
        const answer = await this.#send(input, init);
        this.#note(line, answer.status < 500, true);
        this.#notePause(line, answer, pausedBefore);
        return answer;
      } catch (error) {
        if (cut.aborted) this.#noteCut(line);
        else this.#noteFailure(line, error, init?.signal);
        throw error;
      } finally {
        probing?.();
      }
    };
  }

  /**
   * Takes notice of an answer that arrived inside another, as to one request of a batch: the pause it asks for is meant
   * for all, where it is longer than a call may wait.
   */
  noteWithin(service: string, url: string, answer: Response): void {
    if (answer.ok) return;
    const pause = retryAfterMs(answer.headers, this.#ports.clock.now()) ?? 0;
    if (pause <= DEFAULT_BUDGET_MS) return;
    const line = this.#line(`${service} ${new URL(url).origin}`);
    line.pausedUntil = Math.max(line.pausedUntil, this.#now() + Math.min(pause, LONGEST_PAUSE_MS));
  }

  /** @returns what to call when a probe is over, or null for a request that is none */
  async #admit(service: string, line: Line): Promise<(() => void) | null> {
    while (line.probe !== null) await line.probe;
    const now = this.#now();
    // Longer than the longest means that the clock was set back.
    if (line.pausedUntil > now && line.pausedUntil - now <= LONGEST_PAUSE_MS)
      throw resting(service, 'RATE_LIMITED', line.pausedUntil, now);
    if (line.breaker.kind !== 'open') return null;
    if (!mayProbe(line.breaker, now)) {
      throw resting(service, line.answered ? 'PROVIDER_ERROR' : 'OFFLINE', line.breaker.until, now);
    }
    line.breaker = { kind: 'half-open', opened: line.breaker.opened };
    const over = Promise.withResolvers<void>();
    line.probe = over.promise;
    return () => {
      line.probe = null;
      over.resolve();
    };
  }

  async #send(input: Parameters<Fetch>[0], init: RequestInit | undefined): Promise<Response> {
    const cut = this.#cut.signal;
    const own = new AbortController();
    const end = (): void => own.abort(cut.reason);
    cut.addEventListener('abort', end, { once: true });
    try {
      const given = init?.signal;
      const signal = given == null ? own.signal : AbortSignal.any([given, own.signal]);
      return await this.#ports.fetch(input, { ...init, signal });
    } finally {
      cut.removeEventListener('abort', end);
    }
  }

  /** An answer to what was sent before a pause was asked for says nothing against it. */
  #notePause(line: Line, answer: Response, pausedBefore: number): void {
    const pause = retryAfterMs(answer.headers, this.#ports.clock.now()) ?? 0;
    // Only a request that was served shows that it is over.
    if (!answer.ok && pause === 0) return;
    const until = answer.ok ? 0 : this.#now() + Math.min(pause, LONGEST_PAUSE_MS);
    line.pausedUntil = line.pausedUntil === pausedBefore ? until : Math.max(until, line.pausedUntil);
  }

  /** A connection of before says nothing of the way there is now. */
  #noteCut(line: Line): void {
    if (line.breaker.kind === 'half-open') line.breaker = inDoubt(line.breaker, this.#now());
  }

  #noteFailure(line: Line, error: unknown, signal: AbortSignal | null | undefined): void {
    // Whoever gave up the call said nothing of the service.
    const late = signal?.aborted !== true || signal.reason instanceof TypeError;
    if (late && !(error instanceof AppError)) this.#note(line, false, false);
    else if (line.breaker.kind === 'half-open') this.#note(line, false, line.answered);
  }

  #note(line: Line, ok: boolean, answered: boolean): void {
    const before = line.breaker.kind;
    line.answered = answered;
    line.breaker = afterAnswer(line.breaker, ok, this.#now(), this.#ports.random.unit());
    if (before !== line.breaker.kind) this.#ports.log('info', 'http', `The circuit is ${line.breaker.kind}`);
  }

  #line(key: string): Line {
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { breaker: CLOSED, probe: null, pausedUntil: 0, answered: true };
      this.#lines.set(key, line);
    }
    return line;
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

function resting(
  service: string,
  code: 'OFFLINE' | 'PROVIDER_ERROR' | 'RATE_LIMITED',
  until: number,
  now: number,
): AppError {
  const seconds = Math.max(1, Math.ceil((until - now) / 1_000));
  const booking = service === 'booking';
  const who = booking ? 'The booking system' : 'The calendar service';
  const why =
    code === 'RATE_LIMITED'
      ? 'asked for a pause'
      : 'has not answered properly for a while, and is given a rest';
  return new AppError(
    code,
    `${who} ${why}: it is asked again in ${seconds} s. To try at once, sync by hand.`,
    {
      detail: 'circuit-open',
      retryAfterSeconds: seconds,
      ...(booking && { party: 'booking-system' as const }),
    },
  );
}
