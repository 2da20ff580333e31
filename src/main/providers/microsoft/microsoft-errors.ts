import { z } from 'zod';
import { AppError, elaborated, TRIED_AGAIN } from '../../../shared/rpc/errors.ts';
import { effectOf } from '../../request-effect.ts';
import type { GraphAnswer } from './graph-answer.ts';

/** https://learn.microsoft.com/en-us/graph/errors */
const ErrorBody = z.object({
  error: z.object({ code: z.string().default(''), message: z.string().default('') }),
});

/** Some services of Microsoft's begin their codes in lower case, some in upper. */
const CURSOR_CODES: ReadonlySet<string> = new Set([
  'syncstatenotfound',
  'syncstateinvalid',
  'resyncrequired',
]);

const MISSING_CODES: ReadonlySet<string> = new Set([
  'ErrorItemNotFound',
  'ErrorFolderNotFound',
  'ErrorInvalidIdMalformed',
]);

const ACCOUNT_CODES: ReadonlySet<string> = new Set([
  'MailboxNotEnabledForRESTAPI',
  'MailboxNotSupportedForRESTAPI',
]);

/** Whether a delta listing was refused for its cursor, so that it has to begin anew. */
export function isCursorRefused(answer: GraphAnswer): boolean {
  return answer.status === 410 || (answer.status >= 400 && CURSOR_CODES.has(codeOf(answer).toLowerCase()));
}

/** Whether what was asked for does not exist (any more), which an id in another provider's form cannot either. */
export function isMissing(answer: GraphAnswer): boolean {
  const code = codeOf(answer);
  if (ACCOUNT_CODES.has(code)) return false;
  return answer.status === 404 || (answer.status >= 400 && MISSING_CODES.has(code));
}

/** Whether it was not done because of too many requests. */
export function asksForPause({ status, headers }: GraphAnswer): boolean {
  return status === 429 || ((status === 503 || status === 504) && headers.has('retry-after'));
}

/** The body of an answer that says yes. @throws AppError otherwise */
export function accepted(answer: GraphAnswer): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw refused(answer);
}

/** The one place where what Graph answers becomes one of our codes. */
function refused(answer: GraphAnswer): AppError {
  const { status, headers } = answer;
  const code = codeOf(answer);
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const options = {
    cause: new Error(`HTTP ${status} ${messageOf(answer)}`.trim()),
    detail: code === '' ? `HTTP ${status}` : code,
    // Whatever a server error stopped, it may have stopped after the change was made.
    effect: status === 408 || status >= 500 ? ('unknown' as const) : effectOf(headers),
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
  const known = refusalByCode(answer, code);
  if (known !== null) return new AppError(...known, options);
  switch (status) {
    case 400:
      return new AppError(
        'INVALID_INPUT',
        `Outlook does not accept the request (${options.detail}). Check the booking's or event's dates and texts; if they are in order, save diagnostics and send them to support.`,
        options,
      );
    case 401:
      return new AppError(
        'AUTH_EXPIRED',
        'Microsoft needs you to sign in again. Connect the account once more; nothing that was synced is lost.',
        options,
      );
    case 403:
      return new AppError(
        'PERMISSION_DENIED',
        `Outlook does not allow this${code === '' ? '' : ` (${code})`}. Connect the account again and accept every permission; for a shared calendar, ask its owner for the right to change events.`,
        options,
      );
    case 409:
      return new AppError(
        'CONFLICT',
        'Outlook says that this contradicts what is there. The next sync looks at it and decides.',
        options,
      );
    case 412:
      return new AppError('PRECONDITION_FAILED', CHANGED, options);
    default:
      return new AppError('PROVIDER_ERROR', `Outlook failed (HTTP ${status}).`, {
        ...options,
        nextSync: TRIED_AGAIN,
      });
  }
}

const TAKEN = 'Outlook already has an event for this booking. The next sync looks at it and decides.';
const CHANGED = 'The event was changed in Outlook in the meantime. The next sync merges both changes.';

/** What is told by Graph's own code, or by a status together with its headers, whatever status it comes with. */
function refusalByCode(answer: GraphAnswer, code: string): [code: AppError['code'], message: string] | null {
  if (asksForPause(answer)) {
    return ['RATE_LIMITED', 'Outlook asks for a pause: too many requests. The rest is synced after it.'];
  }
  if (isCursorRefused(answer)) {
    return ['PROVIDER_ERROR', 'Outlook broke off listing the calendar. It is listed anew at the next sync.'];
  }
  if (isMissing(answer)) {
    return [
      'NOT_FOUND',
      'Outlook does not have this calendar or event (any more). Check that the calendar still exists and is shared with this account.',
    ];
  }
  if (ACCOUNT_CODES.has(code)) {
    return [
      'PERMISSION_DENIED',
      'This Microsoft account has no mailbox in Exchange Online, so it has no calendar to sync. Ask your administrator, or connect another account.',
    ];
  }
  switch (code) {
    case 'ErrorDuplicateTransactionId':
      return ['CONFLICT', TAKEN];
    case 'ErrorIrresolvableConflict':
      return ['PRECONDITION_FAILED', CHANGED];
    case 'ErrorOccurrenceCrossingBoundary':
      return [
        'INVALID_INPUT',
        'Outlook does not let an occurrence of a series move past its neighbours. Move it to a time between them, or make it an event of its own.',
      ];
    case 'ErrorQuotaExceeded':
      return [
        'INVALID_INPUT',
        'The mailbox is full, so Outlook stores no more events. Make room in it and sync again.',
      ];
    default:
      return null;
  }
}

/** A create was answered with the event of an earlier one, which says something else by now. */
export function createdBefore(): AppError {
  return new AppError('CONFLICT', TAKEN, { effect: 'unknown' });
}

/** An event was created, and before its tag was complete we were asked for a pause, which everything else waits for. */
export const createdBeforePause = (answer: GraphAnswer): AppError =>
  elaborated(refused(answer), { effect: 'unknown' });

/** What kept a request from being answered. An `AppError`, from the token source, stays as it is. */
export function unanswered(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('OFFLINE', 'Outlook cannot be reached. Check the internet connection.', {
    cause: thrown,
    effect: 'unknown',
    nextSync: TRIED_AGAIN,
  });
}

/** A link that would take the access token somewhere else. */
export function foreignLink(url: string): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    'Outlook referred to another server, which is not followed. Ask your administrator to check MICROSOFT_GRAPH_BASE_URL.',
    { detail: URL.parse(url)?.origin ?? 'no URL' },
  );
}

/** An answer that is not what the API promises: malformed JSON, a portal's page, a shape we do not know. */
export function unreadable(what: string, cause?: unknown): AppError {
  return new AppError('PROVIDER_ERROR', `Outlook gave an answer that cannot be read (${what}).`, {
    cause,
    effect: 'unknown',
    detail: 'unreadable',
    nextSync: `Nothing was lost. ${TRIED_AGAIN}`,
  });
}

/** @throws AppError PROVIDER_ERROR saying what of `what` is not as promised */
export function read<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw unreadable(path === '' ? what : `${what}, ${path}`, parsed.error);
}

function codeOf({ body }: GraphAnswer): string {
  return ErrorBody.safeParse(body).data?.error.code ?? '';
}

function messageOf({ body }: GraphAnswer): string {
  return ErrorBody.safeParse(body).data?.error.message ?? '';
}
