import { z } from 'zod';
import { AppError } from '../../shared/rpc/errors.ts';
import type { AppPorts, SubscriptionRequest } from '../app-contract.ts';
import { firstContact } from '../first-contact.ts';
import type { Fetch } from '../ports.ts';
import type { FeedCheck, IcsProviderOptions } from '../providers/ics/ics-provider.ts';
import type { HttpOptions } from '../schedule/http.ts';
import type { AccountAccess, AccountProvider, NewConnection } from './account-provider.ts';

/** Sealed as a whole: whoever knows the address of a feed can read it. */
const Subscription = z.object({
  /** As it was given, with user name and password if it has them. */
  url: z.string(),
  name: z.string(),
  /** IANA zone of times without a zone. */
  timeZone: z.string(),
  /** Plain http from elsewhere than this computer. */
  allowPlainHttp: z.boolean(),
  allowPrivateNetwork: z.boolean(),
});
type Subscription = Readonly<z.infer<typeof Subscription>>;

/** A feed of 20 MB over a slow line takes its time, and it is one request. */
const ATTEMPT_MS = 30_000;

/** The addresses of feeds are secrets, so that neither log nor report may have more of them than the origin. */
const HTTP: Partial<HttpOptions> = {
  attemptTimeoutMs: ATTEMPT_MS,
  concurrency: 1,
  shownUrl: (url) => new URL(url).origin,
};

/** Calendars that somebody publishes and others subscribe to. What opens them is their address. */
export const icsAccounts: AccountProvider = {
  secret: 'subscription',

  async open(access) {
    const { createIcsProvider } = await import('../providers/ics/ics-provider.ts');
    const subscription = await stored(access);
    if (subscription === null) {
      throw new AppError(
        'AUTH_EXPIRED',
        `The address of ${access.account.email} is not known here any more. Subscribe to it again.`,
        { detail: 'no-address' },
      );
    }
    return createIcsProvider({
      ...(await providerOptions(subscription, access.countedHttp(HTTP), access.ports)),
      name: subscription.name,
    });
  },

  /** Busy blocks are named after the feed's address, which the database must not have in the clear. */
  async subject(access) {
    const { feedUrl, parseFeedAddress } = await import('../providers/ics/feed-address.ts');
    const subscription = await stored(access);
    return subscription === null ? null : feedUrl(parseFeedAddress(subscription.url));
  },

  async origins(access) {
    const { parseFeedAddress } = await import('../providers/ics/feed-address.ts');
    const subscription = await stored(access);
    const address = subscription === null ? null : parseFeedAddress(subscription.url);
    return address?.kind === 'web' ? [address.url.origin] : [];
  },
};

/** A feed that was fetched and read, and what was found in it. */
export interface CheckedFeed {
  readonly connection: NewConnection;
  readonly check: FeedCheck;
  readonly timeZone: string;
}

/**
 * Fetches a feed once, to say yes to a subscription.
 * @param http makes the fetch that it is read with
 * @param technicianZone IANA zone of where the technician works, or null where it is not known; asked only if needed
 * @throws AppError INVALID_INPUT when address or zone is none; PERMISSION_DENIED when consent is missing; else why the
 *   feed cannot be read
 */
export async function subscribeToFeed(
  request: SubscriptionRequest,
  ports: Pick<AppPorts, 'clock' | 'environment' | 'log' | 'settings'>,
  http: (options: Partial<HttpOptions>) => Fetch,
  technicianZone: () => Promise<string | null>,
): Promise<CheckedFeed> {
  const { checkFeed } = await import('../providers/ics/ics-provider.ts');
  const given = {
    url: request.url.trim(),
    allowPlainHttp: request.allowPlainHttp ?? false,
    allowPrivateNetwork: request.allowPrivateNetwork ?? false,
  };
  const options = await providerOptions({ ...given, timeZone: request.timeZone ?? 'UTC' }, http(HTTP), ports);
  const check = await firstContact(() => checkFeed(options));
  const timeZone =
    request.timeZone ?? check.timeZone ?? (await technicianZone()) ?? request.localTimeZone ?? 'UTC';
  const chosen = request.name?.trim() ?? '';
  const subscription: Subscription = { ...given, name: chosen === '' ? check.name : chosen, timeZone };
  const connection: NewConnection = {
    provider: 'ics',
    subject: check.id,
    email: accountName(subscription.name, check.source),
    access: 'read',
    tokenExpiresAt: null,
    secret: JSON.stringify(subscription),
  };
  return { connection, check, timeZone };
}

/** What the account is called where others have an address: its own address is nobody's business. */
const accountName = (name: string, source: string): string =>
  name === source ? source : `${name} (${source})`;

async function providerOptions(
  { url, timeZone, allowPlainHttp, allowPrivateNetwork }: Omit<Subscription, 'name'>,
  fetch: Fetch,
  { clock, environment, log, settings }: Pick<AppPorts, 'clock' | 'environment' | 'log' | 'settings'>,
): Promise<IcsProviderOptions> {
  const { allowPrivateFeeds } = (await settings()).values();
  const { systemLookup, systemReadFile } = await import('../providers/ics/system-access.ts');
  return {
    url,
    timeZone,
    allowPlainHttp,
    allowPrivateNetwork: allowPrivateNetwork || allowPrivateFeeds,
    fetch,
    clock,
    log,
    lookup: systemLookup(environment),
    readFile: systemReadFile,
  };
}

async function stored({ loadSecret }: AccountAccess): Promise<Subscription | null> {
  const text = await loadSecret();
  return text === null ? null : Subscription.parse(JSON.parse(text));
}
