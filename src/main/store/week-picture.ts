import type { Database } from './connection.ts';

/** A personal event of a mapped calendar, with what was decided about it. */
export interface WeekEventRow {
  readonly event_id: string;
  readonly content: string;
  readonly mapping_id: string;
  /** Null where nothing was decided yet, or no mapping imports the calendar. */
  readonly state: string | null;
  readonly reason: string | null;
  readonly imports: 0 | 1;
}

export interface WeekBookingRow {
  readonly id: string;
  readonly content: string;
  readonly mapping_id: string | null;
  readonly state: string | null;
  readonly reason: string | null;
}

/** UTC instants; `to` is exclusive. */
export interface WeekSpan {
  readonly from: string;
  readonly to: string;
}

/** A week cannot show more, and nobody could read it. */
const MAX_ROWS = 2_000;

/** What both pictures show in a span of time. Reads only. */
export class WeekPicture {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Bookings that are not cancelled, by their start, each with its link where it has one. */
  bookings(span: WeekSpan): readonly WeekBookingRow[] {
    return this.#db
      .prepare<WeekSpan & { limit: number }, WeekBookingRow>(
        `SELECT b.id, b.content, l.mapping_id, l.state, l.reason FROM observed_booking b
           LEFT JOIN event_mapping l ON l.id = (SELECT min(id) FROM event_mapping
             WHERE kind = 'export' AND source_id = b.id)
         WHERE b.state IN ('live', 'kept') AND b.starts_at < @to AND b.ends_at > @from
           AND json_extract(b.content, '$.status') <> 'cancelled'
         ORDER BY b.starts_at, b.id LIMIT @limit`,
      )
      .all({ ...span, limit: MAX_ROWS });
  }

  /**
   * Events that are not our own exports, by their start. A calendar that several mappings use shows each event once: by
   * the mapping that imports it, where one does.
   */
  events(span: WeekSpan): readonly WeekEventRow[] {
    return this.#db
      .prepare<WeekSpan & { limit: number }, WeekEventRow>(
        `SELECT e.event_id, e.content, m.id AS mapping_id, l.state, l.reason,
           CASE m.direction WHEN 'export' THEN 0 ELSE 1 END AS imports
         FROM observed_event e
           JOIN calendar_mapping m ON m.id = (SELECT id FROM calendar_mapping WHERE calendar = e.calendar
             ORDER BY direction = 'export', created_at, id LIMIT 1)
           LEFT JOIN event_mapping l ON l.id = (SELECT min(id) FROM event_mapping
             WHERE kind = 'import' AND mapping_id = m.id AND event_id = e.event_id)
         WHERE e.state IN ('live', 'kept') AND e.booking_id IS NULL AND e.starts_at < @to AND e.ends_at > @from
           AND NOT EXISTS (SELECT 1 FROM event_mapping x WHERE x.kind = 'export' AND x.event_id = e.event_id)
         ORDER BY e.starts_at, e.event_id LIMIT @limit`,
      )
      .all({ ...span, limit: MAX_ROWS });
  }
}
