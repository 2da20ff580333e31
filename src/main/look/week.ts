import type { Booking } from '../../shared/domain/booking.ts';
import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import type { WeekItem } from '../../shared/domain/week.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Store } from '../store/store.ts';
import { type WeekBookingRow, type WeekEventRow, WeekPicture, type WeekSpan } from '../store/week-picture.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 35;

/**
 * Bookings and personal events that overlap the span, from the pictures of the last run: nobody is asked.
 * @param technicianId whose week it is: a device may keep the calendars of others as well. It shows all of them where
 *   it keeps none of this technician's, or does not know who that is.
 * @param span UTC instants, `to` exclusive, at most five weeks
 * @throws AppError INVALID_INPUT for a span that is empty or longer
 */
export function week(store: Store, technicianId: string | null, span: WeekSpan): readonly WeekItem[] {
  const from = new Date(span.from);
  const to = new Date(span.to);
  const length = to.getTime() - from.getTime();
  if (!(length > 0 && length <= MAX_DAYS * DAY_MS)) {
    throw new AppError('INVALID_INPUT', `Ask for at most ${MAX_DAYS} days, the end after the start.`);
  }
  const picture = new WeekPicture(store.db);
  const instants = { from: from.toISOString(), to: to.toISOString() };
  const items = [...picture.bookings(instants).map(bookingItem), ...picture.events(instants).map(eventItem)];
  const own = store.mappings.list().filter((mapping) => mapping.technicianId === technicianId);
  if (own.length === 0) return items.map(({ item }) => item);
  const ids = new Set(own.map(({ id }) => id));
  return items
    .filter(({ item, technicianIds }) =>
      technicianIds.length > 0
        ? technicianIds.some((id) => id === technicianId)
        : item.mappingId !== null && ids.has(item.mappingId),
    )
    .map(({ item }) => item);
}

/** With whose it is; empty for what only its mapping says. */
interface Owned {
  readonly item: WeekItem;
  readonly technicianIds: readonly string[];
}

function bookingItem({ id, content, mapping_id, state, reason }: WeekBookingRow): Owned {
  const booking = JSON.parse(content) as Omit<Booking, 'version' | 'updatedAt'>;
  const allDay = booking.start.length === 10;
  const instant = (moment: string): string => (allDay ? moment : new Date(moment).toISOString());
  const item: WeekItem = {
    id,
    kind: 'booking',
    title: booking.title,
    location: booking.location ?? '',
    start: instant(booking.start),
    end: instant(booking.end),
    allDay,
    status: booking.status,
    mappingId: mapping_id,
    reason: state === null || reason === null ? 'It is not in any of your calendars.' : reason,
  };
  return { item, technicianIds: booking.technicianIds };
}

function eventItem({ event_id, content, mapping_id, state, reason, imports }: WeekEventRow): Owned {
  const event = JSON.parse(content) as Omit<CalendarEvent, 'etag'>;
  const isImported = imports === 1 && state !== null && state !== 'skipped';
  const item: WeekItem = {
    id: event_id,
    kind: isImported ? 'busy' : 'not-imported',
    title: event.title,
    location: event.location,
    start: event.time.start,
    end: event.time.end,
    allDay: event.time.kind === 'all-day',
    status: event.status,
    mappingId: mapping_id,
    reason: eventReason({ state, reason, imports }),
  };
  return { item, technicianIds: [] };
}

function eventReason({ state, reason, imports }: Pick<WeekEventRow, 'state' | 'reason' | 'imports'>): string {
  if (imports === 0) return 'This mapping does not import.';
  if (state === null) return 'The next sync decides about it.';
  return reason ?? '';
}
