import type { Database } from './connection.ts';

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
  readonly mapping_id: string;
  readonly run_id: string;
  readonly state: 'prepared' | 'sent';
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

export type NewJournalEntry = Omit<JournalRow, 'id' | 'mapping_id' | 'state' | 'attempt'>;

const SELECT = 'SELECT j.*, l.mapping_id FROM journal j JOIN event_mapping l ON l.id = j.link_id';

/**
 * Operations between plan and settlement. Prepared: nothing has left, drop it and plan again. Sent: it may have had
 * its effect, find out first.
 */
export class JournalRepository {
  readonly #db: Database;
  readonly #prepare;
  readonly #send;
  readonly #settle;
  readonly #isOpen;

  constructor(db: Database) {
    this.#db = db;
    this.#prepare = db.prepare<NewJournalEntry>(
      `INSERT INTO journal (link_id, run_id, state, operation, target_id, body, precondition, idempotency_key, intent)
       VALUES (@link_id, @run_id, 'prepared', @operation, @target_id, @body, @precondition, @idempotency_key, @intent)`,
    );
    this.#send = db.prepare<[string, number]>(
      "UPDATE journal SET state = 'sent', attempt = attempt + 1, idempotency_key = ? WHERE id = ?",
    );
    this.#settle = db.prepare<[number]>('DELETE FROM journal WHERE id = ?');
    this.#isOpen = db.prepare<[number]>(
      "SELECT 1 FROM journal WHERE link_id = ? AND state IN ('prepared', 'sent')",
    );
  }

  prepare(entry: NewJournalEntry): void {
    this.#prepare.run(entry);
  }

  /** Marks operations as sent, in one transaction, before their request leaves. */
  markSent(entries: readonly JournalRow[], idempotencyKey?: string): void {
    this.#db.transaction(() => {
      for (const entry of entries) this.#send.run(idempotencyKey ?? entry.idempotency_key, entry.id);
    })();
  }

  /** Takes a settled or dropped operation out; what it did is in the link and in the log. */
  close(id: number): void {
    this.#settle.run(id);
  }

  isOpen(linkId: number): boolean {
    return this.#isOpen.get(linkId) !== undefined;
  }

  /** Prepared operations of these mappings, in the order they were planned. */
  prepared(mappingId: string, operations: readonly JournalOperation[], limit: number): readonly JournalRow[] {
    return this.#open('prepared', mappingId, operations, limit);
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

  #open(
    state: 'prepared' | 'sent',
    mappingId: string,
    operations: readonly JournalOperation[],
    limit: number,
  ): readonly JournalRow[] {
    const marks = operations.map(() => '?').join(', ');
    return this.#db
      .prepare<unknown[], JournalRow>(
        `${SELECT} WHERE j.state = ? AND l.mapping_id = ? AND j.operation IN (${marks}) ORDER BY j.id LIMIT ?`,
      )
      .all(state, mappingId, ...operations, limit);
  }
}
