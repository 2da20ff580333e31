import { addDays } from '../wall-time.ts';
import type { EmailAddress, EventContent, ExtendedProperty, Location, Repetition } from './event.ts';
import { previewOf, storedHtml } from './event-body.ts';
import type { EventResource } from './event-resource.ts';
import { GraphError, invalidProperty, invalidRequest } from './graph-error.ts';
import { assertComplete, firstDate } from './recurrence.ts';
import {
  dateOf,
  instantOfPoint,
  knownZone,
  readTimePoint,
  secondOfDay,
  type TimePoint,
  timePointAt,
} from './time-point.ts';
import { CUSTOM_ZONE } from './windows-zones.ts';

const SUBJECT_LENGTH = 255;
const REMINDER_MINUTES = 15;
const NO_TIME = '0001-01-01T00:00:00Z';
const NO_LOCATION: Location = {
  displayName: '',
  locationType: 'default',
  uniqueIdType: 'unknown',
  address: {},
  coordinates: {},
};

/** What an event is made from where nobody says anything. */
export interface Origin {
  /** Whose calendar it is in. */
  readonly owner: EmailAddress;
  readonly iCalUId: string;
}

/** What was given; where nothing was, what is there already; where null was given or nothing is there, the standard. */
function chosen<T>(given: T | null | undefined, present: T | undefined, standard: T): T {
  return given === undefined ? (present ?? standard) : (given ?? standard);
}

/**
 * What an event says after a creation or an update, rewritten the way Exchange does: bodies become HTML, subjects are
 * trimmed and cut, reminders get a default, a series begins with its first occurrence.
 * @param present what it said before; null when it is new
 * @throws GraphError 400
 */
export function writtenContent(
  given: EventResource,
  present: EventContent | null,
  origin: Origin,
): EventContent {
  const times = writtenTimes(given, present);
  const body = given.body === undefined ? (present?.body ?? '') : writtenBody(given.body);
  const organizer = writtenOrganizer(given, present, origin);
  const isOrganizer = organizer.address.toLowerCase() === origin.owner.address.toLowerCase();
  const response = { response: isOrganizer ? 'organizer' : 'notResponded', time: NO_TIME };
  const responseStatus = given.responseStatus && { time: NO_TIME, ...given.responseStatus };
  return {
    ...times,
    ...writtenPlaces(given, present),
    subject: chosen(given.subject, present?.subject, null)?.trim().slice(0, SUBJECT_LENGTH) ?? null,
    body,
    bodyPreview: body === present?.body ? present.bodyPreview : previewOf(body),
    importance: chosen(given.importance, present?.importance, 'normal'),
    sensitivity: chosen(given.sensitivity, present?.sensitivity, 'normal'),
    showAs: chosen(given.showAs, present?.showAs, 'busy'),
    isCancelled: chosen(given.isCancelled, present?.isCancelled, false),
    originalStartTimeZone: zoneName(
      given.originalStartTimeZone,
      given.start,
      times.start,
      present?.originalStartTimeZone,
    ),
    originalEndTimeZone: zoneName(
      given.originalEndTimeZone,
      given.end,
      times.end,
      present?.originalEndTimeZone,
    ),
    attendees:
      given.attendees?.map((attendee) => ({ ...attendee, emailAddress: named(attendee.emailAddress) })) ??
      (given.attendees === null ? [] : (present?.attendees ?? [])),
    organizer,
    isOrganizer,
    responseStatus: chosen(
      responseStatus && { response: responseStatus.response, time: responseStatus.time ?? NO_TIME },
      present?.responseStatus,
      response,
    ),
    responseRequested: chosen(given.responseRequested, present?.responseRequested, true),
    allowNewTimeProposals: chosen(given.allowNewTimeProposals, present?.allowNewTimeProposals, true),
    hideAttendees: chosen(given.hideAttendees, present?.hideAttendees, false),
    categories: chosen(given.categories, present?.categories, []),
    isReminderOn: chosen(given.isReminderOn, present?.isReminderOn, true),
    reminderMinutesBeforeStart: chosen(
      given.reminderMinutesBeforeStart,
      present?.reminderMinutesBeforeStart,
      REMINDER_MINUTES,
    ),
    hasAttachments: chosen(given.hasAttachments, present?.hasAttachments, false),
    isOnlineMeeting: chosen(given.isOnlineMeeting, present?.isOnlineMeeting, false),
    onlineMeetingProvider: chosen(given.onlineMeetingProvider, present?.onlineMeetingProvider, 'unknown'),
    onlineMeetingUrl: chosen(given.onlineMeetingUrl, present?.onlineMeetingUrl, null),
    // It names the request that created the event, so that no later one can change it.
    transactionId: present === null ? (given.transactionId ?? null) : present.transactionId,
    iCalUId: given.iCalUId ?? present?.iCalUId ?? origin.iCalUId,
    properties: writtenProperties(given, present),
  };
}

function writtenBody(given: EventResource['body']): string {
  return storedHtml(given?.contentType ?? 'text', given?.content ?? '');
}

function named(address: {
  name?: string | null | undefined;
  address?: string | null | undefined;
}): EmailAddress {
  return { name: address.name ?? address.address ?? '', address: address.address ?? '' };
}

function writtenOrganizer(
  { organizer }: EventResource,
  present: EventContent | null,
  { owner }: Origin,
): EmailAddress {
  const given = organizer && named(organizer.emailAddress);
  return chosen(given, present?.organizer, owner);
}

