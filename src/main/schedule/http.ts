import { AppError, type RequestEffect } from '../../shared/rpc/errors.ts';
import type { Clock, Fetch, Log, Random } from '../ports.ts';
import { noteEffect } from '../request-effect.ts';
import { certificateProblem } from './certificate.ts';
import { MAX_BODY_BYTES, type ReplayableRequest, replayable, whole, withoutQuery } from './http-message.ts';
import { createLimiter } from './limiter.ts';
import { backoffMs, isTransientStatus, mayHaveTakenEffect, retryAfterMs } from './retry.ts';

export interface HttpOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What all attempts of one call may take together, waits included. Default 15,000 ms, as for a manual sync. */
  readonly budgetMs?: number;
  /** What one attempt may take, body included; the first one also beyond the budget. Default 10,000 ms. */
  readonly attemptTimeoutMs?: number;
  /** What an answer may hold. Default 64 MB. */
  readonly maxBodyBytes?: number;
  /** Calls under way at once, those that wait for their next attempt included. Default 6. */
  readonly concurrency?: number;
  /** Recognises rate limiting in an answer whose status does not say so, such as Google's 403. */
  readonly isRateLimited?: (status: number, bodyText: string) => boolean;
  /** What of an address may be told to the log and to whoever watches. Default: all, but no query in the log. */
  readonly shownUrl?: (url: string) => string;
  /** Once aborted, the attempt under way is finished and no other is made. */
  readonly giveUp?: AbortSignal;
  /** Told of every attempt once it is over. */
  readonly onRequest?: (attempt: HttpAttempt) => void;
  /** Told once before the wait for another attempt, however much longer that may become. */
  readonly onRetry?: (attempt: HttpAttempt & { readonly waitMs: number }) => void;
}

export interface HttpAttempt {
  readonly url: string;
  readonly method: string;
  /** From 1. */
  readonly attempt: number;
  /** null when no answer arrived. */
  readonly status: number | null;
}

export const DEFAULT_BUDGET_MS = 15_000;
const DEFAULT_ATTEMPT_TIMEOUT_MS = 10_000;
const DEFAULT_CONCURRENCY = 6;
/** Bounds a call in which no time passes between attempts: no jitter, `Retry-After: 0`, a clock that was set back. */
const MAX_ATTEMPTS = 10;

type Outcome =
  | { readonly kind: 'answer'; readonly response: Response; readonly transient: boolean }
  | { readonly kind: 'no-answer'; readonly error: unknown }
  /** It was not sent, for a reason of ours. */
  | { readonly kind: 'held-back'; readonly error: unknown };

/**
 * The one wrapper around every outgoing call. Tries again when no answer arrived, on 408, 429, 500, 502, 503, 504 and
 * on what `isRateLimited` recognises; waits with exponential back-off and full jitter, but never less than
 * Retry-After; gives up at once when the next wait would not fit the budget, or when the certificate is not trusted. Every method is tried again, because
 * bodies are exact strings and writes carry their own id, idempotency key or etag.
 *
 * The result behaves like `fetch`: it answers with the last answer whatever its status, and rejects with the last
 * error when none arrived, or with the signal's reason. Bodies are read to the end before it answers, so that a
 * connection cut in the middle of a body counts as no answer.
 *
 * Not cockatiel: its policies sleep on the global timers, so neither a virtual clock nor a seed could drive them.
 */
