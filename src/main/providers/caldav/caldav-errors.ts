import { AppError, TRIED_AGAIN } from '../../../shared/rpc/errors.ts';
import { effectOf } from '../../request-effect.ts';
import { ID_USED_UP } from '../provider.ts';

/** Where the passwords for other programs are made, which the usual providers want instead of the account's own. */
const APP_PASSWORDS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)icloud\.com$/, 'iCloud wants an app-specific password: make one at account.apple.com.'],
  [
    /(^|\.)(fastmail\.com|messagingengine\.com)$/,
    'Fastmail wants an app password: make one in Settings, Privacy & Security.',
  ],
];

/**
 * The one place where what a CalDAV server answers becomes one of our codes.
 * @param url of the request; only its host is named, since paths may be private
 */
export function refused(url: URL, response: Response, body = ''): AppError {
  const { status } = response;
  const server = url.host;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const precondition = preconditionOf(body);
  const options = {
    cause: new Error(`HTTP ${status} ${precondition ?? messageIn(body)}`.trim()),
    detail: precondition ?? `HTTP ${status}`,
    // Whatever a server error stopped, it may have stopped after the change was made.
    effect: status === 408 || status >= 500 ? ('unknown' as const) : effectOf(response.headers),
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
  switch (status) {
    case 401:
      return new AppError('AUTH_EXPIRED', notSignedIn(url, response), options);
    case 403:
      return new AppError(
        'PERMISSION_DENIED',
        `${server} does not allow this. Ask the owner of the calendar for the right to change events, or choose another calendar.`,
        options,
      );
    case 404:
    case 410:
      return new AppError(
        'NOT_FOUND',
        `${server} does not have this calendar or event (any more). Check that the calendar still exists and is shared with this account.`,
        options,
      );
    case 409:
      return new AppError(
        'CONFLICT',
        `${server} cannot take this change as things are there (${options.detail}). Check that the calendar still exists.`,
        { ...options, nextSync: TRIED_AGAIN },
      );
    case 412:
      return new AppError(
        'PRECONDITION_FAILED',
        `The event was changed on ${server} in the meantime. The next sync merges both changes.`,
        options,
      );
    case 429:
      return new AppError(
        'RATE_LIMITED',
        `${server} asks for a pause: too many requests. The rest is synced after it.`,
        options,
      );
    case 400:
    case 413:
    case 415:
    case 422:
      return new AppError(
        'INVALID_INPUT',
        `${server} does not accept the event (${options.detail}). Check the booking's dates and texts; if they are in order, save diagnostics and send them to support.`,
        options,
      );
    case 507:
      return new AppError(
        'PROVIDER_ERROR',
        `${server} has no room left for the event. Free some space there.`,
        { ...options, nextSync: TRIED_AGAIN },
      );
    default:
      return new AppError('PROVIDER_ERROR', `${server} failed (HTTP ${status}).`, {
        ...options,
        nextSync: TRIED_AGAIN,
      });
  }
}

/** Something else has the UID: in this calendar (RFC 4791 section 5.3.2.1), or in another (RFC 6638 section 3.2.4.1). */
const UID_CONFLICTS: ReadonlySet<string | null> = new Set([
  'no-uid-conflict',
  'unique-scheduling-object-resource',
]);

/** Why a create was refused, where something has the name or the UID already; null for any other reason. */
export function takenBy(error: unknown): 'name' | 'uid' | null {
  if (!(error instanceof AppError)) return null;
  if (UID_CONFLICTS.has(error.detail)) return 'uid';
  return error.code === 'PRECONDITION_FAILED' ? 'name' : null;
}

export function taken(url: URL, by: 'name' | 'uid', cause: unknown): AppError {
  return new AppError(
    'CONFLICT',
    `${url.host} already has an event of this name. The next sync looks at it and decides.`,
    {
      cause,
      ...(by === 'uid' && { detail: ID_USED_UP }),
      ...(cause instanceof AppError && { effect: cause.effect }),
    },
  );
}

function notSignedIn(url: URL, response: Response): string {
  const asks = response.headers.get('www-authenticate');
  if (asks !== null && !/\bbasic\b/i.test(asks)) {
    return `${url.host} wants another kind of sign-in than a user name and password. Ask whoever runs it to allow Basic authentication over https.`;
  }
  const hint = APP_PASSWORDS.find(([host]) => host.test(url.hostname))?.[1];
  return `${url.host} does not accept this user name and password. ${hint ?? 'Check both; some providers want an app-specific password here.'} Then connect the account again; nothing that was synced is lost.`;
}

/**
 * The precondition that an answer names (RFC 4918 section 16, RFC 4791 section 5.3.2.1), without its namespace. Servers on
 * sabre/dav have messages of their own there instead: Nextcloud's says of a UID that it “already exists”, also that of an
 * event in its trash (https://github.com/nextcloud/server/issues/30096).
 */
function preconditionOf(body: string): string | null {
  if (/\buid already exists\b/i.test(messageIn(body))) return 'no-uid-conflict';
  const [, namespace = '', name = null] =
    /<(?:[\w.-]+:)?error\b[^>]*>\s*<(?:([\w.-]+):)?([\w-]+)/i.exec(body) ?? [];
  return namespace === 's' ? null : name;
}

/** What a server on sabre/dav says of a failure, in words. */
const messageIn = (body: string): string => /<s:message>([^<]*)/.exec(body)?.[1]?.trim() ?? '';

/** No answer arrived at all. */
export function unreachable(url: URL, cause: unknown): AppError {
  return new AppError(
    'OFFLINE',
    `${url.host} cannot be reached. Check the internet connection and the address.`,
    { cause, effect: 'unknown', nextSync: TRIED_AGAIN, ...(isTimeout(cause) && { detail: 'timeout' }) },
  );
}

const isTimeout = (cause: unknown): boolean => cause instanceof Error && cause.name === 'TimeoutError';

/** Whether an answer was too large to be taken, or too long on its way: that to a smaller question may not be. */
export function isTooMuch(error: unknown): boolean {
  return isTooLarge(error) || (error instanceof AppError && error.detail === 'timeout');
}

export const isTooLarge = (error: unknown): boolean =>
  error instanceof AppError && error.detail === 'too-large';

export const isMissing = (error: unknown): boolean => error instanceof AppError && error.code === 'NOT_FOUND';

/** An answer that is not what the protocol promises: a web page, a portal, broken XML. */
export function unreadable(url: URL, what: string, cause?: unknown): AppError {
  return new AppError('PROVIDER_ERROR', `${url.host} gave an answer that cannot be read (${what}).`, {
    cause,
    effect: 'unknown',
    detail: 'unreadable',
    nextSync: `Nothing was lost. ${TRIED_AGAIN}`,
  });
}

/** Nothing at this address speaks CalDAV. */
export function notCaldav(url: URL): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `There is no CalDAV calendar service at ${url.host}${url.pathname}. Check the address with your calendar provider's help pages.`,
    { detail: 'not-caldav' },
  );
}

/** A password goes to nobody but the server that it was given for. */
export function elsewhere(from: URL, to: URL): AppError {
  return new AppError(
    'PERMISSION_DENIED',
    `${from.host} sends on to ${to.origin}, and your password is not handed on to another server by itself. If that is the right one, connect to ${to.origin}/ instead.`,
    { detail: 'other-origin' },
  );
}

export function tooManyRedirects(url: URL): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `${url.host} sends on in circles. Check the address with your calendar provider's help pages.`,
    { detail: 'redirects' },
  );
}
