import type { Database } from './connection.ts';

/** An export that failed. */
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

/** Exports that failed, over restarts: how often, and when each is due again. */
export class RetryRepository {
  readonly #get;
  readonly #put;
  readonly #clear;
  readonly #clearAccount;
  readonly #next;
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
    this.#givenUp = db
      .prepare<[string], number>(
        `SELECT count(*) FROM retry r JOIN event_mapping l ON l.id = r.link_id
           JOIN calendar_mapping m ON m.id = l.mapping_id JOIN calendar c ON c.id = m.calendar
         WHERE r.next_attempt_at IS NULL AND m.enabled = 1 AND c.account_id = ?`,
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

  /** How many exports of an account are given up. */
  givenUp(accountId: string): number {
    return this.#givenUp.get(accountId) ?? 0;
  }

  /** The earliest instant after `instant` at which something is due again. */
  nextAfter(instant: Date): Date | null {
    const next = this.#next.get(instant.toISOString()) ?? null;
    return next === null ? null : new Date(next);
  }
}
