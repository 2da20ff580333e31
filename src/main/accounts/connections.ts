import type { Account, CalendarListEntry } from '../../shared/domain/account.ts';
import type { ConnectedAccount, SubscribedFeed } from '../../shared/rpc/contract.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { AppPorts, CaldavRequest, SignInRequest, SubscriptionRequest } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import type { RetryNote } from '../engine/account-outcome.ts';
import type { AccountConnection } from '../engine/sync-run.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Fetch } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import { createHttp, type HttpOptions } from '../schedule/http.ts';
import type { Store } from '../store/store.ts';
import type { AccountAccess, NewConnection } from './account-provider.ts';
import { accountProvider } from './account-providers.ts';
import { discoverCaldav } from './caldav-accounts.ts';
import { signInByBrowser } from './oauth-accounts.ts';
import { isOAuthProvider, type OAuthProviderName } from './oauth-providers.ts';
import type { ReachTarget } from './reach.ts';

/** The way out to one service. */
export interface WayOut {
  readonly fetch: Fetch;
  /** Told of every answer to a request of its own, also where several travelled together. */
  readonly note: (url: string, answer: Response) => void;
}

/** The way out, and who is told of what happens on it. */
interface Watch extends Partial<Pick<HttpOptions, 'onRetry' | 'giveUp'> & WayOut> {
  /** Told of every request that is counted as the account's, once it is over. */
  readonly onRequest?: () => void;
}

/** Calendar accounts: signing in and out, and the way out to each. */
export class Connections {
  readonly #ports: AppPorts;
  readonly #store: Store;
  readonly #vault: Vault;
  readonly #enrolment: Enrolment;

  constructor(ports: AppPorts, store: Store, vault: Vault, enrolment: Enrolment) {
    this.#ports = ports;
    this.#store = store;
    this.#vault = vault;
    this.#enrolment = enrolment;
  }

