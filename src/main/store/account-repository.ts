import type { Account, ProviderName } from '../../shared/domain/account.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Database } from './connection.ts';

export type NewAccount = Pick<Account, 'id' | 'provider' | 'subject' | 'email' | 'access'> & {
  /** UTC instant. */
  readonly createdAt: string;
  readonly tokenExpiresAt?: string | null;
};

/** Left out: as it was. */
export type AccountChange = Partial<
  Pick<Account, 'email' | 'access' | 'state' | 'error' | 'tokenExpiresAt' | 'lastSyncedAt'>
>;

interface AccountRow {
  readonly id: string;
  readonly provider: ProviderName;
  readonly subject: string;
  readonly email: string;
  readonly access: 'read' | 'write';
  readonly state: 'connected' | 'needs-sign-in' | 'error' | 'paused';
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly token_expires_at: string | null;
  readonly last_synced_at: string | null;
}

const COLUMNS =
  'id, provider, subject, email, access, state, error_code, error_message, token_expires_at, last_synced_at';

/** The accounts somebody signed in to. Their tokens are the vault's. */
export class AccountRepository {
  readonly #db: Database;
  readonly #list;
  readonly #get;
  readonly #bySubject;
  readonly #insert;
  readonly #update;

  constructor(db: Database) {
    this.#db = db;
    this.#list = db.prepare<[], AccountRow>(
      `SELECT ${COLUMNS} FROM external_calendar_account ORDER BY created_at, id`,
    );
    this.#get = db.prepare<[string], AccountRow>(
      `SELECT ${COLUMNS} FROM external_calendar_account WHERE id = ?`,
    );
    this.#bySubject = db.prepare<[string, string], AccountRow>(
      `SELECT ${COLUMNS} FROM external_calendar_account WHERE provider = ? AND subject = ?`,
    );
    this.#insert = db.prepare<AccountRow & { created_at: string }>(
      `INSERT INTO external_calendar_account (${COLUMNS}, created_at) VALUES (@id, @provider, @subject, @email,
         @access, @state, @error_code, @error_message, @token_expires_at, @last_synced_at, @created_at)`,
    );
    this.#update = db.prepare<AccountRow>(
      `UPDATE external_calendar_account SET email = @email, access = @access, state = @state,
         error_code = @error_code, error_message = @error_message, token_expires_at = @token_expires_at,
         last_synced_at = @last_synced_at WHERE id = @id`,
    );
  }

  /** In the order in which they were connected. */
  list(): readonly Account[] {
    return this.#list.all().map(toAccount);
  }

  get(id: string): Account | null {
    const row = this.#get.get(id);
    return row === undefined ? null : toAccount(row);
  }

  /** The account that is this person to this provider, so that signing in again does not make a second one. */
  findBySubject(provider: ProviderName, subject: string): Account | null {
    const row = this.#bySubject.get(provider, subject);
    return row === undefined ? null : toAccount(row);
  }

  /** @throws AppError CONFLICT when this person is already connected */
  insert(account: NewAccount): Account {
    return this.#db.transaction(() => {
      const existing = this.findBySubject(account.provider, account.subject);
      if (existing !== null) {
        throw new AppError(
          'CONFLICT',
          `${existing.email} is already connected (${existing.id}). Reconnect that account instead.`,
        );
      }
      const { createdAt, tokenExpiresAt, ...identity } = account;
      this.#insert.run({
        ...identity,
        state: 'connected',
        error_code: null,
        error_message: null,
        token_expires_at: tokenExpiresAt ?? null,
        last_synced_at: null,
        created_at: createdAt,
      });
      return this.#require(account.id);
    })();
  }

  /** @throws AppError NOT_FOUND */
  update(id: string, change: AccountChange): Account {
    return this.#db.transaction(() => {
      this.#update.run(toRow({ ...this.#require(id), ...change }));
      return this.#require(id);
    })();
  }

  /**
   * Forgets an account with its mappings, everything known of its calendars, and its secrets. What was created in the
   * calendar and in the booking system stays there.
   */
  remove(id: string): void {
    this.#db.transaction(() => {
      const mappings =
        'SELECT m.id FROM calendar_mapping m JOIN calendar c ON c.id = m.calendar WHERE c.account_id = ?';
      this.#db
        .prepare(
          `DELETE FROM journal WHERE link_id IN (SELECT id FROM event_mapping WHERE mapping_id IN (${mappings}))`,
        )
        .run(id);
      this.#db.prepare(`DELETE FROM calendar_mapping WHERE id IN (${mappings})`).run(id);
      this.#db.prepare('DELETE FROM secret WHERE owner = ?').run(id);
      this.#db.prepare('DELETE FROM external_calendar_account WHERE id = ?').run(id);
    })();
  }

  #require(id: string): Account {
    const account = this.get(id);
    if (account === null) {
      throw new AppError('NOT_FOUND', 'That account is not connected any more. Choose another one.', {
        command: `There is no account ${id}; “calendar-sync accounts” lists them.`,
      });
    }
    return account;
  }
}

/** `read-only` is not stored: it is what a healthy account with read scopes is called. */
function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    provider: row.provider,
    subject: row.subject,
    email: row.email,
    access: row.access,
    state: row.state === 'connected' && row.access === 'read' ? 'read-only' : row.state,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    tokenExpiresAt: row.token_expires_at,
    lastSyncedAt: row.last_synced_at,
  };
}

function toRow(account: Account): AccountRow {
  return {
    id: account.id,
    provider: account.provider,
    subject: account.subject,
    email: account.email,
    access: account.access,
    state: account.state === 'read-only' ? 'connected' : account.state,
    error_code: account.error?.code ?? null,
    error_message: account.error?.message ?? null,
    token_expires_at: account.tokenExpiresAt,
    last_synced_at: account.lastSyncedAt,
  };
}
