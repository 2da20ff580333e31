import { type Database, inTransaction } from './connection.ts';
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
  /** What it is stored in together with others; null for a row of its own. */
  readonly batch: number | null;
}

export type NewJournalEntry = Omit<JournalRow, 'id' | 'attempt' | 'batch'>;

/** Busy blocks stored as one row. */
interface BatchRow {
  readonly id: number;
  readonly run_id: string;
  readonly state: 'prepared' | 'sent';
  readonly idempotency_key: string;
  readonly attempt: number;
  readonly size: number;
}

/** So many of the batches that were planned last need not be read again: some three megabytes. */
const AT_HAND = 6;

type BatchedEntry = Pick<JournalRow, 'link_id' | 'target_id' | 'body' | 'intent'>;

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
  'attempt',
] as const;

const SELECT = `SELECT j.id, j.link_id, j.run_id, j.operation, j.target_id, j.body, j.precondition, j.idempotency_key, j.intent,
    j.attempt, NULL AS batch
  FROM journal j JOIN event_mapping l ON l.id = j.link_id`;

/**
 * Operations between plan and settlement. Prepared: nothing has left, drop it and plan again. Sent: it may have had
 * its effect, find out first.
 *
 * Busy blocks of new links go out and are settled hundreds at a time. Those are one row as long as the same holds for
 * all of them, and are taken apart as soon as it does not.
 */
