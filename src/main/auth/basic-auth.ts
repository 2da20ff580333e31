import { AppError } from '../../shared/rpc/errors.ts';
import type { Fetch } from '../ports.ts';

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Adds a user name and password to every request (RFC 7617, in UTF-8), for the servers that they were given for.
 * @param isTheirs whether a URL is of one of these
 * @throws AppError PERMISSION_DENIED when a request would go anywhere else
 */
export function basicAuthorizedFetch(
  { username, password }: BasicCredentials,
  isTheirs: (url: URL) => boolean,
  fetch: Fetch,
): Fetch {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!isTheirs(url)) {
      throw new AppError(
        'PERMISSION_DENIED',
        `The password of this account is not for ${url.host}. Connect the account there if that is where its calendars are now.`,
        { detail: 'other-origin' },
      );
    }
    const headers = new Headers(init?.headers);
    headers.set('authorization', authorization);
    return fetch(input, { ...init, headers });
  };
}