export function createHttp(options: HttpOptions): Fetch {
  const { clock, random, log, isRateLimited } = options;
  const budgetMs = options.budgetMs ?? DEFAULT_BUDGET_MS;
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const attemptTimeoutMs = options.attemptTimeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS;
  const limiter = createLimiter(options.concurrency ?? DEFAULT_CONCURRENCY);
  // Retry-After is meant for all our requests, not only for the one that was told: until when, by origin.
  const pausedUntil = new Map<string, number>();

  const now = (): number => clock.now().getTime();

  function pauseLeftMs(origin: string): number {
    const left = (pausedUntil.get(origin) ?? 0) - now();
    // A pause is never longer than the budget when it is set: more than that means that the clock was set back.
    return Math.min(Math.max(0, left), budgetMs);
  }

  async function attempt(request: ReplayableRequest, timeoutMs: number): Promise<Outcome> {
    try {
      return await within(clock, timeoutMs, request.signal, async (signal) => {
        const received = await options.fetch(request.url, { ...request.init, signal });
        const { response, text } = await whole(received, maxBodyBytes);
        const transient =
          isTransientStatus(response.status) ||
          (response.status >= 400 && isRateLimited?.(response.status, text()) === true);
        return { kind: 'answer', response, transient } as const;
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      return { kind: error instanceof AppError ? 'held-back' : 'no-answer', error };
    }
  }

  const timeoutMs = (attempts: number, elapsedMs: number): number =>
    attempts === 1 ? attemptTimeoutMs : Math.min(attemptTimeoutMs, budgetMs - elapsedMs);

  /** How long to wait before the next attempt, by our own back-off and by what this origin asked for. */
  function nextWaitMs(origin: string, outcome: Outcome, attempts: number): number {
    const asked = outcome.kind === 'answer' ? (retryAfterMs(outcome.response.headers, clock.now()) ?? 0) : 0;
    if (asked > 0 && asked <= budgetMs) {
      pausedUntil.set(origin, now() + Math.max(asked, pauseLeftMs(origin)));
    }
    return Math.max(backoffMs(attempts, random.unit()), asked, pauseLeftMs(origin));
  }

  function tell(request: ReplayableRequest, attempts: number, outcome: Outcome): HttpAttempt {
    const { method } = request;
    const url = options.shownUrl?.(request.url) ?? request.url;
    const status = outcome.kind === 'answer' ? outcome.response.status : null;
    const told = { url, method, attempt: attempts, status };
    options.onRequest?.(told);
    log('debug', 'http', `${method} ${withoutQuery(url)}: ${status ?? String(errorOf(outcome))}`);
    return told;
  }

  async function send(request: ReplayableRequest): Promise<Response> {
    const { origin, signal } = request;
    const pause = pauseLeftMs(origin);
    if (pause > 0) await clock.sleep(pause, signal ?? undefined);
    const started = now();
    // The latest attempt that may have had its effect.
    let doubtful: Outcome | null = null;
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await attempt(request, timeoutMs(attempts, now() - started));
      if (outcome.kind === 'held-back') return failed(doubtful ?? outcome, effectSo(doubtful));
      const told = tell(request, attempts, outcome);
      if (outcome.kind === 'answer' && !outcome.transient) {
        return noteEffect(outcome.response, effectSo(doubtful));
      }
      const untrusted = certificateProblem(errorOf(outcome), request.url, effectSo(doubtful));
      if (untrusted !== null) throw untrusted;
      if (told.status === null || mayHaveTakenEffect(told.status)) doubtful = outcome;

      if (!(await mayTryAgain(request, outcome, told, started))) return failed(outcome, effectSo(doubtful));
    }
  }

  /** Waits until the next attempt may be made, as long as that fits the budget; false where there is to be none. */
  async function mayTryAgain(
    { origin, signal }: ReplayableRequest,
    outcome: Outcome,
    told: HttpAttempt,
    started: number,
  ): Promise<boolean> {
    let waitMs = nextWaitMs(origin, outcome, told.attempt);
    let tellRetry: HttpOptions['onRetry'] = options.onRetry;
    do {
      const retry = { ...told, waitMs };
      if (told.attempt === MAX_ATTEMPTS || now() - started + waitMs >= budgetMs) return false;
      if (!(await waited(waitMs, signal, () => tellRetry?.(retry)))) return false;
      // Another call may have been asked for a pause meanwhile: a longer wait for the same attempt.
      tellRetry = undefined;
      waitMs = pauseLeftMs(origin);
    } while (waitMs > 0);
    return true;
  }

  /** Waits for the next attempt; false where there is to be none. */
  async function waited(waitMs: number, signal: AbortSignal | null, onWait: () => void): Promise<boolean> {
    const { giveUp } = options;
    const isOver = (): boolean => giveUp?.aborted === true;
    if (isOver()) return false;
    onWait();
    const signals = [signal, giveUp].flatMap((one) => one ?? []);
    try {
      await clock.sleep(waitMs, signals.length === 0 ? undefined : AbortSignal.any(signals));
      return true;
    } catch (reason) {
      if (isOver() && signal?.aborted !== true) return false;
      throw reason;
    }
  }

  return async (input, init) => {
    const request = await replayable(input, init);
    return limiter.run(() => send(request), request.signal);
  };
}

const ANSWERED = new Error('The answer has arrived');

/**
 * Runs `work` for at most so long, also when it ignores its signal.
 * @throws TypeError when the time is over, as a fetch without an answer does; the reason of `signal` when it aborts
 */
async function within<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const settled = new AbortController();
  const late = new AbortController();
  const limit = signal === null ? late.signal : AbortSignal.any([signal, late.signal]);
  const stopped = new Promise<never>((_, reject) => {
    if (limit.aborted) reject(limit.reason);
    limit.addEventListener('abort', () => reject(limit.reason), { once: true });
  });
  const timer = clock.sleep(milliseconds, settled.signal).then(
    () => late.abort(noAnswerWithin(milliseconds)),
    () => undefined,
  );
  try {
    return await Promise.race([work(limit), stopped]);
  } finally {
    // A reason of our own: the default one is an error whose stack would be taken for every request.
    settled.abort(ANSWERED);
    await timer;
  }
}

/** As a fetch without an answer; its name tells that one may have been on its way. */
function noAnswerWithin(milliseconds: number): TypeError {
  const error = new TypeError(`No answer within ${Math.round(milliseconds)} ms`);
  error.name = 'TimeoutError';
  return error;
}

/** What a call may have changed, by the latest of its attempts that may have. */
const effectSo = (doubtful: Outcome | null): RequestEffect => (doubtful === null ? 'none' : 'unknown');

/** What a call is answered with that has failed for good. @throws what was thrown instead of an answer */
function failed(outcome: Outcome, effect: RequestEffect): Response {
  if (outcome.kind !== 'answer') throw outcome.error;
  return noteEffect(outcome.response, effect);
}

function errorOf(outcome: Outcome): unknown {
  return outcome.kind === 'answer' ? null : outcome.error;
}
