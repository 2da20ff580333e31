import { z } from 'zod';
import { AppError, type AppErrorOptions, elaborated } from '../../shared/rpc/errors.ts';

/** The members of a problem document (RFC 9457) that mean something to us. Servers in trouble send less, or HTML. */
const Problem = z.object({ detail: z.string().optional(), code: z.string().optional() }).catch({});

const AGAIN = { nextSync: 'It is tried again automatically.' };

/** A refusal of the booking system as one of our own failures. `body` is its parsed problem document, if any. */
export function refusal(response: Response, body: unknown): AppError {
  const problem = Problem.parse(body);
  const retryAfterSeconds = retryAfter(response.headers);
  const options: AppErrorOptions = {
    party: 'booking-system',
    detail: problem.code ?? `HTTP ${response.status}`,
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  };
  const said =
    problem.detail === undefined ? '' : ` It says: ${problem.detail.trimEnd().replace(/[^.!?]$/, '$&.')}`;
  switch (response.status) {
    case 401:
      return new AppError(
        'AUTH_EXPIRED',
        'The booking system no longer accepts this device. Enrol it again.',
        options,
      );
    case 403:
      return new AppError(
        'PERMISSION_DENIED',
        `The booking system does not allow this device to do that. Ask dispatch for access.${said}`,
        options,
      );
    case 404:
    case 410:
      return new AppError(
        'NOT_FOUND',
        `The booking system does not know what was asked for. Check its address.${said}`,
        { ...options, nextSync: 'Sync again if it is right.' },
      );
    case 409:
      return new AppError(
        'CONFLICT',
        `This clashes with something in the booking system. Sync again to see it.${said}`,
        options,
      );
    case 412:
      return new AppError(
        'PRECONDITION_FAILED',
        'The booking was changed by somebody else first. Sync again to see the change.',
        options,
      );
    case 400:
    case 413:
    case 422:
      return new AppError(
        'INVALID_INPUT',
        `The booking system does not accept what was sent. Save diagnostics and send them to support.${said}`,
        options,
      );
    case 429:
      return new AppError('RATE_LIMITED', 'The booking system is busy and asks us to wait.', {
        ...options,
        ...AGAIN,
      });
    default:
      return new AppError(
        'PROVIDER_ERROR',
        `The booking system failed (HTTP ${response.status}). Tell dispatch if it lasts.${said}`,
        { ...options, ...AGAIN, effect: response.status >= 500 ? 'unknown' : 'none' },
      );
  }
}

/** No answer arrived; the request may have. */
export const unreachable = (cause: unknown): AppError =>
  new AppError('OFFLINE', 'The booking system cannot be reached. Check the network connection.', {
    ...AGAIN,
    cause,
    effect: 'unknown',
    party: 'booking-system',
  });

/** What the HTTP wrapper found out for itself, which does not know whom it asked. */
export const ofBookingSystem = (error: AppError): AppError => elaborated(error, { party: 'booking-system' });

/** An answer arrived that is not what the contract says; what was asked for may have been done. */
export const unintelligible = (what: string, cause?: unknown): AppError =>
  new AppError(
    'PROVIDER_ERROR',
    `The booking system sent an answer that cannot be used: ${what}. Tell support if it lasts.`,
    { ...AGAIN, cause, effect: 'unknown', party: 'booking-system' },
  );

/**
 * `Retry-After` in seconds (RFC 9110 section 10.2.3). A date is measured against the `Date` of the same answer, so
 * that it does not matter what our own clock shows. Null when it is absent or cannot be understood.
 */
export function retryAfter(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