function writtenPlaces(
  { location, locations }: EventResource,
  present: EventContent | null,
): Pick<EventContent, 'location' | 'locations'> {
  if (location === undefined && locations === undefined) {
    return { location: present?.location ?? NO_LOCATION, locations: present?.locations ?? [] };
  }
  const given = locations ?? (location === null || location === undefined ? [] : [location]);
  const places = given.filter(({ displayName }) => (displayName ?? '') !== '').map(place);
  const [first] = places;
  if (first === undefined) return { location: NO_LOCATION, locations: [] };
  if (location && locations) return { location: place(location), locations: places };
  const displayName = places.map((each) => each.displayName).join('; ');
  return { location: places.length === 1 ? first : { ...first, displayName }, locations: places };
}

function place(given: { displayName?: string | null | undefined }): Location {
  const displayName = given.displayName ?? '';
  return { locationType: 'default', uniqueIdType: 'private', uniqueId: displayName, ...given, displayName };
}

/** Properties are written one by one: those that are not named stay. */
function writtenProperties(
  { singleValueExtendedProperties: given }: EventResource,
  present: EventContent | null,
): readonly ExtendedProperty[] {
  const properties = new Map(
    (present?.properties ?? []).map((property) => [property.id.toLowerCase(), property]),
  );
  for (const { id, value } of given ?? []) {
    if (value === null || value === undefined) properties.delete(id.toLowerCase());
    else properties.set(id.toLowerCase(), { id, value });
  }
  return [...properties.values()];
}

/** The zone that a start or end was last written in, unless it is said to be another one. */
function zoneName(
  claimed: string | null | undefined,
  given: unknown,
  written: TimePoint,
  present: string | undefined,
): string {
  return claimed ?? (given === undefined ? present : undefined) ?? written.zoneName;
}

type Times = Pick<EventContent, 'start' | 'end' | 'isAllDay' | 'repetition'>;

function writtenTimes(given: EventResource, present: EventContent | null): Times {
  const start = given.start === undefined ? present?.start : readTimePoint(given.start, 'start');
  const end = given.end === undefined ? present?.end : readTimePoint(given.end, 'end');
  if (start === undefined || end === undefined) {
    throw invalidProperty(`The property '${start === undefined ? 'start' : 'end'}' is required.`);
  }
  const isAllDay = chosen(given.isAllDay, present?.isAllDay, false);
  if (isAllDay) assertWholeDays(start, end);
  else if (instantOfPoint(end) < instantOfPoint(start)) {
    throw invalidProperty('The end of the event is earlier than its start.');
  }
  const times = { start, end, isAllDay };
  const repetition = writtenRepetition(given, present, times);
  return repetition === null ? { ...times, repetition } : fromFirstOccurrence(times, repetition);
}

function assertWholeDays(start: TimePoint, end: TimePoint): void {
  for (const [name, point] of Object.entries({ Start: start, End: end })) {
    if (secondOfDay(point) !== 0) {
      throw invalidRequest(`The Event.${name} property for an all-day event needs to be set to midnight.`);
    }
  }
  if (start.zone !== end.zone) {
    throw invalidRequest(
      'The Event.Start and Event.End of an all-day event need to be in the same time zone.',
    );
  }
  if (dateOf(end) <= dateOf(start)) {
    throw invalidRequest('The duration of an event marked as All day must be at least 24 hours.');
  }
}

function writtenRepetition(
  given: EventResource,
  present: EventContent | null,
  { start, isAllDay }: Omit<Times, 'repetition'>,
): Repetition | null {
  if (given.recurrence === null) return null;
  if (given.recurrence === undefined) {
    if (!present?.repetition) return null;
    const { recurrence, zone } = present.repetition;
    const moved = given.start === undefined ? recurrence.range.startDate : startDate(start, isAllDay, zone);
    return { zone, recurrence: { ...recurrence, range: { ...recurrence.range, startDate: moved } } };
  }
  const { recurrence } = given;
  assertComplete(recurrence);
  const recurrenceTimeZone = recurrence.range.recurrenceTimeZone ?? start.zoneName;
  const zone = recurrenceTimeZone === CUSTOM_ZONE ? start.zone : knownZone(recurrenceTimeZone);
  if (recurrence.range.startDate !== startDate(start, isAllDay, zone)) {
    throw invalidProperty(
      'The start date of the recurrence range must be the date on which the event starts.',
    );
  }
  return { zone, recurrence: { ...recurrence, range: { ...recurrence.range, recurrenceTimeZone } } };
}

function startDate(start: TimePoint, isAllDay: boolean, zone: string): string {
  return dateOf(isAllDay ? start : timePointAt(instantOfPoint(start), zone, zone));
}

/** A series shows the times of its first occurrence, which need not be on the date that its range starts with. */
function fromFirstOccurrence(times: Omit<Times, 'repetition'>, repetition: Repetition): Times {
  const first = firstDate(repetition.recurrence);
  if (first === null) throw new GraphError(400, 'ErrorRecurrenceHasNoOccurrence');
  const now = startDate(times.start, times.isAllDay, repetition.zone);
  const days = (Date.parse(first) - Date.parse(now)) / 86_400_000;
  const moved = (point: TimePoint): TimePoint => ({
    ...point,
    wall: `${addDays(dateOf(point), days)}${point.wall.slice(10)}`,
  });
  return { ...times, start: moved(times.start), end: moved(times.end), repetition };
}
