import type { Account } from '../../shared/domain/account.ts';
import { AppError, type ErrorCode } from '../../shared/rpc/errors.ts';
import type { RetryRow } from '../store/retry-repository.ts';
import type { RunContext } from './context.ts';
import type { ExportCell } from './planner/export-plan.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Trouble that passes by itself; the export waits for it, for days if need be. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'OFFLINE',
  'RATE_LIMITED',
  'PROVIDER_ERROR',
  'AUTH_EXPIRED',
]);
/** An outage that ends is noticed as soon as the timer would. */
const LONGEST_PASSING_WAIT_MS = 10 * MINUTE_MS;
const PASSING_GIVE_UP_MS = 3 * 24 * HOUR_MS;
/** Without a network nothing is wrong with the export: the first run that finds one again should not pass it over. */
const FIRST_OFFLINE_WAIT_MS = 10_000;
/** What is refused is tried a few times, over some two hours: somebody may be putting it right. */
const REFUSED_ATTEMPTS = 8;

/** Whether an error is of trouble that passes by itself. */
export const isPassing = ({ code }: AppError): boolean => PASSING.has(code);

/**
 * What follows from a failed attempt: when the next one is, or that there is none. Exponential, with jitter, and never
 * before the other end wants to be asked again.
 * @param before earlier failures of the same export
 * @param basis what was tried; after a change the count starts anew
 * @param unit a random number in [0, 1)
 */
export function afterFailure(
  linkId: number,
  before: RetryRow | undefined,
  basis: string,
  error: AppError,
  now: Date,
  unit: number,
): RetryRow {
  const same = before?.basis === basis ? before : undefined;
  const attempts = (same?.attempts ?? 0) + 1;
  const firstFailedAt = same?.first_failed_at ?? now.toISOString();
  const passing = isPassing(error);
  const isOffline = error.code === 'OFFLINE';
  const exponential =
    (isOffline ? FIRST_OFFLINE_WAIT_MS : MINUTE_MS) * 2 ** Math.min(attempts - 1, 12) * (0.5 + unit / 2);
  const waitMs = Math.max(
    passing ? Math.min(exponential, LONGEST_PASSING_WAIT_MS) : exponential,
    // Nobody asked for a wait where nobody answered.
    isOffline ? 0 : (error.retryAfterSeconds ?? 0) * 1_000,
  );
  // Without a sign-in, or without a network, nothing is wrong with the export itself.
  const lasting = error.code !== 'AUTH_EXPIRED' && !isOffline;
  const givenUp = passing
    ? lasting && now.getTime() - Date.parse(firstFailedAt) >= PASSING_GIVE_UP_MS
    : attempts >= REFUSED_ATTEMPTS;
  return {
    link_id: linkId,
    attempts,
    first_failed_at: firstFailedAt,
    next_attempt_at: givenUp ? null : new Date(now.getTime() + waitMs).toISOString(),
    basis,
  };
}

/** What an attempt is made from: another booking, event or mapping is another attempt. */
export function attemptBasis({
  booking,
  event,
  mapping,
}: Pick<ExportCell, 'booking' | 'event' | 'mapping'>): string {
  const source = booking.kind === 'selected' ? booking.hash : booking.kind;
  const target = event.kind === 'seen' ? event.hash : event.kind;
  return `${source}/${target}@${mapping.revision}`;
}

/** What was given up stays a failure of its account until it is delivered, or no longer wanted. */
export function givenUpProblem(run: RunContext, { id, email }: Account): AppError | null {
  const { exports, blocks } = run.store.retries.givenUp(id);
  const parts = [
    ...(exports > 0
      ? [`${exports === 1 ? 'a booking' : `${exports} bookings`} to the calendar of ${email}`]
      : []),
    ...(blocks > 0 ? [`${blocks === 1 ? 'a busy time' : `${blocks} busy times`} to the booking system`] : []),
  ];
  if (parts.length === 0) return null;
  return new AppError(
    'PROVIDER_ERROR',
    `In several attempts, these could not be written: ${parts.join(', and ')}. The log says why; sync by hand to try again.`,
    { detail: 'given-up', ...(exports === 0 && { party: 'booking-system' as const }) },
  );
}

/** Whether an unattended run leaves a failed write alone for now. */
export function isWaiting(retry: RetryRow, basis: string, now: Date): boolean {
  if (retry.basis !== basis) return false;
  return retry.next_attempt_at === null || Date.parse(retry.next_attempt_at) > now.getTime();
}
