import type { Database } from './connection.ts';

/** A live event that our tag marks as ours, in a calendar that some mapping uses. */
export interface OwnEventRow {
  readonly calendar: number;
  readonly event_id: string;
  readonly booking_id: string;
  readonly starts_at: string;
  readonly content: string;
  readonly etag: string | null;
}

/** A link whose event is not in the picture of its calendar. */
export interface LostLinkRow {
  readonly link_id: number;
  readonly mapping_id: string;
  /** The booking, or the busy block. */
  readonly source_id: string;
  readonly event_id: string;
}

/** What waits to be looked at, or is under way, is no disagreement yet. */
const AT_REST = (side: 'booking' | 'event', id: string): string =>
  `NOT EXISTS (SELECT 1 FROM touched t WHERE t.mapping_id = l.mapping_id AND t.side = '${side}' AND t.id = ${id})
   AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.link_id = l.id AND j.state IN ('prepared', 'sent'))
   AND NOT EXISTS (SELECT 1 FROM journal_batch b WHERE l.id BETWEEN b.first_link AND b.last_link)`;

/** Where links and the pictures of calendars disagree. Reads every link: for once a day, not for every run. */
export class DiscrepancyRepository {
  readonly #ownEvents;
  readonly #linked;
  readonly #touched;
  readonly #lostExports;
  readonly #lostBlocks;

  constructor(db: Database) {
    this.#ownEvents = db.prepare<[], OwnEventRow>(
      `SELECT calendar, event_id, booking_id, starts_at, content, etag FROM observed_event
       WHERE booking_id IS NOT NULL AND state = 'live' ORDER BY calendar, starts_at, event_id`,
    );
    this.#linked = db.prepare<[], { calendar: number; event_id: string }>(
      `SELECT m.calendar, l.event_id FROM event_mapping l JOIN calendar_mapping m ON m.id = l.mapping_id
       WHERE l.kind = 'export' AND l.event_id <> '' AND l.state <> 'deleted' AND m.direction <> 'import'`,
    );
    this.#touched = db
      .prepare<[string, string]>("SELECT 1 FROM touched WHERE mapping_id = ? AND side = 'booking' AND id = ?")
      .pluck();
    this.#lostExports = db.prepare<[], LostLinkRow>(
      `SELECT l.id AS link_id, l.mapping_id, l.source_id, l.event_id FROM event_mapping l
         JOIN calendar_mapping m ON m.id = l.mapping_id
         JOIN calendar c ON c.id = m.calendar
         LEFT JOIN observed_event o ON o.calendar = m.calendar AND o.event_id = l.event_id
       WHERE l.kind = 'export' AND l.state IN ('live', 'parked') AND l.event_id <> ''
         AND m.enabled = 1 AND m.direction <> 'import' AND c.window_from IS NOT NULL AND o.event_id IS NULL
         AND ${AT_REST('booking', 'l.source_id')} ORDER BY l.id`,
    );
    this.#lostBlocks = db.prepare<[], LostLinkRow>(
      `SELECT l.id AS link_id, l.mapping_id, l.source_id, l.event_id FROM event_mapping l
         JOIN calendar_mapping m ON m.id = l.mapping_id
         JOIN calendar c ON c.id = m.calendar
         LEFT JOIN observed_event o ON o.calendar = m.calendar AND o.event_id = l.event_id
       WHERE l.kind = 'import' AND l.state = 'live' AND l.event_id <> ''
         AND m.enabled = 1 AND m.direction <> 'export' AND c.window_from IS NOT NULL AND o.event_id IS NULL
         AND ${AT_REST('event', 'l.event_id')} ORDER BY l.id`,
    );
  }

  /** In the order of their start, calendar by calendar. */
  ownEvents(): readonly OwnEventRow[] {
    return this.#ownEvents.all();
  }

  /** The events that an exported booking is known to have, by calendar. */
  linkedEvents(): ReadonlyMap<number, ReadonlySet<string>> {
    const linked = new Map<number, Set<string>>();
    for (const { calendar, event_id } of this.#linked.all()) {
      const events = linked.get(calendar);
      if (events === undefined) linked.set(calendar, new Set([event_id]));
      else events.add(event_id);
    }
    return linked;
  }

  /** Whether the next run of a mapping looks at a booking anyway. */
  isTouched(mappingId: string, bookingId: string): boolean {
    return this.#touched.get(mappingId, bookingId) !== undefined;
  }

  lostExports(): readonly LostLinkRow[] {
    return this.#lostExports.all();
  }

  lostBlocks(): readonly LostLinkRow[] {
    return this.#lostBlocks.all();
  }
}
