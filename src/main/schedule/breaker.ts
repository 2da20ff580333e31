/** Failures in a row after which nothing is asked for a while. */
const THRESHOLD = 5;
const FIRST_REST_MS = 30_000;
/** As long as the timer's interval: one question per poll is no burden to anybody. */
const LONGEST_REST_MS = 8 * 60_000;

/**
 * A circuit breaker's state (closed, open, half open), as plain data on a clock of the caller's choice. Instants are
 * milliseconds since the epoch.
 */
export type Breaker =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly until: number; readonly opened: number }
  | { readonly kind: 'half-open'; readonly opened: number };

export const CLOSED: Breaker = { kind: 'closed', failures: 0 };

/** Whether one request may find out how things are. */
export const mayProbe = (breaker: Breaker, now: number): boolean =>
  // A rest is never longer than its longest: more than that means that the clock was set back.
  breaker.kind === 'open' && (now >= breaker.until || breaker.until - now > LONGEST_REST_MS);

/** After news of the network: one request may find out at once, and rests begin anew. */
export const inDoubt = (breaker: Breaker, now: number): Breaker =>
  breaker.kind === 'closed' ? breaker : { kind: 'open', until: now, opened: 0 };

/** @param unit a random number in [0, 1): devices that failed together do not come back together */
export function afterAnswer(breaker: Breaker, ok: boolean, now: number, unit: number): Breaker {
  if (ok) return CLOSED;
  if (breaker.kind === 'open') return breaker;
  const opened = breaker.kind === 'half-open' ? breaker.opened + 1 : 0;
  const failures = breaker.kind === 'closed' ? breaker.failures + 1 : THRESHOLD;
  if (failures < THRESHOLD) return { kind: 'closed', failures };
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** opened) * (0.5 + unit / 2);
  return { kind: 'open', until: now + rest, opened };
}