  /**
   * Signs in to a provider in the browser. The same person again is the same account with new tokens; somebody else is
   * another account.
   * @throws AppError PERMISSION_DENIED when it is refused, cancelled or takes longer than five minutes
   */
  async connectOAuth(provider: OAuthProviderName, request: SignInRequest): Promise<ConnectedAccount> {
    await this.requireKey();
    return this.remember(await signInByBrowser(provider, request, this.#ports, this.#http({})));
  }

  /**
   * Nobody should sign in to find out afterwards that it cannot be kept.
   * @throws AppError PERMISSION_DENIED when there is no key to seal a secret with
   */
  async requireKey(): Promise<void> {
    const probe = 'probe';
    await this.#vault.put(probe, probe, probe);
    this.#vault.delete(probe);
  }

  /**
   * Subscribes to a published calendar, after having read it once. The same address again is the same account, under
   * the name and with the zone and the consents given now.
   */
  async connectIcs(request: SubscriptionRequest): Promise<SubscribedFeed> {
    const { subscribeToFeed } = await import('./ics-accounts.ts');
    const http = (options: Partial<HttpOptions>): Fetch => this.#http(options);
    const feed = await subscribeToFeed(request, this.#ports, http, () => this.#technicianZone());
    const { id: calendarId, events, notices } = feed.check;
    return {
      ...(await this.remember(feed.connection)),
      calendarId,
      timeZone: feed.timeZone,
      events,
      notices,
    };
  }

  /**
   * Connects a CalDAV account with a user name and a password. The same person again is the same account with the new
   * password.
   * @throws AppError when the calendars cannot be found with them; nothing is stored then
   */
  async connectCaldav(request: CaldavRequest): Promise<ConnectedAccount> {
    const zone = (await this.#technicianZone()) ?? request.localTimeZone ?? 'UTC';
    return this.remember(await discoverCaldav(request, this.#ports, (options) => this.#http(options), zone));
  }

  /** Nobody has to be enrolled to connect an account, nor the booking system to answer. */
  async #technicianZone(): Promise<string | null> {
    if (!this.#enrolment.isEnrolled()) return null;
    const known = await this.#enrolment.identity().catch(() => null);
    return known?.technician.timeZone ?? null;
  }

  /** Who the accounts are in the identity of busy blocks, where the database does not say so itself. By account id. */
  async subjects(): Promise<ReadonlyMap<string, string>> {
    const subjects = new Map<string, string>();
    for (const account of this.#store.accounts.list()) {
      try {
        const subject = await accountProvider(account.provider).subject?.(this.#access(account, {}));
        if (subject != null) subjects.set(account.id, subject);
      } catch (error) {
        // Whatever keeps its secret from being read fails the account when it is its turn, and says so.
        this.#ports.log('warn', 'auth', 'An account does not say who it is.', {
          accountId: account.id,
          error,
        });
      }
    }
    return subjects;
  }

  /** Where the accounts are that are not at a provider of the booking system's choice: their own servers, by address. */
  async ownServers(): Promise<readonly ReachTarget[]> {
    const own = this.#store.accounts.list().filter(({ provider }) => !isOAuthProvider(provider));
    const targets = await Promise.all(
      own.map(async (account) => {
        // One whose secret cannot be read is at nowhere we know; its own state says so.
        const origins = await accountProvider(account.provider)
          .origins(this.#access(account, {}))
          .catch(() => []);
        return origins.map((origin) => ({ name: account.email, origin }));
      }),
    );
    return targets.flat();
  }

  /** Takes our access back at the provider, as far as it can be reached; what is stored here goes with the account. */
  async signOut(account: Account): Promise<void> {
    this.#store.meta.delete(renewedAt(account.id));
    try {
      await accountProvider(account.provider).signOut?.(this.#access(account, {}));
    } catch (error) {
      this.#ports.log('warn', 'auth', 'The sign-in could not be revoked at the provider.', {
        accountId: account.id,
        error,
      });
    }
  }

  async calendars(accountId: string): Promise<readonly CalendarListEntry[]> {
    const account = this.#store.accounts.get(accountId);
    if (account === null) {
      throw new AppError('NOT_FOUND', 'That account is not connected any more. Choose another one.', {
        command: `There is no account ${accountId}; “calendar-sync accounts” lists them.`,
      });
    }
    return (await this.#open(account, {})).listCalendars();
  }

  /** When the access of each account was last renewed: UTC instants, by account id. */
  tokensRenewedAt(): ReadonlyMap<string, string> {
    return new Map(
      this.#store.accounts.list().flatMap(({ id }) => {
        const at = this.#store.meta.get(renewedAt(id));
        return at === null ? [] : [[id, at] as const];
      }),
    );
  }

  #noteRenewed(accountId: string): void {
    this.#store.meta.set(renewedAt(accountId), this.#ports.clock.now().toISOString());
  }

  /** The way out to one account and, counted with it, to the booking system. */
  async connect(
    account: Account,
    onRetry?: RetryNote,
    out: (service: string) => Partial<WayOut> = () => ({}),
    giveUp?: AbortSignal,
  ): Promise<AccountConnection> {
    const count = { provider: 0, booking: 0 };
    const watch = (to: keyof typeof count, service: string) => ({
      ...out(service),
      ...(giveUp !== undefined && { giveUp }),
      onRequest: () => {
        count[to] += 1;
      },
      onRetry: (attempt: Omit<Parameters<RetryNote>[0], 'to'>) => onRetry?.({ to, ...attempt }),
    });
    return {
      provider: await this.#open(account, watch('provider', account.provider)),
      booking: await this.#enrolment.api(watch('booking', 'booking')),
      requests: () => ({ ...count }),
    };
  }

  #open(account: Account, watch: Watch): Promise<CalendarProvider> {
    return accountProvider(account.provider).open(this.#access(account, watch));
  }

  #access(account: Account, watch: Watch): AccountAccess {
    const { secret: purpose } = accountProvider(account.provider);
    return {
      account,
      ports: this.#ports,
      loadSecret: () => this.#vault.get(account.id, purpose),
      saveSecret: async (secret, expiresAt) => {
        await this.#vault.put(account.id, purpose, secret);
        this.#store.accounts.update(account.id, { tokenExpiresAt: expiresAt });
        this.#noteRenewed(account.id);
      },
      http: (options) =>
        this.#http({
          ...(watch.fetch !== undefined && { fetch: watch.fetch }),
          ...(watch.giveUp !== undefined && { giveUp: watch.giveUp }),
          ...options,
        }),
      countedHttp: (options, carry = (fetch) => fetch) => {
        const { onRequest, note, fetch = this.#ports.fetch, ...rest } = watch;
        return this.#http({ ...rest, fetch: noting(carry(telling(fetch, onRequest)), note), ...options });
      },
    };
  }

  /**
   * The same subject again is the same account, opened by what is new; its secret is stored first. The token that it
   * takes the place of is not revoked: Google revokes a person's whole consent to this client, and the new token with
   * it (RFC 7009 section 2.1 lets a service invalidate the grant), and Microsoft revokes no single token at all.
   */
  async remember({ secret, ...connection }: NewConnection): Promise<ConnectedAccount> {
    const { provider, subject, email, access, tokenExpiresAt } = connection;
    const known = this.#store.accounts.findBySubject(provider, subject);
    const id = known?.id ?? `acc_${this.#ports.random.uuid()}`;
    await this.#vault.put(id, accountProvider(provider).secret, secret);
    if (tokenExpiresAt !== null) this.#noteRenewed(id);
    if (known === null) {
      const createdAt = this.#ports.clock.now().toISOString();
      this.#store.accounts.insert({ id, createdAt, ...connection });
    } else {
      const change = { email, access, tokenExpiresAt };
      this.#store.accounts.update(id, { ...change, state: 'connected', error: null });
      this.#store.retries.clearAccount(id);
    }
    return { accountId: id, provider, email };
  }

  #http(options: Partial<HttpOptions>): AppPorts['fetch'] {
    const { fetch, clock, random, log } = this.#ports;
    return createHttp({ fetch, clock, random, log, ...options });
  }
}

/** Tells of what was sent; a request that was held back was not. */
function telling(fetch: Fetch, onRequest: (() => void) | undefined): Fetch {
  return async (input, init) => {
    try {
      const answer = await fetch(input, init);
      onRequest?.();
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof AppError)) onRequest?.();
      throw thrown;
    }
  };
}

function noting(fetch: Fetch, note: WayOut['note'] | undefined): Fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    note?.(input instanceof Request ? input.url : String(input), answer);
    return answer;
  };
}

const renewedAt = (accountId: string): string => `token-renewed-at:${accountId}`;
