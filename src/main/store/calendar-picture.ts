import { CalendarStage } from './calendar-stage.ts';
import { type Database, inTransaction } from './connection.ts';
import { insertion } from './insertion.ts';
import { endSingles } from './made-series.ts';
import { EVENT_COLUMNS, type ObservedEventRow } from './observed-row.ts';
import { WrittenEvents } from './written-events.ts';

/** How far a calendar has been read. */
export interface CalendarPosition {
  readonly id: number;
  readonly accountId: string;
  /** The provider's own id. */
  readonly calendarId: string;
  readonly cursor: string | null;
  readonly windowFrom: string | null;
  readonly windowTo: string | null;
  readonly suddenlyEmpty: boolean;
}

/** A mapping of the calendar, as far as the picture needs to know it. */
export interface PictureMapping {
  readonly id: string;
  readonly imports: boolean;
  readonly writes: boolean;
  /** Span of UTC instants that has come into its window since the last complete listing, or null. */
  readonly entered: { readonly from: string; readonly to: string } | null;
}

export interface Promotion {
  /** The listing was complete: what it does not show is missing. */
  readonly complete: boolean;
  readonly cursor: string | null;
  readonly window: { readonly from: string; readonly to: string };
  readonly mappings: readonly PictureMapping[];
}

const COLUMNS = EVENT_COLUMNS.join(', ');

const COPY_COLUMNS = ['copy_key', 'state', 'content', 'hash', 'etag', 'booking_id', 'calendar'] as const;
/** What is to be known of an event in some calendar to plan the meeting that it is a copy of. */
type CopyRow = Pick<ObservedEventRow & { readonly calendar: number }, (typeof COPY_COLUMNS)[number]>;

/**
 * Missing rows are few and have an index of their own. Left to itself SQLite walks every event of the calendar, which a
 * quiet run cannot afford. CROSS JOIN, below, likewise keeps it to the order written: few rows first.
 */
const MISSING_EVENTS = "observed_event INDEXED BY observed_event_gone WHERE state <> 'live'";

/**
 * What each calendar showed when it was last read to the end. A page of the next reading waits on the stage and never
 * becomes part of the picture before the last one has arrived.
 */
export class CalendarPicture {
  readonly stage: CalendarStage;
  readonly written: WrittenEvents;
  readonly #db: Database;
  readonly #upsert;
  readonly #get;
  readonly #ownEvents;
  readonly #copies;
  readonly #liveOccurrences;

