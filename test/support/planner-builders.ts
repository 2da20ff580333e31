import type { BookingState, EventState, ExportLink } from '../../src/main/engine/planner/export-plan.ts';
import { fingerprint } from '../../src/main/engine/planner/fingerprint.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent, DesiredEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';

const HOUR = 3_600_000;

/** A Monday morning. The window of `aMapping` reaches from 24 October 2026 to 22 May 2027. */
export const NOW = new Date('2026-11-23T10:30:00.000Z');

/** `days` and `hours` after `NOW`, as a UTC instant. */
export const fromNow = (days: number, hours = 0): string =>
  new Date(NOW.getTime() + (days * 24 + hours) * HOUR).toISOString();

/** One hour, so many days and hours after `NOW`. */
export const hourAt = (days: number, hours = 0, length = 1): EventTime => ({
  kind: 'timed',
  start: fromNow(days, hours),
  end: fromNow(days, hours + length),
  timeZone: 'Europe/Berlin',
});

export function aMapping(changes: Partial<Mapping> = {}): Mapping {
  return {
    id: 'mapping_1',
    accountId: 'account_1',
    calendarId: 'tess@example.com',
    direction: 'two-way',
    visibility: 'busy-only',
    technicianId: 'tech_tess',
    projectId: null,
    onDelete: 'restore',
    pastDays: 30,
    futureDays: 180,
    skip: [],
    skipTitle: null,
    enabled: true,
    revision: 1,
    ...changes,
  };
}

export function aBooking(changes: Partial<Booking> = {}): Booking {
  return {
    id: 'booking_1',
    version: '1',
    status: 'confirmed',
    title: 'Boiler service',
    description: 'Bring the ladder',
    location: 'Main Street 1',
    start: fromNow(1),
    end: fromNow(1, 1),
    timeZone: 'Europe/Berlin',
    technicianIds: ['tech_tess'],
    updatedAt: '2026-11-01T00:00:00.000Z',
    ...changes,
  };
}

/** A personal event of an hour, tomorrow. */
export function anEvent(changes: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    id: 'event_1',
    seriesId: null,
    instanceKey: '',
    iCalUid: 'event_1@example.com',
    time: hourAt(1),
    status: 'confirmed',
    transparency: 'busy',
    response: 'organizer',
    visibility: 'default',
    kind: 'default',
    title: 'Dentist',
    description: '',
    location: '',
    etag: '"1"',
    tag: null,
    form: 'single',
    ...changes,
  };
}

/** The id of one incarnation of a booking's event: always the same, as our own ids are. */
export const exportId = (bookingId: string, incarnation: number): string => `${bookingId}-${incarnation}`;

/** Our own event as the calendar shows it right after we wrote it. */
export function anExport(desired: DesiredEvent, bookingId: string, incarnation: number): CalendarEvent {
  const id = exportId(bookingId, incarnation);
  return anEvent({
    ...desired,
    id,
    iCalUid: `${id}@example.com`,
    tag: { bookingId, incarnation, self: id, scope: 'tech_tess', sent: fingerprint(desired) },
  });
}

export function aLink(changes: Partial<ExportLink> = {}): ExportLink {
  return {
    id: 1,
    state: 'live',
    eventId: exportId('booking_1', 0),
    incarnation: 0,
    sent: '',
    shown: '',
    refused: null,
    rewrites: 0,
    basis: '',
    ...changes,
  };
}

/** A booking as a mapping selects it. Its content stands in for the hash that the store keeps. */
export function selected(booking: Booking): BookingState {
  const hash = JSON.stringify({ ...booking, version: '', updatedAt: '' });
  const endsAt =
    booking.end.length === 10 ? `${booking.end}T00:00:00.000Z` : new Date(booking.end).toISOString();
  return { kind: 'selected', booking, hash, endsAt };
}

/** An event as the calendar shows it. Its content stands in for the hash that the store keeps. */
export function seen(event: CalendarEvent): EventState {
  return { kind: 'seen', event, hash: JSON.stringify({ ...event, etag: '' }) };
}
