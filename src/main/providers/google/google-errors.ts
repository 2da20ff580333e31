import { z } from 'zod';
import { AppError, TRIED_AGAIN, toAppError } from '../../../shared/rpc/errors.ts';
import { effectOf } from '../../request-effect.ts';

/** https://developers.google.com/workspace/calendar/api/guides/errors */
const ErrorBody = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z
      .array(z.object({ reason: z.string().default(''), location: z.string().optional() }))
      .default([]),
  }),
});

const RATE_LIMIT_REASONS: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
]);

/** Whether an answer of Google's is rate limiting, which it also words as 403. For `createHttp`. */
export function isGoogleRateLimit(status: number, bodyText: string): boolean {
  if (status !== 403) return status === 429;
  try {
    return isRateLimit(status, reasonOf(JSON.parse(bodyText)));
  } catch {
    return false;
  }
}

/** Whether a listing was refused for its sync token: expired (410) or never valid (400). */
export function isSyncTokenRefused(status: number, body: unknown): boolean {
  if (status === 410) return true;
  return status === 400 && ErrorBody.safeParse(body).data?.error.errors[0]?.location === 'syncToken';
}

/** The one place where what Google answers becomes one of our codes. */
export function refused(status: number, headers: Headers, body: unknown): AppError {
  const reason = reasonOf(body);
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const options = {
    cause: new Error(`HTTP ${status} ${messageOf(body)}`.trim()),
    detail: reason === '' ? `HTTP ${status}` : reason,
    // Whatever a server error stopped, it may have stopped after the change was made.
    effect: status === 408 || status >= 500 ? ('unknown' as const) : effectOf(headers),
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
  if (isRateLimit(status, reason)) {
    return new AppError(
      'RATE_LIMITED',
      'Google Calendar asks for a pause: too many requests. The rest is synced after it.',
      options,
    );
  }
  switch (status) {
    case 400:
      return new AppError(
        'INVALID_INPUT',
        `Google Calendar does not accept the request (${options.detail}). Check the booking's or event's dates and texts; if they are in order, save diagnostics and send them to support.`,
        options,
      );
    case 401:
      return new AppError(
        'AUTH_EXPIRED',
        'Google needs you to sign in again. Connect the account once more; nothing that was synced is lost.',
        options,
      );
    case 403:
      return new AppError('PERMISSION_DENIED', permissionSentence(reason), options);
    case 404:
    case 410:
      return new AppError(
        'NOT_FOUND',
        'Google Calendar does not have this calendar or event (any more). Check that the calendar still exists and is shared with this account.',
        options,
      );
    case 409:
      return new AppError(
        'CONFLICT',
        'Google Calendar already has an event with this id. The next sync looks at it and decides.',
        options,
      );
    case 412:
      return new AppError(
        'PRECONDITION_FAILED',
        'The event was changed in Google Calendar in the meantime. The next sync merges both changes.',
        options,
      );
    default:
      return new AppError('PROVIDER_ERROR', `Google Calendar failed (HTTP ${status}).`, {
        ...options,
        nextSync: TRIED_AGAIN,
      });
  }
}

/**
 * What googleapis threw because a request got no answer: an error with the request's `config` around the one that
 * the injected fetch rejected with. An `AppError` in it, from the token source, stays as it is.
 */
export function unanswered(thrown: unknown): AppError {
  if (!(thrown instanceof Error && 'config' in thrown)) return toAppError(thrown);
  if (thrown.cause instanceof AppError) return thrown.cause;
  return new AppError('OFFLINE', 'Google Calendar cannot be reached. Check the internet connection.', {
    cause: thrown.cause,
    effect: 'unknown',
    nextSync: TRIED_AGAIN,
  });
}

/** An answer that is not what the API promises: malformed JSON, a portal's page, a shape we do not know. */
export function unreadable(what: string, cause?: unknown): AppError {
  return new AppError('PROVIDER_ERROR', `Google Calendar gave an answer that cannot be read (${what}).`, {
    cause,
    effect: 'unknown',
    detail: 'unreadable',
    nextSync: `Nothing was lost. ${TRIED_AGAIN}`,
  });
}

function isRateLimit(status: number, reason: string): boolean {
  return status === 429 || (status === 403 && RATE_LIMIT_REASONS.has(reason));
}

function permissionSentence(reason: string): string {
  switch (reason) {
    case 'insufficientPermissions':
    case 'ACCESS_TOKEN_SCOPE_INSUFFICIENT':
      return 'This account was connected without the permission that this takes. Connect it again and tick every box that mentions calendars.';
    case 'accessNotConfigured':
      return 'The Google Calendar API is switched off for this OAuth client. Ask your administrator to enable it in the Google Cloud console.';
    default:
      return `Google Calendar does not allow this${reason === '' ? '' : ` (${reason})`}. Ask the owner of the calendar for the right to change events, or choose another calendar.`;
  }
}

function reasonOf(body: unknown): string {
  return ErrorBody.safeParse(body).data?.error.errors[0]?.reason ?? '';
}

function messageOf(body: unknown): string {
  return ErrorBody.safeParse(body).data?.error.message ?? '';
}
