import type { Account, CalendarListEntry } from '../shared/domain/account.ts';
import type { ConnectedAccount } from '../shared/rpc/contract.ts';
import { AppError } from '../shared/rpc/errors.ts';
import type { AccountAccess, NewConnection } from './account-provider.ts';
import { accountProvider } from './account-providers.ts';
import type { AppPorts, SignInRequest } from './app-contract.ts';
import type { Vault } from './auth/vault.ts';
import type { RetryNote } from './engine/account-outcome.ts';
import type { AccountConnection } from './engine/sync-run.ts';
import type { Enrolment } from './enrolment.ts';
import { signInByBrowser } from './oauth-accounts.ts';
import type { OAuthProviderName } from './oauth-providers.ts';
import type { CalendarProvider } from './providers/provider.ts';
import { createHttp, type HttpOptions } from './schedule/http.ts';
import type { Store } from './store/store.ts';

/** Told of the requests that are counted as an account's. */
type Watch = Pick<HttpOptions, 'onRequest' | 'onRetry'>;

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

  /** Takes our access back at the provider, as far as it can be reached; what is stored here goes with the account. */
  async signOut(account: Account): Promise<void> {
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
      throw new AppError(
        'NOT_FOUND',
        `There is no account ${accountId}. “calendar-sync accounts” lists them.`,
      );
    }
    return (await this.#open(account, {})).listCalendars();
  }

  /** The way out to one account and, counted with it, to the booking system. */
  async connect(account: Account, onRetry?: RetryNote): Promise<AccountConnection> {
    const count = { provider: 0, booking: 0 };
    const watch = (to: keyof typeof count): Watch => ({
      onRequest: () => {
        count[to] += 1;
      },
      onRetry: (attempt) => onRetry?.({ to, ...attempt }),
    });
    return {
      provider: await this.#open(account, watch('provider')),
      booking: await this.#enrolment.api(watch('booking')),
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
      },
      http: (options) => this.#http({ ...options }),
      countedHttp: (options) => this.#http({ ...watch, ...options }),
    };
  }

  /** The same subject again is the same account, opened by what is new; its secret is stored first. */
  async remember({ secret, ...connection }: NewConnection): Promise<ConnectedAccount> {
    const { provider, subject, email, access, tokenExpiresAt } = connection;
    const known = this.#store.accounts.findBySubject(provider, subject);
    const id = known?.id ?? `acc_${this.#ports.random.uuid()}`;
    await this.#vault.put(id, accountProvider(provider).secret, secret);
    if (known === null) {
      const createdAt = this.#ports.clock.now().toISOString();
      this.#store.accounts.insert({ id, createdAt, ...connection });
    } else {
      const change = { email, access, tokenExpiresAt };
      this.#store.accounts.update(id, { ...change, state: 'connected', error: null });
    }
    return { accountId: id, provider, email };
  }

  #http(options: Partial<HttpOptions>): AppPorts['fetch'] {
    const { fetch, clock, random, log } = this.#ports;
    return createHttp({ fetch, clock, random, log, ...options });
  }
}
