import { type Database, inTransaction } from './connection.ts';
import { type Insertion, insertion } from './insertion.ts';
import type { ObservedBookingRow } from './observed-row.ts';

/** How far the booking system has been read. */
export interface BookingPosition {
  readonly cursor: string | null;
  /** Which bookings the last complete listing asked for. */
  readonly selection: string;
  readonly windowFrom: string | null;
  readonly windowTo: string | null;
  readonly suddenlyEmpty: boolean;
}

export interface BookingPromotion {
  /** The listing was complete: what it does not show is missing. */
  readonly complete: boolean;
  readonly cursor: string | null;
  readonly selection: string;
  /** Whose bookings the listing asked for. */
  readonly technicians: readonly string[];
  readonly window: { readonly from: string; readonly to: string };
  /** Mappings that write events. `entered`: span that came into their window since the last complete listing. */
  readonly mappings: readonly {
    readonly id: string;
    readonly entered: { from: string; to: string } | null;
  }[];
}

const BOOKING_COLUMNS = [
  'id',
  'state',
  'version',
  'starts_at',
  'ends_at',
  'content',
  'hash',
] as const satisfies readonly (keyof ObservedBookingRow)[];
const COLUMNS = BOOKING_COLUMNS.join(', ');

/** What a listing of some technicians' bookings in a window would have shown. */
const ASKED_FOR = `starts_at < @to AND ends_at > @from AND EXISTS (
  SELECT 1 FROM json_each(observed_booking.content, '$.technicianIds') t WHERE t.value IN
    (SELECT value FROM json_each(@technicians)))`;

/** What the booking system said when it was last read to the end, and the temporary stage of the next reading. */
export class BookingPicture {
  readonly #db: Database;
  readonly #stage: Insertion<ObservedBookingRow>;
  readonly #get;

  constructor(db: Database) {
    this.#db = db;
    db.exec(`
      CREATE TEMP TABLE IF NOT EXISTS changed_booking (id TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TEMP TABLE IF NOT EXISTS staged_booking (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('live', 'deleted')),
        version TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        content TEXT NOT NULL,
        hash TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
    this.#stage = insertion(db, 'INSERT OR REPLACE INTO staged_booking', BOOKING_COLUMNS);
    this.#get = db.prepare<[string], ObservedBookingRow>(
      `SELECT ${COLUMNS} FROM observed_booking WHERE id = ?`,
    );
  }

  position(): BookingPosition {
    const row = this.#db
      .prepare<
        [],
        {
          cursor: string | null;
          selection: string;
          window_from: string | null;
          window_to: string | null;
          suddenly_empty: number;
        }
      >('SELECT * FROM booking_source')
      .get();
    return {
      cursor: row?.cursor ?? null,
      selection: row?.selection ?? '',
      windowFrom: row?.window_from ?? null,
      windowTo: row?.window_to ?? null,
      suddenlyEmpty: row?.suddenly_empty === 1,
    };
  }

  get(id: string): ObservedBookingRow | undefined {
    return this.#get.get(id);
  }

  clearStage(): void {
    this.#db.exec('DELETE FROM staged_booking');
  }

  stage(rows: readonly ObservedBookingRow[]): void {
    inTransaction(this.#db, () => this.#stage.runAll(rows));
  }

  /** Replaces one booking by what the booking system has just answered. */
  put(row: ObservedBookingRow): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO observed_booking (${COLUMNS})
         VALUES (@id, @state, @version, @starts_at, @ends_at, @content, @hash)`,
      )
      .run(row);
  }

  setState(id: string, state: ObservedBookingRow['state']): void {
    this.#db.prepare('UPDATE observed_booking SET state = ? WHERE id = ?').run(state, id);
  }

  /** Bookings with an event of ours that begin at `instant` or later: a listing that ends there tells nothing of them. */
  exportedFrom(instant: string): readonly string[] {
    return this.#db
      .prepare<[string], string>(
        `SELECT DISTINCT b.id FROM observed_booking b JOIN event_mapping l ON l.kind = 'export' AND l.source_id = b.id
         WHERE b.state = 'live' AND b.starts_at >= ? AND l.state IN ('live', 'parked')`,
      )
      .pluck()
      .all(instant);
  }

  /**
   * A person decided that nothing follows from where this booking has gone. One that shows again is news; one that
   * still shows as what it was when they decided is not.
   */
  keep(id: string): void {
    this.#db
      .prepare(
        `UPDATE observed_booking SET hash = CASE state WHEN 'live' THEN hash ELSE '' END, state = 'kept' WHERE id = ?`,
      )
      .run(id);
  }

