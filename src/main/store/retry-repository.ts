import type { Database } from './connection.ts';

/** An export or a busy time that could not be written. */
export interface RetryRow {
  readonly link_id: number;
  readonly attempts: number;
  /** UTC instants. */
  readonly first_failed_at: string;
  /** Null: given up. */
  readonly next_attempt_at: string | null;
  /** What was tried. */
  readonly basis: string;
}

export interface GivenUp {
  readonly exports: number;
  readonly blocks: number;
}

/** How many failed writes are due again, and how many are given up. */
export interface RetryDepth {
  readonly waiting: number;
  readonly givenUp: number;
}

/** Writes that failed, over restarts: how often, and when each is due again. */
export class RetryRepository {
  readonly #get;
  readonly #put;
  readonly #clear;
  readonly #clearAll;
  readonly #depth;
  readonly #clearAccount;
  readonly #next;
  readonly #blockWaiting;
  readonly #givenUp;

  constructor(db: Database) {
    this.#get = db.prepare<[number], RetryRow>('SELECT * FROM retry WHERE link_id = ?');
    this.#put = db.prepare<RetryRow>(
      `INSERT OR REPLACE INTO retry (link_id, attempts, first_failed_at, next_attempt_at, basis)
       VALUES (@link_id, @attempts, @first_failed_at, @next_attempt_at, @basis)`,
    );
    this.#clear = db.prepare<[number]>('DELETE FROM retry WHERE link_id = ?');
    this.#clearAccount = db.prepare<[string]>(
      `DELETE FROM retry WHERE link_id IN (SELECT l.id FROM event_mapping l
         JOIN calendar_mapping m ON m.id = l.mapping_id JOIN calendar c ON c.id = m.calendar WHERE c.account_id = ?)`,
    );
    this.#clearAll = db.prepare<[string]>(
      'DELETE FROM retry WHERE link_id IN (SELECT value FROM json_each(?))',
    );
    this.#depth = db.prepare<[], RetryDepth>(
      'SELECT count(next_attempt_at) AS waiting, count(*) - count(next_attempt_at) AS givenUp FROM retry',
    );
    this.#givenUp = db.prepare<[string], GivenUp>(
      `SELECT count(*) FILTER (WHERE l.kind = 'export') AS exports,
           count(*) FILTER (WHERE l.kind = 'import') AS blocks FROM retry r JOIN event_mapping l ON l.id = r.link_id
           JOIN calendar_mapping m ON m.id = l.mapping_id JOIN calendar c ON c.id = m.calendar
         WHERE r.next_attempt_at IS NULL AND m.enabled = 1 AND c.account_id = ?`,
    );
    this.#blockWaiting = db
      .prepare<[string], number>(
        `SELECT EXISTS (SELECT 1 FROM retry r JOIN event_mapping l ON l.id = r.link_id
           WHERE l.kind = 'import' AND r.next_attempt_at > ?)`,
      )
      .pluck();
    this.#next = db
      .prepare<[string], string | null>('SELECT min(next_attempt_at) FROM retry WHERE next_attempt_at > ?')
      .pluck();
  }

  get(linkId: number): RetryRow | undefined {
    return this.#get.get(linkId);
  }

  put(row: RetryRow): void {
    this.#put.run(row);
  }

  clear(linkId: number): void {
    this.#clear.run(linkId);
  }

  /** An account was signed in to anew: what failed may work now. */
  clearAccount(accountId: string): void {
    this.#clearAccount.run(accountId);
  }

  clearAll(linkIds: readonly number[]): void {
    this.#clearAll.run(JSON.stringify(linkIds));
  }

  /** How much of an account is given up. */
  givenUp(accountId: string): GivenUp {
    return this.#givenUp.get(accountId) ?? { exports: 0, blocks: 0 };
  }

  depth(): RetryDepth {
    return this.#depth.get() ?? { waiting: 0, givenUp: 0 };
  }

  /** Whether a busy time is due again only after `instant`. */
  isBlockWaiting(instant: Date): boolean {
    return this.#blockWaiting.get(instant.toISOString()) === 1;
  }

  /** The earliest instant after `instant` at which something is due again. */
  nextAfter(instant: Date): Date | null {
    const next = this.#next.get(instant.toISOString()) ?? null;
    return next === null ? null : new Date(next);
  }
}
