import { assertNever } from '../../shared/assert-never.ts';
import type { LogEntry, LogFilter, LogPage, LogStatus, NewLogEntry } from '../../shared/domain/sync-log.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { redact, redactText } from '../diagnostics/redaction.ts';
import { type Database, inTransaction } from './connection.ts';
import { insertion } from './insertion.ts';
import { all, type Condition, countPlain, number, plainConditions } from './sync-log-filter.ts';
import { type Found, find, forgetPieces, indexedCondition, indexSome, unindexed } from './sync-log-search.ts';

const LOG_PAGE_SIZE = 100;

/** The most that `explain` shows of one event or booking. */
const DECISIONS = 200;

interface LogRow {
  readonly id: number;
  readonly at: string;
  readonly run_id: string | null;
  readonly account_id: string | null;
  readonly mapping_id: string | null;
  readonly provider: string | null;
  readonly direction: LogEntry['direction'];
  readonly operation: string;
  readonly status: LogStatus;
  readonly booking_id: string | null;
  readonly external_id: string | null;
  readonly technician_id: string | null;
  readonly project_id: string | null;
  readonly message: string;
  readonly code: string | null;
  readonly duration_ms: number | null;
  readonly attempt: number | null;
  readonly payload: string | null;
}

const COLUMNS = [
  'at',
  'run_id',
  'account_id',
  'mapping_id',
  'provider',
  'direction',
  'operation',
  'status',
  'booking_id',
  'external_id',
  'technician_id',
  'project_id',
  'message',
  'code',
  'duration_ms',
  'attempt',
  'payload',
] as const satisfies readonly (keyof LogRow)[];

/** What a filter lets through, newest first. */
interface Selection {
  readonly total: number;
  readonly pick: (limit: number, offset: number) => readonly LogEntry[];
}

/** Told of an entry that was added, with the newest id there is then. */
type LogWatcher = (lastId: number, entry: NewLogEntry) => void;

/** What the sync did, tried to do and decided. Messages and payloads are redacted on their way in. */
export class SyncLogRepository {
  readonly #db: Database;
  readonly #insert;
  readonly #decisions;
  readonly #removeBefore;
  readonly #watchers = new Set<LogWatcher>();