  constructor(db: Database) {
    this.#db = db;
    db.exec('CREATE TEMP TABLE IF NOT EXISTS changed_event (event_id TEXT PRIMARY KEY) WITHOUT ROWID');
    this.stage = new CalendarStage(db);
    this.written = new WrittenEvents(db);
    this.#upsert = insertion(db, 'INSERT OR REPLACE INTO observed_event', ['calendar', ...EVENT_COLUMNS]);
    this.#copies = db.prepare<[string, number], CopyRow>(
      `SELECT ${COPY_COLUMNS.map((column) => `copy.${column}`).join(', ')} FROM (SELECT DISTINCT o.copy_key FROM json_each(?) t
           CROSS JOIN observed_event o ON o.calendar = ? AND o.event_id = t.value) meeting
         CROSS JOIN observed_event copy ON copy.copy_key = meeting.copy_key`,
    );
    this.#ownEvents = db.prepare<[string, number], ObservedEventRow>(
      `SELECT ${COLUMNS} FROM observed_event WHERE booking_id = ? AND calendar = ? AND state = 'live'`,
    );
    // Asked of every event that is written, hardly ever with an answer: the index must be the one of series.
    this.#liveOccurrences = db
      .prepare<[number, string], string>(
        `SELECT event_id FROM observed_event INDEXED BY observed_event_series
         WHERE calendar = ? AND series_id = ? AND state = 'live'`,
      )
      .pluck();
    this.#get = db.prepare<[number, string], ObservedEventRow>(
      `SELECT ${COLUMNS} FROM observed_event WHERE calendar = ? AND event_id = ?`,
    );
  }

  position(calendar: number): CalendarPosition {
    const row = this.#db
      .prepare<
        [number],
        {
          id: number;
          account_id: string;
          calendar_id: string;
          cursor: string | null;
          window_from: string | null;
          window_to: string | null;
          suddenly_empty: number;
        }
      >('SELECT * FROM calendar WHERE id = ?')
      .get(calendar);
    if (row === undefined) throw new RangeError(`No calendar ${calendar}`);
    return {
      id: row.id,
      accountId: row.account_id,
      calendarId: row.calendar_id,
      cursor: row.cursor,
      windowFrom: row.window_from,
      windowTo: row.window_to,
      suddenlyEmpty: row.suddenly_empty === 1,
    };
  }

  get(calendar: number, eventId: string): ObservedEventRow | undefined {
    return this.#get.get(calendar, eventId);
  }

  /**
   * These events together with their copies, in any calendar, in the order of `eventIds`. CROSS JOIN keeps SQLite to
   * this order; its own choice walks the whole calendar for each id.
   */
  copies(calendar: number, eventIds: readonly string[]): readonly CopyRow[] {
    return this.#copies.all(JSON.stringify(eventIds), calendar);
  }

  /** The live events that our tag names as a booking's. */
  ownEvents(calendar: number, bookingId: string): readonly ObservedEventRow[] {
    return this.#ownEvents.all(bookingId, calendar);
  }

  /** Replaces one event in the picture by what the provider has just shown of it. */
  put(calendar: number, row: ObservedEventRow): void {
    this.#upsert.run({ ...row, calendar });
  }

  setState(calendar: number, eventId: string, state: ObservedEventRow['state']): void {
    this.#db
      .prepare('UPDATE observed_event SET state = ? WHERE calendar = ? AND event_id = ?')
      .run(state, calendar, eventId);
  }

  /**
   * The occurrences of an event that is no series any more are gone, so that they are news when they show again.
   * @returns their ids
   */
  endSeries(calendar: number, eventId: string): readonly string[] {
    const occurrences = this.#liveOccurrences.all(calendar, eventId);
    for (const id of occurrences) this.setState(calendar, id, 'cancelled');
    return occurrences;
  }

  /** Forgets how far the calendar was read, so that the next run lists it completely. */
  clearCursor(calendar: number): void {
    this.#db.prepare('UPDATE calendar SET cursor = NULL WHERE id = ?').run(calendar);
  }

  /**
   * Makes the stage and the last page the picture, notes what each mapping must look at, and moves the cursor: all in
   * one transaction, so that the cursor is never ahead of the data.
   */
  promote(
    calendar: number,
    lastPage: readonly ObservedEventRow[],
    promotion: Promotion,
  ): { readonly changed: number } {
    return inTransaction(this.#db, () => {
      this.#db.exec('DELETE FROM changed_event');
      const isBlank = this.#isBlank(calendar);
      if (isBlank) this.#fill(calendar, lastPage);
      const suddenlyEmpty = !isBlank && this.#change(calendar, lastPage, promotion);
      for (const mapping of promotion.mappings) this.#touch(calendar, mapping);
      this.written.forget(calendar);
      this.#db
        .prepare(
          `UPDATE calendar SET cursor = ?, window_from = ?, window_to = ?,
             suddenly_empty = CASE WHEN ? THEN ? ELSE suddenly_empty END WHERE id = ?`,
        )
        .run(
          promotion.cursor,
          promotion.window.from,
          promotion.window.to,
          promotion.complete ? 1 : 0,
          suddenlyEmpty ? 1 : 0,
          calendar,
        );
      const row = this.#db.prepare<[], { n: number }>('SELECT count(*) AS n FROM changed_event').get();
      return { changed: row?.n ?? 0 };
    });
  }

  /** Nothing is known of the calendar yet, and all there is to know of it is on one page. */
  #isBlank(calendar: number): boolean {
    const known = this.#db.prepare(
      `SELECT 1 FROM observed_event WHERE calendar = @calendar
         UNION ALL SELECT 1 FROM staged_event WHERE calendar = @calendar LIMIT 1`,
    );
    return known.get({ calendar }) === undefined;
  }

  /** What is on the page, and is not gone by its end, is all new. */
  #fill(calendar: number, page: readonly ObservedEventRow[]): void {
    const shown = new Map(page.map((row) => [row.event_id, row]));
    this.#upsert.runAll(
      [...shown.values()].filter(({ state }) => state === 'live').map((row) => ({ ...row, calendar })),
    );
    this.#db
      .prepare('INSERT INTO changed_event SELECT event_id FROM observed_event WHERE calendar = ?')
      .run(calendar);
  }

  /** @returns whether a calendar that had something shows nothing any more */
  #change(calendar: number, page: readonly ObservedEventRow[], { complete, window }: Promotion): boolean {
    this.stage.add(calendar, page);
    this.#collectChanged(calendar);
    const suddenlyEmpty = complete && this.#isSuddenlyEmpty(calendar, window);
    if (complete) this.#markAbsent(calendar, window);
    this.#applyStage(calendar);
    this.stage.clear(calendar);
    return suddenlyEmpty;
  }

  /** Our own events that begin at `instant` or later: a listing that ends there tells nothing of them. */
  exportedFrom(calendar: number, instant: string): readonly string[] {
    return this.#db
      .prepare<[number, string], string>(
        `SELECT DISTINCT o.event_id FROM observed_event o JOIN calendar_mapping m ON m.calendar = o.calendar
           JOIN event_mapping l ON l.mapping_id = m.id AND l.kind = 'export' AND l.event_id = o.event_id
         WHERE o.calendar = ? AND o.state = 'live' AND o.starts_at >= ? AND l.state IN ('live', 'parked')`,
      )
      .pluck()
      .all(calendar, instant);
  }

  /** Whether the picture shows nothing alive. */
  isEmpty(calendar: number): boolean {
    const live = this.#db.prepare(
      "SELECT 1 FROM observed_event WHERE calendar = ? AND state = 'live' LIMIT 1",
    );
    return live.get(calendar) === undefined;
  }

  /** Rows of the picture that are missing from a complete listing and still undecided. */
  absent(calendar: number): readonly ObservedEventRow[] {
    return this.#db
      .prepare<[number], ObservedEventRow>(
        `SELECT ${COLUMNS} FROM ${MISSING_EVENTS} AND calendar = ? AND state = 'absent'`,
      )
      .all(calendar);
  }

  /** Removes what is gone and needs no decision any more. */
  sweep(calendar: number): void {
    this.#db
      .prepare(
        `DELETE FROM ${MISSING_EVENTS} AND calendar = @calendar AND state = 'cancelled'
           AND NOT EXISTS (SELECT 1 FROM calendar_mapping m JOIN touched t ON t.mapping_id = m.id
             WHERE m.calendar = @calendar AND t.side = 'event' AND t.id = observed_event.event_id)
           AND NOT EXISTS (SELECT 1 FROM calendar_mapping m JOIN event_mapping l ON l.mapping_id = m.id
             WHERE m.calendar = @calendar AND l.event_id = observed_event.event_id
               AND l.state IN ('live', 'pending', 'parked'))`,
      )
      .run({ calendar });
  }

  #collectChanged(calendar: number): void {
    // Something gone that was never in the picture is no news: only what we knew can disappear.
    this.#db
      .prepare(
        `INSERT INTO changed_event SELECT s.event_id FROM staged_event s
           LEFT JOIN observed_event o ON o.calendar = s.calendar AND o.event_id = s.event_id
         WHERE s.calendar = ? AND CASE s.state
           WHEN 'live' THEN o.event_id IS NULL OR o.hash <> s.hash OR o.state <> 'live'
           WHEN 'cancelled' THEN o.state IN ('live', 'absent', 'kept')
           ELSE o.state = 'live' END`,
      )
      .run(calendar);
    // A deleted series takes its occurrences with it, whether or not each is listed as cancelled.
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO changed_event SELECT o.event_id FROM staged_event s
           CROSS JOIN observed_event o ON o.calendar = s.calendar AND o.series_id = s.event_id
         WHERE s.calendar = ? AND s.state = 'cancelled' AND o.state IN ('live', 'absent')
           AND NOT EXISTS (SELECT 1 FROM staged_event t
             WHERE t.calendar = o.calendar AND t.event_id = o.event_id)`,
      )
      .run(calendar);
    this.#db
      .prepare(
        `UPDATE observed_event SET state = 'cancelled' WHERE calendar = @calendar
           AND series_id IN (SELECT event_id FROM staged_event WHERE calendar = @calendar AND state = 'cancelled')
           AND event_id IN (SELECT event_id FROM changed_event)
           AND event_id NOT IN (SELECT event_id FROM staged_event WHERE calendar = @calendar)`,
      )
      .run({ calendar });
    endSingles(this.#db, calendar);
  }

  #isSuddenlyEmpty(calendar: number, window: { from: string; to: string }): boolean {
    const shown = this.#db
      .prepare(
        `SELECT 1 FROM staged_event WHERE calendar = ? AND state = 'live' AND starts_at < ? AND ends_at > ?
         LIMIT 1`,
      )
      .get(calendar, window.to, window.from);
    if (shown !== undefined) return false;
    return (
      this.#db
        .prepare(
          `SELECT 1 FROM observed_event WHERE calendar = ? AND state IN ('live', 'absent')
             AND starts_at < ? AND ends_at > ? LIMIT 1`,
        )
        .get(calendar, window.to, window.from) !== undefined
    );
  }

  #markAbsent(calendar: number, window: { from: string; to: string }): void {
    const missing = `calendar = @calendar AND state IN ('live', 'absent') AND starts_at < @to AND ends_at > @from
      AND NOT EXISTS (SELECT 1 FROM staged_event s
        WHERE s.calendar = observed_event.calendar AND s.event_id = observed_event.event_id)`;
    const parameters = { calendar, from: window.from, to: window.to };
    this.#db
      .prepare(`INSERT OR IGNORE INTO changed_event SELECT event_id FROM observed_event WHERE ${missing}`)
      .run(parameters);
    this.#db.prepare(`UPDATE observed_event SET state = 'absent' WHERE ${missing}`).run(parameters);
  }

  #applyStage(calendar: number): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO observed_event (calendar, ${COLUMNS})
         SELECT calendar, ${COLUMNS} FROM staged_event
         WHERE calendar = ? AND state = 'live' AND event_id IN (SELECT event_id FROM changed_event)`,
      )
      .run(calendar);
    this.#db
      .prepare(
        `UPDATE observed_event SET state = s.state FROM staged_event s
         WHERE s.calendar = observed_event.calendar AND s.event_id = observed_event.event_id
           AND observed_event.calendar = ? AND s.state <> 'live'
           AND s.event_id IN (SELECT event_id FROM changed_event)`,
      )
      .run(calendar);
    // The same content under a new etag is not a change, but the next write needs the etag.
    this.#db
      .prepare(
        `UPDATE observed_event SET etag = s.etag FROM staged_event s
         WHERE s.calendar = observed_event.calendar AND s.event_id = observed_event.event_id
           AND observed_event.calendar = ? AND s.state = 'live' AND s.etag IS NOT observed_event.etag`,
      )
      .run(calendar);
  }

  #touch(calendar: number, mapping: PictureMapping): void {
    const parameters = { calendar, mapping: mapping.id };
    if (mapping.imports) {
      this.#db
        .prepare("INSERT OR IGNORE INTO touched SELECT @mapping, 'event', event_id FROM changed_event")
        .run({ mapping: mapping.id });
      if (mapping.entered !== null) {
        this.#db
          .prepare(
            `INSERT OR IGNORE INTO touched SELECT @mapping, 'event', event_id FROM observed_event
             WHERE calendar = @calendar AND state = 'live' AND starts_at >= @from AND starts_at < @to`,
          )
          .run({ ...parameters, ...mapping.entered });
      }
    }
    if (!mapping.writes) return;
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO touched SELECT @mapping, 'booking', o.booking_id
         FROM changed_event c CROSS JOIN observed_event o ON o.calendar = @calendar AND o.event_id = c.event_id
         WHERE o.booking_id IS NOT NULL`,
      )
      .run(parameters);
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO touched SELECT @mapping, 'booking', l.source_id
         FROM changed_event c CROSS JOIN event_mapping l
           ON l.mapping_id = @mapping AND l.kind = 'export' AND l.event_id = c.event_id`,
      )
      .run({ mapping: mapping.id });
    // Our event was made a series: its master is not listed any more, so it has to be looked at.
    this.#db
      .prepare(
        `INSERT INTO observed_event (calendar, event_id, copy_key, state, starts_at, ends_at, content, hash, booking_id)
         SELECT @calendar, o.series_id, '', 'absent', '', '', '{}', '', o.booking_id FROM changed_event c
           CROSS JOIN observed_event o ON o.calendar = @calendar AND o.event_id = c.event_id
         WHERE o.state = 'live' AND o.series_id IS NOT NULL AND o.booking_id IS NOT NULL
         ON CONFLICT (calendar, event_id) DO UPDATE SET state = 'absent', booking_id = excluded.booking_id`,
      )
      .run({ calendar });
  }
}