  clearCursor(): void {
    this.#db.exec('UPDATE booking_source SET cursor = NULL');
  }

  absent(): readonly ObservedBookingRow[] {
    return this.#db
      .prepare<[], ObservedBookingRow>(`SELECT ${COLUMNS} FROM observed_booking WHERE state = 'absent'`)
      .all();
  }

  /** Makes the stage the picture and moves the cursor, in one transaction. */
  promote(promotion: BookingPromotion): { readonly changed: number } {
    return this.#db.transaction(() => {
      this.#db.exec('DELETE FROM changed_booking');
      this.#db.exec(
        `INSERT INTO changed_booking SELECT s.id FROM staged_booking s LEFT JOIN observed_booking o ON o.id = s.id
         WHERE CASE s.state WHEN 'live' THEN o.id IS NULL OR o.hash <> s.hash OR o.state IN ('deleted', 'absent')
                            ELSE o.state <> 'deleted' END`,
      );
      const suddenlyEmpty = promotion.complete && this.#isSuddenlyEmpty(promotion);
      if (promotion.complete) this.#markAbsent(promotion);
      this.#db.exec(
        `INSERT OR REPLACE INTO observed_booking (${COLUMNS}) SELECT ${COLUMNS} FROM staged_booking
         WHERE state = 'live' AND id IN (SELECT id FROM changed_booking)`,
      );
      this.#db.exec(
        `UPDATE observed_booking SET state = 'deleted' FROM staged_booking s
         WHERE s.id = observed_booking.id AND s.state = 'deleted' AND s.id IN (SELECT id FROM changed_booking)`,
      );
      // The same content under a new version is not a change, but the next proposal needs the version.
      this.#db.exec(
        `UPDATE observed_booking SET version = s.version FROM staged_booking s
         WHERE s.id = observed_booking.id AND s.state = 'live' AND s.version <> observed_booking.version`,
      );
      for (const mapping of promotion.mappings) this.#touch(mapping);
      this.#db
        .prepare(
          `UPDATE booking_source SET cursor = ?, selection = ?, window_from = ?, window_to = ?,
             suddenly_empty = CASE WHEN ? THEN ? ELSE suddenly_empty END`,
        )
        .run(
          promotion.cursor,
          promotion.selection,
          promotion.window.from,
          promotion.window.to,
          promotion.complete ? 1 : 0,
          suddenlyEmpty ? 1 : 0,
        );
      this.clearStage();
      const row = this.#db.prepare<[], { n: number }>('SELECT count(*) AS n FROM changed_booking').get();
      return { changed: row?.n ?? 0 };
    })();
  }

  #isSuddenlyEmpty({ technicians, window }: BookingPromotion): boolean {
    if (this.#db.prepare("SELECT 1 FROM staged_booking WHERE state = 'live' LIMIT 1").get() !== undefined) {
      return false;
    }
    return (
      this.#db
        .prepare(`SELECT 1 FROM observed_booking WHERE state IN ('live', 'absent') AND ${ASKED_FOR} LIMIT 1`)
        .get({ ...window, technicians: JSON.stringify(technicians) }) !== undefined
    );
  }

  /** A booking that nothing was made of may simply be forgotten; one with an event must be proven gone. */
  #markAbsent({ technicians, window }: BookingPromotion): void {
    const parameters = { ...window, technicians: JSON.stringify(technicians) };
    const missing = `state IN ('live', 'absent') AND ${ASKED_FOR}
      AND NOT EXISTS (SELECT 1 FROM staged_booking s WHERE s.id = observed_booking.id)`;
    const linked = `EXISTS (SELECT 1 FROM event_mapping l
      WHERE l.kind = 'export' AND l.source_id = observed_booking.id AND l.state <> 'deleted')`;
    this.#db.prepare(`DELETE FROM observed_booking WHERE ${missing} AND NOT ${linked}`).run(parameters);
    this.#db
      .prepare(`INSERT OR IGNORE INTO changed_booking SELECT id FROM observed_booking WHERE ${missing}`)
      .run(parameters);
    this.#db.prepare(`UPDATE observed_booking SET state = 'absent' WHERE ${missing}`).run(parameters);
  }

  #touch(mapping: { readonly id: string; readonly entered: { from: string; to: string } | null }): void {
    this.#db
      .prepare("INSERT OR IGNORE INTO touched SELECT ?, 'booking', id FROM changed_booking")
      .run(mapping.id);
    if (mapping.entered === null) return;
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO touched SELECT @mapping, 'booking', id FROM observed_booking
         WHERE state = 'live' AND starts_at >= @from AND starts_at < @to`,
      )
      .run({ mapping: mapping.id, ...mapping.entered });
  }
}
