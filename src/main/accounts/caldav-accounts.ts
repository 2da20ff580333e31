import { z } from 'zod';
import { AppError } from '../../shared/rpc/errors.ts';
import type { AppPorts, CaldavRequest } from '../app-contract.ts';
import { basicAuthorizedFetch } from '../auth/basic-auth.ts';
import { parseEndpoint } from '../endpoint.ts';
import { firstContact } from '../first-contact.ts';
import type { Fetch } from '../ports.ts';
import type { HttpOptions } from '../schedule/http.ts';
import type { AccountAccess, AccountProvider, NewConnection } from './account-provider.ts';

/** What opens an account, with what was found out when it was connected. */
const Credentials = z.object({
  username: z.string(),
  password: z.string(),
  principal: z.string(),
  home: z.string(),
  otherHomes: z.array(z.string()).default([]),
  addresses: z.array(z.string()),
  /** IANA zone of calendars that do not say theirs. */
  timeZone: z.string(),
});
type Credentials = Readonly<z.infer<typeof Credentials>>;

/** A server that has to look through years of events for the first time takes its time. */
const ATTEMPT_MS = 60_000;

/** CalDAV accounts. What opens them is a user name and a password, which is not asked for again. */
export const caldavAccounts: AccountProvider = {
  secret: 'password',

  async open(access) {
    const credentials = await stored(access);
    if (credentials === null) {
      throw new AppError(
        'AUTH_EXPIRED',
        `The password of ${access.account.email} is not known here any more. Connect the account again.`,
        { detail: 'no-password' },
      );
    }
    const { createCaldavProvider, CALDAV_CONCURRENCY } = await import(
      '../providers/caldav/caldav-provider.ts'
    );
    const { clock, log } = access.ports;
    const http = access.countedHttp({ concurrency: CALDAV_CONCURRENCY, attemptTimeoutMs: ATTEMPT_MS });
    const { principal, home, otherHomes, addresses, timeZone } = credentials;
    const origins = new Set([principal, home, ...otherHomes].map((url) => new URL(url).origin));
    const fetch = basicAuthorizedFetch(credentials, ({ origin }) => origins.has(origin), http);
    return createCaldavProvider({
      ...{ principal, home, otherHomes, addresses, timeZone },
      ...{ fetch, clock, log },
    });
  },

  async origins(access) {
    const credentials = await stored(access);
    if (credentials === null) return [];
    return [...new Set([credentials.principal, credentials.home].map((url) => new URL(url).origin))];
  },
};

/**
 * Finds somebody's calendars at the address they gave, to say yes to the account. Nothing is kept of a failure.
 * @param http makes the fetch to use
 * @throws AppError INVALID_INPUT for an address that is none or not https; AUTH_EXPIRED for a wrong password;
 *   PROVIDER_ERROR when there is no CalDAV service; PERMISSION_DENIED when it leads to another server
 */
export async function discoverCaldav(
  request: CaldavRequest,
  { log }: Pick<AppPorts, 'log'>,
  http: (options: Partial<HttpOptions>) => Fetch,
  timeZone: string,
): Promise<NewConnection> {
  const { username, password } = request;
  const url = parseEndpoint('The address', withScheme(request.url.trim()));
  const { createDavClient } = await import('../providers/caldav/dav-client.ts');
  const { discover, mayFollow } = await import('../providers/caldav/discovery.ts');
  const fetch = basicAuthorizedFetch(
    { username, password },
    (to) => mayFollow(url, to),
    http({ attemptTimeoutMs: ATTEMPT_MS }),
  );
  const found = await firstContact(() => discover(createDavClient(fetch), url));
  log('debug', 'caldav', 'Calendars found', { principal: found.principal, home: found.home });
  const credentials: Credentials = {
    username,
    password,
    ...found,
    otherHomes: [...found.otherHomes],
    addresses: [...found.addresses],
    timeZone,
  };
  return {
    provider: 'caldav',
    subject: found.principal,
    email: emailOf(username, found.addresses, url),
    access: 'write',
    tokenExpiresAt: null,
    secret: JSON.stringify(credentials),
  };
}

/** People leave the scheme out, and mean https. */
const withScheme = (address: string): string =>
  /^[a-z][a-z\d+.-]*:\/\//i.test(address) ? address : `https://${address}`;

function emailOf(username: string, addresses: readonly string[], url: URL): string {
  if (username.includes('@')) return username;
  const mail = addresses.find((address) => address.startsWith('mailto:'))?.slice('mailto:'.length);
  return mail ?? `${username}@${url.hostname}`;
}

async function stored({ loadSecret }: AccountAccess): Promise<Credentials | null> {
  const text = await loadSecret();
  return text === null ? null : Credentials.parse(JSON.parse(text));
}
