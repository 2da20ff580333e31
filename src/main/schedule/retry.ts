const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Whether an answer says "not now" rather than "no" (RFC 9110 section 15, RFC 6585 section 4). */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status);
}

/** Whether a request that was answered with this transient status may have had its effect all the same. */
export function mayHaveTakenEffect(status: number): boolean {
  return status === 408 || status >= 500;
}

/**
 * How long the other end asked us to stay away, in milliseconds, or null when it did not say. Seconds or an HTTP
 * date (RFC 9110 section 10.2.3).
 */
export function retryAfterMs(headers: Headers, now: Date): number | null {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? null : Math.max(0, until - now.getTime());
}

const FIRST_CEILING_MS = 500;
const LAST_CEILING_MS = 8000;

/**
 * How long to wait after the failed attempt number `attempt` (from 1): exponential with full jitter, so that devices
 * which failed together do not come back together.
 * @param unit a random number in [0, 1)
 */
export function backoffMs(attempt: number, unit: number): number {
  return Math.round(unit * Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** (attempt - 1)));
}
