import type { LogEntry, LogFilter, LogPage, LogStatus, NewLogEntry } from '../../shared/domain/sync-log.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { redact, redactText } from '../diagnostics/redaction.ts';
import { type Database, inTransaction } from './connection.ts';
import { insertion } from './insertion.ts';

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
    const { where, parameters } = conditions(query);
    const total =
      this.#db.prepare<[object], number>(`SELECT count(*) FROM sync_log ${where}`).pluck().get(parameters) ??
      0;
    const items = this.#db
      .prepare<[object], LogRow>(
        `SELECT * FROM sync_log ${where} ORDER BY id DESC LIMIT @limit OFFSET @offset`,
      )
      .all({ ...parameters, limit: LOG_PAGE_SIZE, offset: (page - 1) * LOG_PAGE_SIZE })
      .map(toEntry);
    return { items, page, pages: Math.max(1, Math.ceil(total / LOG_PAGE_SIZE)), total };
  }

  /** Everything that the filter lets through, newest first, at most so many. */
  all(filter: Omit<LogFilter, 'page'>, limit: number): readonly LogEntry[] {
    const { where, parameters } = conditions(filter);
    return this.#db
      .prepare<[object], LogRow>(`SELECT * FROM sync_log ${where} ORDER BY id DESC LIMIT @limit`)
      .all({ ...parameters, limit })
      .map(toEntry);
  }

  /** What was decided and done about a booking or a calendar event, oldest first. */
  forDecision(bookingOrEventId: string): readonly LogEntry[] {
    return this.#decisions.all({ id: bookingOrEventId, limit: DECISIONS }).map(toEntry).reverse();
  }

  /** @returns how many entries were removed */
  removeBefore(instant: Date): number {
    return this.#removeBefore.run(instant.toISOString()).changes;
  }
}

function conditions(query: LogFilter): { where: string; parameters: Record<string, string> } {
  const clauses: string[] = [];
  const parameters: Record<string, string> = {};
  const add = (clause: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    clauses.push(clause);
    parameters[name] = value;
  };
  add('status = @status', 'status', query.status);
  add('provider = @provider', 'provider', query.provider);
  add('at >= @from', 'from', toInstant(query.from));
  add('at < @to', 'to', toInstant(query.to));
  const fields = ['technician_id', 'project_id', 'booking_id', 'external_id', 'message'];
  add(
    `(${fields.map((field) => `${field} LIKE @search ESCAPE '\\'`).join(' OR ')})`,
    'search',
    query.search?.trim() ? `%${query.search.trim().replaceAll(/[\\%_]/g, '\\$&')}%` : undefined,
  );
  return { where: clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`, parameters };
}

function toInstant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) {
    throw new AppError(
      'INVALID_INPUT',
      `“${text}” is not a time. Write it as 2026-11-23 or 2026-11-23T09:00:00Z.`,
    );
  }
  return instant.toISOString();
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
