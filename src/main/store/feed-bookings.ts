import type { Booking, BookingChange } from '../../shared/domain/booking.ts';
import type { Feed } from '../../shared/domain/feed.ts';
import type { Database } from './connection.ts';
import { bookingFromRow, bookingRow } from './observed-row.ts';

/** A booking as feeds show it, with our own count of its revisions (RFC 5545 section 3.8.7.4). */
export interface FeedBooking {
  readonly booking: Booking;
  readonly sequence: number;
  /** When it last changed: UTC instant. */
  readonly modifiedAt: string;
}

type Selection = Pick<Feed, 'technicianId' | 'projectId'>;

interface Span {
  readonly from: string;
  readonly to: string;
}

const SELECTED = `starts_at < @to AND ends_at > @from AND (
  EXISTS (SELECT 1 FROM json_each(content, '$.technicianIds') t WHERE t.value = @technicianId)
  OR json_extract(content, '$.projectId') = @projectId)`;

/**
 * The bookings that feeds are made of, as the booking system last told them. Apart from the picture that mappings are
 * kept in step with: that one may only change together with what follows from it.
 */
export class FeedBookings {
  readonly #db: Database;
  readonly #put;
  readonly #drop;
  readonly #position;
  #revision = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#put = db.prepare(
      `INSERT INTO feed_booking (id, state, starts_at, ends_at, content, hash, sequence, modified_at)
       VALUES (@id, 'live', @starts_at, @ends_at, @content, @hash, 0, @modifiedAt)
       ON CONFLICT DO UPDATE SET state = 'live', starts_at = excluded.starts_at, ends_at = excluded.ends_at,
         content = excluded.content, hash = excluded.hash, sequence = sequence + 1, modified_at = excluded.modified_at
       WHERE state <> 'live' OR hash <> excluded.hash`,
    );
    this.#drop = db.prepare<[string]>(
      "UPDATE feed_booking SET state = 'gone' WHERE id = ? AND state = 'live'",
    );
    this.#position = db.prepare<[], { cursor: string | null; readAt: string | null }>(
      'SELECT cursor, read_at AS readAt FROM feed_source',
    );
  }

  /** Another number whenever something has changed here. */
  get revision(): number {
    return this.#revision;
  }

  /** Up to where the change feed was read, and when (UTC instant). */
  position(): { readonly cursor: string | null; readonly readAt: string | null } {
    return this.#position.get() ?? { cursor: null, readAt: null };
  }

  moveTo(cursor: string | null, readAt: string): void {
    this.#db.prepare('UPDATE feed_source SET cursor = ?, read_at = ?').run(cursor, readAt);
  }

  /** Another booking system knows nothing of the position in the last one. */
  clearPosition(): void {
    this.#db.exec(
      'UPDATE feed_source SET cursor = NULL, read_at = NULL; UPDATE ics_feed SET listed_from = NULL, listed_to = NULL',
    );
  }

  /** Whether a booking is, or was, shown by a feed. */
  has(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM feed_booking WHERE id = ?').get(id) !== undefined;
  }

  /**
   * Takes over what the booking system says now.
   * @param noticedAt UTC instant, for bookings that do not say when they changed
   */
  apply(changes: readonly BookingChange[], noticedAt: string): void {
    this.#db.transaction(() => {
      for (const change of changes) {
        if ('deleted' in change) {
          this.#count(this.#drop.run(change.id).changes);
          continue;
        }
        const { id, starts_at, ends_at, content, hash } = bookingRow(change);
        const row = {
          id,
          starts_at,
          ends_at,
          content,
          hash,
          modifiedAt: instantOr(change.updatedAt, noticedAt),
        };
        this.#count(this.#put.run(row).changes);
      }
    })();
  }

  /** What a feed shows: its bookings that overlap the span, by their start. */
  select(feed: Selection, span: Span): readonly FeedBooking[] {
    return this.#db
      .prepare<object, { content: string; sequence: number; modified_at: string }>(
        `SELECT content, sequence, modified_at FROM feed_booking WHERE state = 'live' AND ${SELECTED}
         ORDER BY starts_at, id`,
      )
      .all({ technicianId: feed.technicianId, projectId: feed.projectId, ...span })
      .map(({ content, sequence, modified_at }) => ({
        booking: bookingFromRow({ content, version: '' }),
        sequence,
        modifiedAt: modified_at,
      }));
  }

  /** Forgets what ended before an instant: nobody will see it in a feed again. */
  prune(before: string): void {
    this.#db.prepare('DELETE FROM feed_booking WHERE ends_at < ?').run(before);
  }

  #count(changes: number): void {
    if (changes > 0) this.#revision += 1;
  }
}

function instantOr(text: string, otherwise: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? otherwise : new Date(time).toISOString();
}