  constructor(db: Database) {
    this.#db = db;
    this.#insert = insertion(db, 'INSERT INTO sync_log', COLUMNS);
    this.#decisions = db.prepare<{ id: string; limit: number }, LogRow>(
      'SELECT * FROM sync_log WHERE booking_id = @id OR external_id = @id ORDER BY id DESC LIMIT @limit',
    );
    this.#removeBefore = db.prepare<[string]>('DELETE FROM sync_log WHERE at < ?');
  }

  append(entry: NewLogEntry): void {
    this.#insert.run(toRow(entry));
    this.#tell([entry]);
  }

  /** Appends in order, in one transaction. */
  appendMany(entries: readonly NewLogEntry[]): void {
    inTransaction(this.#db, () => this.#insert.runAll(entries.map(toRow)));
    this.#tell(entries);
  }

  /**
   * Tells of every entry that is added, also of one whose transaction then fails.
   * @returns a function that ends it
   */
  watch(watcher: LogWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(entries: readonly NewLogEntry[]): void {
    if (this.#watchers.size === 0 || entries.length === 0) return;
    const lastId = this.#db.prepare<[], number>('SELECT last_insert_rowid()').pluck().get() ?? 0;
    for (const entry of entries) for (const watcher of this.#watchers) watcher(lastId, entry);
  }

  /**
   * One page of the log, newest first.
   * @throws AppError INVALID_INPUT when `from`, `to` or `page` cannot be understood
   */
  query(query: LogFilter = {}): LogPage {
    const page = query.page ?? 1;
    if (!Number.isSafeInteger(page) || page < 1) {
      throw new AppError(
        'INVALID_INPUT',
        'Pages of the log are counted from 1. Ask for page 1 or a later one.',
      );
    }
    const { total, pick } = this.#found(query);
    const items = pick(LOG_PAGE_SIZE, (page - 1) * LOG_PAGE_SIZE);
    return { items, page, pages: Math.max(1, Math.ceil(total / LOG_PAGE_SIZE)), total };
  }

  /** Everything that the filter lets through, newest first, at most so many. */
  all(filter: Omit<LogFilter, 'page'>, limit: number): readonly LogEntry[] {
    return this.#found(filter).pick(limit, 0);
  }

  /** How many entries a search has to look at one by one. */
  get unindexed(): number {
    return unindexed(this.#db);
  }

  /**
   * Makes what was written quick to search, some of it each time.
   * @returns whether there is more
   */
  indexSome(): boolean {
    return indexSome(this.#db);
  }

  #found(filter: LogFilter): Selection {
    const plain = all(plainConditions(filter));
    const search = filter.search?.trim() ?? '';
    if (search === '') return this.#select(plain, ['at', 'id'], countPlain(this.#db, filter));
    const found = find(this.#db, search);
    switch (found.kind) {
      case 'nowhere':
        return { total: 0, pick: () => [] };
      case 'id': {
        const where = all([found.condition, plain]);
        const total = found.tallied
          ? countPlain(this.#db, filter, [found.condition])
          : this.#count(`sync_log WHERE ${where.sql}`, where);
        return this.#select(where, ['id'], total);
      }
      case 'words':
        return this.#selectByWords(found, filter);
      default:
        return assertNever(found);
    }
  }

  #select({ sql, parameters }: Condition, columns: readonly string[], total: number): Selection {
    const pick = (limit: number, offset: number): readonly LogEntry[] => {
      // What lies in the older half is reached from its end.
      const fromEnd = offset > total / 2;
      const count = fromEnd ? Math.max(0, Math.min(limit, total - offset)) : limit;
      const rows = this.#db
        .prepare<[object], LogRow>(
          `SELECT * FROM sync_log WHERE ${sql}
           ORDER BY ${columns.map((column) => `${column} ${fromEnd ? 'ASC' : 'DESC'}`).join(', ')}
           LIMIT @limit OFFSET @offset`,
        )
        .all({ ...parameters, limit: count, offset: fromEnd ? total - offset - count : offset });
      return (fromEnd ? rows.toReversed() : rows).map(toEntry);
    };
    return { total, pick };
  }

  /** What is not indexed yet is newer than what is, and comes first. */
  #selectByWords(found: Extract<Found, { kind: 'words' }>, filter: LogFilter): Selection {
    const newer = all([found.later, ...plainConditions(filter)]);
    const older = indexedCondition(this.#db, found, filter);
    return inTurn([
      this.#select(newer, ['id'], this.#count(`sync_log WHERE ${newer.sql}`, newer)),
      ...(older === null ? [] : [this.#selectIndexed(older)]),
    ]);
  }

  #selectIndexed(where: Condition): Selection {
    return {
      total: this.#count(`sync_log_words WHERE ${where.sql}`, where),
      pick: (limit, offset) => {
        const ids = this.#db
          .prepare<[object], number>(
            `SELECT rowid FROM sync_log_words WHERE ${where.sql} ORDER BY rowid DESC LIMIT @limit OFFSET @offset`,
          )
          .pluck()
          .all({ ...where.parameters, limit, offset });
        return this.#db
          .prepare<[string], LogRow>(
            'SELECT * FROM sync_log WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC',
          )
          .all(JSON.stringify(ids))
          .map(toEntry);
      },
    };
  }

  #count(from: string, { parameters }: Condition): number {
    return number(this.#db, `SELECT count(*) FROM ${from}`, parameters);
  }

  /** What was decided and done about a booking or a calendar event, oldest first. */
  forDecision(bookingOrEventId: string): readonly LogEntry[] {
    return this.#decisions.all({ id: bookingOrEventId, limit: DECISIONS }).map(toEntry).reverse();
  }

  /** @returns how many entries were removed */
  removeBefore(instant: Date): number {
    return inTransaction(this.#db, () => {
      forgetPieces(this.#db, instant);
      return this.#removeBefore.run(instant.toISOString()).changes;
    });
  }
}

/** All of one, then all of the next. */
function inTurn(selections: readonly Selection[]): Selection {
  return {
    total: selections.reduce((sum, { total }) => sum + total, 0),
    pick(limit, offset) {
      const picked: LogEntry[] = [];
      let skip = offset;
      for (const { total, pick } of selections) {
        const rest = limit - picked.length;
        if (rest === 0) break;
        if (skip < total) picked.push(...pick(rest, skip));
        skip = Math.max(0, skip - total);
      }
      return picked;
    },
  };
}

function toRow(entry: NewLogEntry): Omit<LogRow, 'id'> {
  return {
    at: entry.at,
    run_id: entry.runId,
    account_id: entry.accountId,
    mapping_id: entry.mappingId,
    provider: entry.provider,
    direction: entry.direction,
    operation: entry.operation,
    status: entry.status,
    booking_id: entry.bookingId,
    external_id: entry.externalId,
    technician_id: entry.technicianId,
    project_id: entry.projectId,
    message: redactText(entry.message),
    code: entry.code,
    duration_ms: entry.durationMs,
    attempt: entry.attempt,
    payload:
      entry.payload === null || entry.payload === undefined ? null : JSON.stringify(redact(entry.payload)),
  };
}

function toEntry(row: LogRow): LogEntry {
  return {
    id: row.id,
    at: row.at,
    runId: row.run_id,
    accountId: row.account_id,
    mappingId: row.mapping_id,
    provider: row.provider,
    direction: row.direction,
    operation: row.operation,
    status: row.status,
    bookingId: row.booking_id,
    externalId: row.external_id,
    technicianId: row.technician_id,
    projectId: row.project_id,
    message: row.message,
    code: row.code,
    durationMs: row.duration_ms,
    attempt: row.attempt,
    payload: row.payload === null ? null : JSON.parse(row.payload),
  };
}