export class JournalRepository {
  readonly #db: Database;
  readonly #prepare;
  readonly #send;
  readonly #settle;
  readonly #settleAll;
  readonly #isOpen;
  readonly #prepared;
  readonly #batches;
  readonly #batch;
  readonly #content;
  /** What the last batches that were prepared hold, which is never changed, by their ids. */
  readonly #atHand = new Map<number, readonly BatchedEntry[]>();

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
    this.#isOpen = db.prepare<{ id: number }>(
      `SELECT 1 FROM journal WHERE link_id = @id AND state IN ('prepared', 'sent')
       UNION ALL SELECT 1 FROM journal_batch WHERE @id BETWEEN first_link AND last_link`,
    );
    this.#batches = db.prepare<[string, string], BatchRow>(
      'SELECT * FROM journal_batch WHERE state = ? AND mapping_id = ? ORDER BY id',
    );
    this.#batch = db.prepare<[number], BatchRow>('SELECT * FROM journal_batch WHERE id = ?');
    this.#content = db
      .prepare<[number], string>('SELECT entries FROM journal_batch_content WHERE batch = ?')
      .pluck();
  }

  prepare(entry: NewJournalEntry): void {
    this.prepareAll([entry]);
  }

  /** In order. */
  prepareAll(entries: readonly NewJournalEntry[]): void {
    this.#prepare.runAll(entries.map((entry) => ({ ...entry, state: 'prepared', attempt: 0 })));
  }

  /** Busy blocks of one mapping whose links were begun with them, one after the other. */
  prepareBatch(mappingId: string, entries: readonly NewJournalEntry[]): void {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return;
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO journal_batch (mapping_id, run_id, state, idempotency_key, size, first_link, last_link)
         VALUES (?, ?, 'prepared', '', ?, ?, ?)`,
      )
      .run(mappingId, first.run_id, entries.length, first.link_id, last.link_id);
    const batched = entries.map(
      ({ link_id, target_id, body, intent }): BatchedEntry => ({ link_id, target_id, body, intent }),
    );
    const id = Number(lastInsertRowid);
    this.#db.prepare('INSERT INTO journal_batch_content VALUES (?, ?)').run(id, JSON.stringify(batched));
    // An id may be given again, to what stands here from then on.
    this.#atHand.delete(id);
    this.#atHand.set(id, batched);
    const [oldest] = this.#atHand.keys();
    if (this.#atHand.size > AT_HAND && oldest !== undefined) this.#atHand.delete(oldest);
  }

  /**
   * Marks operations as sent, all or none, before their request leaves. Of a batch all entries are to be among them.
   * @param idempotencyKey of the request that they share; left out: each has its own
   */
  markSent(entries: readonly JournalRow[], idempotencyKey: string | null = null): void {
    this.#send.run(idempotencyKey, idsOf(entries));
    const send = this.#db.prepare(
      `UPDATE journal_batch SET state = 'sent', attempt = attempt + 1, idempotency_key = ? WHERE id = ?`,
    );
    for (const batch of batchesOf(entries)) send.run(idempotencyKey, batch);
  }

  /** Takes a settled or dropped operation out; what it did is in the link and in the log. */
  close(id: number): void {
    this.#settle.run(id);
  }

  /** The same for several; of a batch all entries are to be among them. */
  closeAll(entries: readonly JournalRow[]): void {
    this.#settleAll.run(idsOf(entries));
    const settle = this.#db.prepare('DELETE FROM journal_batch WHERE id = ?');
    for (const batch of batchesOf(entries)) settle.run(batch);
  }

  /** The same entries as rows of their own: from here on each of them goes its own way. */
  unbatched(entries: readonly JournalRow[]): readonly JournalRow[] {
    const batches = batchesOf(entries);
    if (batches.length === 0) return entries;
    for (const batch of batches) {
      const row = this.#batch.get(batch);
      if (row !== undefined) this.#takeApart(row);
    }
    const rowOf = this.#db
      .prepare<[number], number>("SELECT id FROM journal WHERE link_id = ? AND state IN ('prepared', 'sent')")
      .pluck();
    return entries.map((entry) =>
      entry.batch === null ? entry : { ...entry, id: rowOf.get(entry.link_id) ?? 0, batch: null },
    );
  }

  #takeApart(batch: BatchRow): void {
    const entries = this.#entriesOf(batch);
    this.#db.prepare('DELETE FROM journal_batch WHERE id = ?').run(batch.id);
    this.#prepare.runAll(entries.map((entry) => ({ ...entry, state: batch.state })));
  }

  /** How many operations are not settled, over all mappings. */
  openCount(): number {
    const count = this.#db
      .prepare<[], number>(
        `SELECT (SELECT count(*) FROM journal WHERE state IN ('prepared', 'sent'))
           + (SELECT coalesce(sum(size), 0) FROM journal_batch)`,
      )
      .pluck()
      .get();
    return count ?? 0;
  }

  isOpen(linkId: number): boolean {
    return this.#isOpen.get({ id: linkId }) !== undefined;
  }

  /** Prepared operations of these mappings, in the order they were planned. */
  prepared(mappingId: string, operations: readonly JournalOperation[], limit: number): readonly JournalRow[] {
    return this.#prepared.all(mappingId, JSON.stringify(operations), limit);
  }

  /** Prepared busy blocks to be sent next, at most `limit`: rows of their own before batches, none of them in part. */
  preparedBlocks(mappingId: string, limit: number): readonly JournalRow[] {
    const rows = this.prepared(mappingId, ['upsert-block'], limit);
    if (rows.length > 0) return rows;
    const entries: JournalRow[] = [];
    for (const batch of this.#batches.all('prepared', mappingId)) {
      if (entries.length > 0 && entries.length + batch.size > limit) break;
      entries.push(...this.#entriesOf(batch));
    }
    return entries;
  }

  /**
   * What has been sent and not settled.
   * @param notBy leaves out what this run sent
   */
  sent(mappingId: string, notBy = ''): readonly JournalRow[] {
    this.#takeAllApart('sent', mappingId, notBy);
    return this.#db
      .prepare<[string, string], JournalRow>(
        `${SELECT} WHERE j.state = 'sent' AND l.mapping_id = ? AND j.run_id <> ? ORDER BY j.id`,
      )
      .all(mappingId, notBy);
  }

  /**
   * What has been planned and not sent.
   * @param notBy leaves out what this run planned
   */
  allPrepared(mappingId: string, notBy = ''): readonly JournalRow[] {
    this.#takeAllApart('prepared', mappingId, notBy);
    return this.#db
      .prepare<[string, string], JournalRow>(
        `${SELECT} WHERE j.state = 'prepared' AND l.mapping_id = ? AND j.run_id <> ? ORDER BY j.id`,
      )
      .all(mappingId, notBy);
  }

  #entriesOf({ id, run_id, idempotency_key, attempt }: BatchRow): readonly JournalRow[] {
    // Our own JSON, written by `prepareBatch`.
    const entries = this.#atHand.get(id) ?? (JSON.parse(this.#content.get(id) ?? '[]') as BatchedEntry[]);
    return entries.map(({ link_id, target_id, body, intent }) => ({
      ...{ id: 0, batch: id, run_id, link_id, operation: 'upsert-block', target_id, body },
      ...{ precondition: null, idempotency_key, intent, attempt },
    }));
  }

  #takeAllApart(state: BatchRow['state'], mappingId: string, notBy: string): void {
    for (const batch of this.#batches.all(state, mappingId)) {
      if (batch.run_id !== notBy) inTransaction(this.#db, () => this.#takeApart(batch));
    }
  }

  /** How many operations of each kind a mapping has prepared. */
  countPrepared(mappingId: string): readonly (readonly [JournalOperation, number])[] {
    return this.#db
      .prepare<{ mapping: string }, { operation: JournalOperation; count: number }>(
        `SELECT operation, sum(size) AS count FROM (
           SELECT j.operation, 1 AS size FROM journal j JOIN event_mapping l ON l.id = j.link_id
             WHERE j.state = 'prepared' AND l.mapping_id = @mapping
           UNION ALL SELECT 'upsert-block', size FROM journal_batch
             WHERE state = 'prepared' AND mapping_id = @mapping)
         GROUP BY operation`,
      )
      .all({ mapping: mappingId })
      .map(({ operation, count }) => [operation, count] as const);
  }
}

/** Ids of those with a row of their own. */
const idsOf = (entries: readonly JournalRow[]): string =>
  JSON.stringify(entries.flatMap(({ id, batch }) => (batch === null ? id : [])));

/** Ids of the batches that they are stored in. */
const batchesOf = (entries: readonly JournalRow[]): readonly number[] => [
  ...new Set(entries.flatMap(({ batch }) => batch ?? [])),
];
