import { hash } from 'node:crypto';
import type { z } from 'zod';
import { Booking, type BookingChange } from '../../shared/domain/booking.ts';
import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';

/** A calendar event as a row of the picture. */
export interface ObservedEventRow {
  readonly event_id: string;
  readonly series_id: string | null;
  readonly copy_key: string;
  readonly state: 'live' | 'cancelled' | 'absent' | 'kept';
  /** UTC instants; a date counts as that date in UTC. */
  readonly starts_at: string;
  readonly ends_at: string;
  /** The event as JSON, without its etag. */
  readonly content: string;
  readonly hash: string;
  readonly etag: string | null;
  /** The booking it exports, when it is one of our own events by its tag. */
  readonly booking_id: string | null;
}

/** All of them, as tables of events have them. */
export const EVENT_COLUMNS = [
  'event_id',
  'series_id',
  'copy_key',
  'state',
  'starts_at',
  'ends_at',
  'content',
  'hash',
  'etag',
  'booking_id',
] as const satisfies readonly (keyof ObservedEventRow)[];

export interface ObservedBookingRow {
  readonly id: string;
  readonly state: 'live' | 'deleted' | 'absent' | 'kept';
  readonly version: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly content: string;
  readonly hash: string;
}

const contentHash = (content: string): string => hash('sha256', content, 'base64url').slice(0, 22);

const instant = (text: string): string => (text.length === 10 ? `${text}T00:00:00.000Z` : text);

/**
 * Whether an event may be the one its ownership tag speaks of, where it was looked for as such. A copy that the
 * technician made carries the same tag but has another identity; an occurrence of a series that they made out of our
 * event is still ours.
 */
export function isOwn(event: CalendarEvent): boolean {
  return isNamed(event) || event.tag?.self === '';
}

/** Whether its tag alone proves it to be ours. One whose tag is not complete is ours only where a link says so. */
function isNamed(event: CalendarEvent): boolean {
  return event.tag !== null && (event.tag.self === event.id || event.tag.self === event.seriesId);
}

export function eventRow(event: CalendarEvent): ObservedEventRow {
  // Left out by JSON where it is undefined.
  const content = JSON.stringify({ ...event, etag: undefined });
  return {
    event_id: event.id,
    series_id: event.seriesId,
    // Without a UID an event is nobody's copy.
    copy_key: event.iCalUid === null ? `\u001f${event.id}` : `${event.iCalUid}\u001f${event.instanceKey}`,
    state: 'live',
    starts_at: instant(event.time.start),
    ends_at: instant(event.time.end),
    content,
    hash: contentHash(content),
    etag: event.etag,
    booking_id: isNamed(event) ? (event.tag?.bookingId ?? null) : null,
  };
}

/** What a provider says is gone; the picture keeps what it last showed. */
export function removedRow(
  id: string,
  seriesId: string | null,
  state: 'cancelled' | 'absent',
): ObservedEventRow {
  return {
    event_id: id,
    series_id: seriesId,
    copy_key: '',
    state,
    starts_at: '',
    ends_at: '',
    content: '{}',
    hash: '',
    etag: null,
    booking_id: null,
  };
}

export function eventFromRow(row: Pick<ObservedEventRow, 'content' | 'etag'>): CalendarEvent {
  // Our own JSON, written by `eventRow`: parsing it again would cost more than it protects.
  return Object.assign(JSON.parse(row.content) as Omit<CalendarEvent, 'etag'>, { etag: row.etag });
}

const momentToInstant = (text: string): string =>
  text.length === 10 ? instant(text) : new Date(text).toISOString();

/** A booking as a row of the picture. Its version and change date are not content: they change without it. */
export function bookingRow(change: BookingChange): ObservedBookingRow {
  if ('deleted' in change) {
    return {
      id: change.id,
      state: 'deleted',
      version: change.version,
      starts_at: '',
      ends_at: '',
      content: '{}',
      hash: '',
    };
  }
  const { version, updatedAt: _, ...rest } = change;
  const content = JSON.stringify(rest);
  return {
    id: change.id,
    state: 'live',
    version,
    starts_at: momentToInstant(change.start),
    ends_at: momentToInstant(change.end),
    content,
    hash: contentHash(content),
  };
}

const StoredBooking = Booking.omit({ version: true, updatedAt: true });
type StoredBooking = z.infer<typeof StoredBooking>;

export function bookingFromRow(row: Pick<ObservedBookingRow, 'content' | 'version'>): Booking {
  return { ...(JSON.parse(row.content) as StoredBooking), version: row.version, updatedAt: '' };
}
