import { AppError, TRIED_AGAIN } from '../../../shared/rpc/errors.ts';
import { KEPT } from '../icalendar/errors.ts';

export function tooLarge(source: string, megabytes: number): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `The calendar from ${source} is larger than ${megabytes} MB. Ask who publishes it for one with fewer years in it.`,
    { detail: 'too-large', nextSync: KEPT },
  );
}

export function tooManyRedirects(source: string, limit: number): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `${source} sent the request on more than ${limit} times. Ask who publishes the calendar for its present address.`,
    { detail: 'redirects', nextSync: KEPT },
  );
}

export function badRedirect(source: string, cause?: unknown): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    `${source} sent the request on to an address that is none. Ask who publishes the calendar for its present address.`,
    { cause, detail: 'redirect', nextSync: KEPT },
  );
}

export function unreachable(source: string, cause: unknown): AppError {
  return new AppError(
    'OFFLINE',
    `${source} cannot be reached. Check the internet connection and the address.`,
    { cause, nextSync: TRIED_AGAIN },
  );
}

export function tooSlow(source: string, seconds: number): AppError {
  return new AppError('OFFLINE', `${source} did not send its calendar within ${seconds} seconds.`, {
    detail: 'timeout',
    nextSync: TRIED_AGAIN,
  });
}

export function privateNetwork(source: string, address: string): AppError {
  const where = source === address ? source : `${source} (${address})`;
  return new AppError(
    'PERMISSION_DENIED',
    `${where} lies in a private network, where a calendar's address could be used to reach devices. Allow it for this calendar if it is meant.`,
    { detail: 'private-network', command: 'Subscribe with “--allow-private-network” for that.' },
  );
}

export function plainHttp(source: string): AppError {
  return new AppError(
    'PERMISSION_DENIED',
    `The calendar from ${source} comes by plain http, which anybody on the way can read and change. Use its https:// address, or agree to plain http for this calendar.`,
    { detail: 'plain-http', command: 'Subscribe with “--allow-plain-http” for that.' },
  );
}

/** The one place where an HTTP status becomes one of our codes. */
export function refused(source: string, response: Response): AppError {
  const { status } = response;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const options = {
    detail: `HTTP ${status}`,
    ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
  };
  switch (status) {
    case 401:
      return new AppError(
        'AUTH_EXPIRED',
        `${source} asks for a user name and password, or no longer takes those in the address. Subscribe again with the present address.`,
        { ...options, nextSync: KEPT },
      );
    case 403:
      return new AppError(
        'PERMISSION_DENIED',
        `${source} does not let us read the calendar. Ask who publishes it to share it under its address.`,
        { ...options, nextSync: KEPT },
      );
    case 404:
    case 410:
      return new AppError(
        'NOT_FOUND',
        `${source} has no calendar at this address (any more). Ask who publishes it for the present one.`,
        { ...options, nextSync: KEPT },
      );
    case 429:
      return new AppError('RATE_LIMITED', `${source} asks for a pause: too many requests.`, {
        ...options,
        nextSync: 'It is tried again after it.',
      });
    default:
      return new AppError('PROVIDER_ERROR', `${source} failed to send its calendar (HTTP ${status}).`, {
        ...options,
        nextSync: `${TRIED_AGAIN} ${KEPT}`,
      });
  }
}

export function readOnly(): AppError {
  return new AppError(
    'PERMISSION_DENIED',
    'A subscribed calendar can only be read: whoever publishes it changes it. Export bookings to a Google, Microsoft or CalDAV calendar instead.',
    { detail: 'read-only' },
  );
}
