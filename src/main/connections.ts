import type { Account, CalendarListEntry } from '../shared/domain/account.ts';
import type { ConnectedAccount } from '../shared/rpc/contract.ts';
import { AppError } from '../shared/rpc/errors.ts';
import type { AppPorts, SignInRequest } from './app-contract.ts';
import { TokenSet } from './auth/oauth-client.ts';
import { authorizedFetch, createTokenSource } from './auth/token-source.ts';
import type { Vault } from './auth/vault.ts';
import type { RetryNote } from './engine/account-outcome.ts';
import type { AccountConnection } from './engine/sync-run.ts';
import type { Enrolment } from './enrolment.ts';
import { type OAuthProvider, type OAuthProviderName, oauthProvider } from './oauth-providers.ts';
import type { CalendarProvider } from './providers/provider.ts';
import { createHttp, type HttpOptions } from './schedule/http.ts';
import type { Store } from './store/store.ts';

const TOKENS = 'tokens';

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
  async connectOAuth(provider: OAuthProviderName, options: SignInRequest): Promise<ConnectedAccount> {
    const { signIn } = await import('./auth/oauth.ts');
    const { clock, random, environment } = this.#ports;
    const { service, baseUrl } = signedInTo(provider);
    // Nobody should sign in to find out afterwards that the API cannot be reached at such an address.
    baseUrl(environment);
    const signedIn = await signIn({
      service: service(environment),
      access: options.access,
      openUrl: options.openUrl,
      fetch: this.#http({}),
      clock,
      random,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const { subject, email, access, tokens } = signedIn;
    const known = this.#store.accounts.findBySubject(provider, subject);
    const id = known?.id ?? `acc_${random.uuid()}`;
    await this.#vault.put(id, TOKENS, JSON.stringify(tokens));
    if (known === null) {
      const createdAt = clock.now().toISOString();
      this.#store.accounts.insert({
        id,
        provider,
        subject,
        email,
        access,
        createdAt,
        tokenExpiresAt: tokens.expiresAt,
      });
    } else {
      this.#store.accounts.update(id, {
        email,
        access,
        state: 'connected',
        error: null,
        tokenExpiresAt: tokens.expiresAt,
      });
    }
    return { accountId: id, provider, email };
  }

  /** Takes our access back at the provider, as far as it can be reached; what is stored here goes with the account. */
  async signOut(account: Account): Promise<void> {
    try {
      const tokens = await this.#tokens(account.id);
      if (tokens === null) return;
      const { revoke } = await import('./auth/oauth-client.ts');
      const { service } = signedInTo(account.provider);
      await revoke(service(this.#ports.environment), tokens, this.#http({}));
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
    return (await this.#provider(account, {})).listCalendars();
  }

  /** The way out to one account and, counted with it, to the booking system. */
  async connect(account: Account, onRetry?: RetryNote): Promise<AccountConnection> {
    const count = { provider: 0, booking: 0 };
    const watch = (to: keyof typeof count): Pick<HttpOptions, 'onRequest' | 'onRetry'> => ({
      onRequest: () => {
        count[to] += 1;
      },
      onRetry: (attempt) => onRetry?.({ to, ...attempt }),
    });
    return {
      provider: await this.#provider(account, watch('provider')),
      booking: await this.#enrolment.api(watch('booking')),
      requests: () => ({ ...count }),
    };
  }

  async #provider(
    account: Account,
    watch: Pick<HttpOptions, 'onRequest' | 'onRetry'>,
  ): Promise<CalendarProvider> {
    const { service, baseUrl, load } = signedInTo(account.provider);
    const { environment, clock } = this.#ports;
    const { http, create } = await load();
    const tokens = createTokenSource({
      service: service(environment),
      load: () => this.#tokens(account.id),
      save: async (fresh) => {
        await this.#vault.put(account.id, TOKENS, JSON.stringify(fresh));
        this.#store.accounts.update(account.id, { tokenExpiresAt: fresh.expiresAt });
      },
      fetch: this.#http({}),
      clock,
    });
    return create({
      baseUrl: baseUrl(environment),
      fetch: authorizedFetch(tokens, this.#http({ ...watch, ...http })),
      subject: account.subject,
    });
  }

  async #tokens(accountId: string): Promise<TokenSet | null> {
    const text = await this.#vault.get(accountId, TOKENS);
    return text === null ? null : TokenSet.parse(JSON.parse(text));
  }

  #http(options: Partial<HttpOptions>): AppPorts['fetch'] {
    const { fetch, clock, random, log } = this.#ports;
    return createHttp({ fetch, clock, random, log, ...options });
  }
}

/** @throws AppError INVALID_INPUT for an account of a newer version */
function signedInTo(provider: Account['provider']): OAuthProvider {
  const known = oauthProvider(provider);
  if (known !== null) return known;
  throw new AppError('INVALID_INPUT', `This version cannot sync ${provider} accounts. Update Calendar Sync.`);
}
