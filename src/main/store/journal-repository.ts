import type { Database } from './connection.ts';
import { insertion } from './insertion.ts';

export type JournalOperation =
  | 'create-event'
  | 'update-event'
  | 'delete-event'
  | 'propose'
  | 'upsert-block'
  | 'delete-block';

/** An operation that is not settled yet. */
export interface JournalRow {
  readonly id: number;
  readonly link_id: number;
  /** By which it was planned. */
  readonly run_id: string;
  readonly operation: JournalOperation;
  /** Event, booking or block id. */
  readonly target_id: string;
  /** The exact bytes of the request, or of this item of a batch. */
  readonly body: string;
  /** Etag or version the write was planned on. */
  readonly precondition: string | null;
  readonly idempotency_key: string;
  /** JSON: what to write into the link once it is settled. */
  readonly intent: string;
  readonly attempt: number;
}

export type NewJournalEntry = Omit<JournalRow, 'id' | 'attempt'>;

const COLUMNS = [
  'link_id',
  'run_id',
  'state',
  'operation',
  'target_id',
  'body',
  'precondition',
  'idempotency_key',
  'intent',
] as const;

const SELECT = `SELECT j.id, j.link_id, j.run_id, j.operation, j.target_id, j.body, j.precondition, j.idempotency_key, j.intent,
    j.attempt
  FROM journal j JOIN event_mapping l ON l.id = j.link_id`;

/**
 * Operations between plan and settlement. Prepared: nothing has left, drop it and plan again. Sent: it may have had
 * its effect, find out first.
 */
export class JournalRepository {
  readonly #db: Database;
  readonly #prepare;
  readonly #send;
  readonly #settle;
  readonly #settleAll;
  readonly #isOpen;
  readonly #prepared;

  constructor(db: Database) {
    this.#db = db;
    this.#prepare = insertion(db, 'INSERT INTO journal', COLUMNS);
    this.#send = db.prepare<[string | null, string]>(
      `UPDATE journal SET state = 'sent', attempt = attempt + 1, idempotency_key = coalesce(?, idempotency_key)
       WHERE id IN (SELECT value FROM json_each(?))`,
    );
    this.#settle = db.prepare<[number]>('DELETE FROM journal WHERE id = ?');
    this.#settleAll = db.prepare<[string]>(
      'DELETE FROM journal WHERE id IN (SELECT value FROM json_each(?))',
    );
    this.#prepared = db.prepare<[string, string, number], JournalRow>(
      `${SELECT} WHERE j.state = 'prepared' AND l.mapping_id = ?
         AND j.operation IN (SELECT value FROM json_each(?)) ORDER BY j.id LIMIT ?`,
    );
    this.#isOpen = db.prepare<[number]>(
      "SELECT 1 FROM journal WHERE link_id = ? AND state IN ('prepared', 'sent')",
    );
  }

  prepare(entry: NewJournalEntry): void {
    this.prepareAll([entry]);
  }

  /** In order. */
  prepareAll(entries: readonly NewJournalEntry[]): void {
    this.#prepare.runAll(entries.map((entry) => ({ ...entry, state: 'prepared' })));
  }

  /**
   * Marks operations as sent, all or none, before their request leaves.
   * @param idempotencyKey of the request that they share; left out: each has its own
   */
  markSent(entries: readonly JournalRow[], idempotencyKey: string | null = null): void {
    this.#send.run(idempotencyKey, idsOf(entries));
  }

  /** Takes a settled or dropped operation out; what it did is in the link and in the log. */
  close(id: number): void {
    this.#settle.run(id);
  }

  closeAll(entries: readonly JournalRow[]): void {
    this.#settleAll.run(idsOf(entries));
  }

  /** How many operations are not settled, over all mappings. */
  openCount(): number {
    const count = this.#db
      .prepare<[], number>("SELECT count(*) FROM journal WHERE state IN ('prepared', 'sent')")
      .pluck()
      .get();
    return count ?? 0;
  }

  isOpen(linkId: number): boolean {
    return this.#isOpen.get(linkId) !== undefined;
  }

  /** Prepared operations of these mappings, in the order they were planned. */
  prepared(mappingId: string, operations: readonly JournalOperation[], limit: number): readonly JournalRow[] {
    return this.#prepared.all(mappingId, JSON.stringify(operations), limit);
  }

  sent(mappingId: string): readonly JournalRow[] {
    return this.#db
      .prepare<[string], JournalRow>(`${SELECT} WHERE j.state = 'sent' AND l.mapping_id = ? ORDER BY j.id`)
      .all(mappingId);
  }

  allPrepared(mappingId: string): readonly JournalRow[] {
    return this.#db
      .prepare<[string], JournalRow>(
        `${SELECT} WHERE j.state = 'prepared' AND l.mapping_id = ? ORDER BY j.id`,
      )
      .all(mappingId);
  }

  /** How many operations of each kind a mapping has prepared. */
  countPrepared(mappingId: string): readonly (readonly [JournalOperation, number])[] {
    return this.#db
      .prepare<[string], { operation: JournalOperation; count: number }>(
        `SELECT j.operation, count(*) AS count FROM journal j JOIN event_mapping l ON l.id = j.link_id
         WHERE j.state = 'prepared' AND l.mapping_id = ? GROUP BY j.operation`,
      )
      .all(mappingId)
      .map(({ operation, count }) => [operation, count] as const);
  }
}

const idsOf = (entries: readonly JournalRow[]): string => JSON.stringify(entries.map(({ id }) => id));
