import { type Database, inTransaction } from './connection.ts';
import { insertion } from './insertion.ts';
import { EVENT_COLUMNS, type ObservedEventRow } from './observed-row.ts';

const COLUMNS = EVENT_COLUMNS.join(', ');

/**
 * Pages of listings that have not been read to their end. In a temporary table: a listing that is cut short starts
 * over, so that nobody would ever read again what was kept of it.
 */
export class CalendarStage {
  readonly #db: Database;
  readonly #insert;

  constructor(db: Database) {
    this.#db = db;
    db.exec(`
      CREATE TEMP TABLE IF NOT EXISTS staged_event (
        calendar INTEGER NOT NULL,
        event_id TEXT NOT NULL,
        series_id TEXT,
        copy_key TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('live', 'cancelled', 'absent')),
        starts_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        content TEXT NOT NULL,
        hash TEXT NOT NULL,
        etag TEXT,
        booking_id TEXT,
        PRIMARY KEY (calendar, event_id)
      ) STRICT, WITHOUT ROWID`);
    this.#insert = insertion(db, 'INSERT OR REPLACE INTO staged_event', ['calendar', ...EVENT_COLUMNS]);
  }

  clear(calendar: number): void {
    this.#db.prepare('DELETE FROM staged_event WHERE calendar = ?').run(calendar);
  }

  /** Adds one page. Later rows of an event replace earlier ones. */
  add(calendar: number, rows: readonly ObservedEventRow[]): void {
    inTransaction(this.#db, () => this.#insert.runAll(rows.map((row) => ({ ...row, calendar }))));
  }

  /**
   * Adds as gone what the picture has of these events and series, occurrences included, and the stage has not: they
   * have been shown anew. What had ended before `from` is not shown any more and stays.
   */
  addGone(calendar: number, ids: readonly string[], from: string): void {
    const gone = this.#db.prepare(
      `INSERT OR IGNORE INTO staged_event (calendar, ${COLUMNS})
         SELECT calendar, event_id, series_id, '', 'cancelled', '', '', '{}', '', NULL, NULL FROM observed_event
         WHERE calendar = @calendar AND (event_id = @id OR series_id = @id) AND state = 'live' AND ends_at > @from`,
    );
    this.#db.transaction(() => {
      for (const id of ids) gone.run({ calendar, id, from });
    })();
  }

  /** Takes what is live inside the window off again: a complete listing of it is about to tell better. */
  dropLive(calendar: number, window: { readonly from: string; readonly to: string }): void {
    this.#db
      .prepare(
        `DELETE FROM staged_event WHERE calendar = @calendar AND state = 'live'
           AND starts_at < @to AND ends_at > @from`,
      )
      .run({ calendar, from: window.from, to: window.to });
  }
}
