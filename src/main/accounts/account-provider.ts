import type { Account } from '../../shared/domain/account.ts';
import type { AppPorts } from '../app-contract.ts';
import type { Fetch } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { HttpOptions } from '../schedule/http.ts';

/** How the accounts of one provider are reached, whatever opens them: a sign-in, a password, an address. */
export interface AccountProvider {
  /** What the vault calls that which opens an account. */
  readonly secret: string;
  /**
   * The way into one account. Loads its client on first use: each is large, and most commands need none or one.
   * @throws AppError AUTH_EXPIRED when what opens it is gone or cannot be read
   */
  open(access: AccountAccess): Promise<CalendarProvider>;
  /**
   * Who the account is in the identity of busy blocks, where that is not what the database knows it by. Null when it
   * cannot be told.
   */
  subject?(access: AccountAccess): Promise<string | null>;
  /** Scheme, host and port of the servers that the account is at, as far as it is known without asking. */
  origins(access: AccountAccess): Promise<readonly string[]>;
  /** Takes our access back at the other end, where it keeps any. */
  signOut?(access: AccountAccess): Promise<void>;
}

/** What an account of any provider is reached with. */
export interface AccountAccess {
  readonly account: Account;
  readonly ports: Pick<AppPorts, 'clock' | 'environment' | 'log' | 'random' | 'settings'>;
  /** What opens the account, or null when there is nothing (any more). */
  loadSecret(): Promise<string | null>;
  /**
   * Puts another in its place.
   * @param expiresAt UTC instant from which on it no longer opens the account, or null
   */
  saveSecret(secret: string, expiresAt: string | null): Promise<void>;
  /** Retries and limits. */
  http(options?: Partial<HttpOptions>): Fetch;
  /**
   * The same for the requests that are counted as the account's.
   * @param carry what they go through below that; what it sends is counted, not what it is given
   */
  countedHttp(options?: Partial<HttpOptions>, carry?: (fetch: Fetch) => Fetch): Fetch;
}

/** Somebody who has just shown what opens an account. */
export type NewConnection = Pick<Account, 'provider' | 'subject' | 'email' | 'access' | 'tokenExpiresAt'> & {
  readonly secret: string;
};
