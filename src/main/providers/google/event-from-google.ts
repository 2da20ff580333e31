import { z } from 'zod';
import type { CalendarEvent, EventKind, EventTime } from '../../../shared/domain/calendar-event.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { EventChange, EventLookup } from '../provider.ts';
import { eventText } from './event-text.ts';
import { tagFrom } from './ownership.ts';

const Moment = z.object({
  date: z.iso.date().optional(),
  dateTime: z.iso.datetime({ offset: true }).optional(),
  timeZone: z.string().optional(),
});
type Moment = z.infer<typeof Moment>;

/**
 * What we read of an event resource; the rest is ignored, and so is what newer values of open fields may mean. A
 * cancelled entry may carry nothing but its id and status.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events
 */
export const GoogleEvent = z.object({
  id: z.string().min(1),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).default('confirmed'),
  etag: z.string().optional(),
  iCalUID: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  start: Moment.optional(),
  end: Moment.optional(),
  recurringEventId: z.string().optional(),
  originalStartTime: Moment.optional(),
  recurrence: z.array(z.string()).optional(),
  transparency: z.string().optional(),
  visibility: z.string().optional(),
  eventType: z.string().optional(),
  organizer: z.object({ self: z.boolean().optional() }).optional(),
  attendees: z
    .array(z.object({ self: z.boolean().optional(), responseStatus: z.string().optional() }))
    .optional(),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).optional() }).optional(),
});
export type GoogleEvent = Readonly<z.infer<typeof GoogleEvent>>;

/**
 * A page of `events.list`. Without items there is nothing on it; that it is a page at all, the token tells which each
 * of them ends with.
 */
export const EventsPage = z.object({
  kind: z.literal('calendar#events').optional(),
  timeZone: z.string().optional(),
  items: z.array(GoogleEvent).default([]),
  nextPageToken: z.string().min(1).optional(),
  nextSyncToken: z.string().min(1).optional(),
});

/**
 * A listed entry as a change.
 * @param calendarZone IANA zone for events that name none, which are the all-day ones
 * @throws AppError PROVIDER_ERROR when a live event has no time that can be read
 */
export function changeFrom(event: GoogleEvent, calendarZone: string): EventChange {
  if (event.status !== 'cancelled') return { kind: 'event', event: eventFrom(event, calendarZone) };
  return { kind: 'removed', id: event.id, seriesId: event.recurringEventId ?? null, proof: 'cancelled' };
}

/** An event that was read by its id. Google keeps deleted ones, as cancelled. */
export function lookupFrom(event: GoogleEvent, calendarZone: string): EventLookup {
  if (event.status !== 'cancelled') return { kind: 'found', event: eventFrom(event, calendarZone) };
  return { kind: 'cancelled', sent: tagFrom(event.extendedProperties?.private)?.sent ?? null };
}

/**
 * A live event in the one shape that every provider's events have.
 * @throws AppError NOT_FOUND when it is cancelled, PROVIDER_ERROR when its time cannot be read
 */
export function eventFrom(event: GoogleEvent, calendarZone: string): CalendarEvent {
  if (event.status === 'cancelled') {
    throw new AppError(
      'NOT_FOUND',
      'The event has been deleted from Google Calendar. The next sync decides on it.',
    );
  }
  const seriesId = event.recurringEventId ?? null;
  return {
    id: event.id,
    seriesId,
    instanceKey: seriesId === null ? '' : instanceKey(event.originalStartTime ?? event.start),
    iCalUid: event.iCalUID ?? null,
    time: eventTime(event, calendarZone),
    status: event.status,
    transparency: event.transparency === 'transparent' ? 'free' : 'busy',
    response: response(event),
    visibility: event.visibility === 'private' || event.visibility === 'confidential' ? 'private' : 'default',
    kind: KINDS.get(event.eventType ?? 'default') ?? 'default',
    title: eventText(event.summary),
    description: eventText(event.description),
    location: eventText(event.location),
    etag: event.etag ?? null,
    tag: tagFrom(event.extendedProperties?.private),
    form: form(event),
  };
}

const KINDS: ReadonlyMap<string, EventKind> = new Map([
  ['workingLocation', 'working-location'],
  ['birthday', 'birthday'],
  ['focusTime', 'focus-time'],
  ['outOfOffice', 'out-of-office'],
  ['fromGmail', 'from-mail'],
]);

function form({ recurringEventId, recurrence }: GoogleEvent): CalendarEvent['form'] {
  if (recurringEventId !== undefined) return 'occurrence';
  return recurrence === undefined || recurrence.length === 0 ? 'single' : 'series';
}

function eventTime({ id, start, end }: GoogleEvent, calendarZone: string): EventTime {
  if (start?.dateTime !== undefined && end?.dateTime !== undefined) {
    return {
      kind: 'timed',
      start: instant(start.dateTime),
      end: instant(end.dateTime),
      timeZone: knownZone(start.timeZone) ?? calendarZone,
    };
  }
  if (start?.date !== undefined && end?.date !== undefined) {
    return { kind: 'all-day', start: start.date, end: end.date, timeZone: calendarZone };
  }
  throw new AppError(
    'PROVIDER_ERROR',
    `Google Calendar listed the event ${id} without a time that can be read. Nothing was changed; open the event in Google Calendar and save it again.`,
  );
}

/** RFC 3339 with any offset as UTC with milliseconds. */
function instant(dateTime: string): string {
  return new Date(dateTime).toISOString();
}

/** Where its series would have put an occurrence: UTC instant without milliseconds, or date. */
function instanceKey(original: Moment | undefined): string {
  if (original?.dateTime !== undefined) return `${instant(original.dateTime).slice(0, 19)}Z`;
  return original?.date ?? '';
}

function response({ attendees, organizer }: GoogleEvent): CalendarEvent['response'] {
  const self = attendees?.find((attendee) => attendee.self === true);
  switch (self?.responseStatus) {
    case 'declined':
      return 'declined';
    case 'tentative':
      return 'tentative';
    case 'needsAction':
      return 'needs-action';
    default:
      // Google says `self` only where it is true.
      return organizer === undefined || organizer.self === true ? 'organizer' : 'accepted';
  }
}

const knownZones = new Set<string>();

/** The zone if this computer knows it. Asking is slow, and a calendar has few, so that the known ones are kept. */
export function knownZone(timeZone: string | undefined): string | null {
  if (timeZone === undefined) return null;
  if (knownZones.has(timeZone)) return timeZone;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return null;
  }
  knownZones.add(timeZone);
  return timeZone;
}
