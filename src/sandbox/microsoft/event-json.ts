import type { DeltaEntry } from './delta.ts';
import type { CalendarEvent } from './event.ts';
import { textOfHtml } from './event-body.ts';
import { changeKeyOf, deltaEtagOf, etagOf, iCalUIdOn } from './event-version.ts';
import { type ItemName, itemId } from './item-id.ts';
import type { Preferences } from './preferences.ts';
import { instantOfPoint, shownDay, shownInstant, type TimePoint } from './time-point.ts';

type Json = Readonly<Record<string, unknown>>;

/** Graph gives ten-millionths of a second. */
const precise = (instant: string): string => instant.replace(/\.(\d{3})Z$/, '.$10000Z');

function shownPoint(event: CalendarEvent, point: TimePoint, { zone, zoneName }: Preferences) {
  return event.isAllDay ? shownDay(point, zoneName) : shownInstant(instantOfPoint(point), zone, zoneName);
}

/**
 * An event as Graph words it.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/event#json-representation
 * @param expanded ids of the extended properties to show, in lower case; null: all of them
 */
export function eventJson(
  event: CalendarEvent,
  preferences: Preferences,
  expanded: readonly string[] | null = [],
): Json {
  const { idForm, bodyType } = preferences;
  const id = itemId(event, idForm);
  const isInstance = event.date !== null;
  const properties = event.properties.filter(
    (property) => expanded?.includes(property.id.toLowerCase()) ?? true,
  );
  return {
    '@odata.etag': etagOf(event),
    id,
    createdDateTime: precise(event.createdAt),
    lastModifiedDateTime: precise(event.modifiedAt),
    changeKey: changeKeyOf(event),
    categories: event.categories,
    transactionId: event.transactionId,
    originalStartTimeZone: event.originalStartTimeZone,
    originalEndTimeZone: event.originalEndTimeZone,
    iCalUId: iCalUIdOn(event.iCalUId, event.date),
    reminderMinutesBeforeStart: event.reminderMinutesBeforeStart,
    isReminderOn: event.isReminderOn,
    hasAttachments: event.hasAttachments,
    subject: event.subject,
    bodyPreview: event.bodyPreview,
    importance: event.importance,
    sensitivity: event.sensitivity,
    ...(event.originalStart === null ? {} : { originalStart: event.originalStart }),
    isAllDay: event.isAllDay,
    isCancelled: event.isCancelled,
    isDraft: false,
    isOrganizer: event.isOrganizer,
    responseRequested: event.responseRequested,
    seriesMasterId: isInstance ? itemId({ key: event.key, date: null }, idForm) : null,
    showAs: event.showAs,
    type: event.type,
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: event.onlineMeetingUrl,
    isOnlineMeeting: event.isOnlineMeeting,
    onlineMeetingProvider: event.onlineMeetingProvider,
    allowNewTimeProposals: event.allowNewTimeProposals,
    hideAttendees: event.hideAttendees,
    responseStatus: event.responseStatus,
    body: { contentType: bodyType, content: bodyType === 'html' ? event.body : textOfHtml(event.body) },
    start: shownPoint(event, event.start, preferences),
    end: shownPoint(event, event.end, preferences),
    location: event.location,
    locations: event.locations,
    recurrence: event.repetition?.recurrence ?? null,
    attendees: event.attendees,
    organizer: { emailAddress: event.organizer },
    onlineMeeting: null,
    ...(properties.length === 0 ? {} : { singleValueExtendedProperties: properties }),
  };
}

/** An entry of a delta answer: of an occurrence only when it is, of a removed event only its id. */
export function deltaJson(entry: DeltaEntry, preferences: Preferences): Json {
  const odataType = { '@odata.type': '#microsoft.graph.event' };
  if (entry.kind === 'removed') return removedJson(entry.name, preferences);
  const { event } = entry;
  if (event.type !== 'occurrence') return { ...odataType, ...eventJson(event, preferences) };
  return {
    ...odataType,
    '@odata.etag': deltaEtagOf(event),
    seriesMasterId: itemId({ key: event.key, date: null }, preferences.idForm),
    type: event.type,
    start: shownPoint(event, event.start, preferences),
    end: shownPoint(event, event.end, preferences),
    id: itemId(event, preferences.idForm),
  };
}

function removedJson(name: ItemName, { idForm }: Preferences): Json {
  return {
    '@odata.type': '#microsoft.graph.event',
    id: itemId(name, idForm),
    '@removed': { reason: 'deleted' },
  };
}

/** What is left of an entity when a client selects: its id and etag always come. */
export function selected(json: Json, names: ReadonlySet<string> | null): Json {
  if (names === null) return json;
  return Object.fromEntries(
    Object.entries(json).filter(
      ([name]) =>
        name === 'id' ||
        name.startsWith('@odata.') ||
        name === 'singleValueExtendedProperties' ||
        names.has(name),
    ),
  );
}
