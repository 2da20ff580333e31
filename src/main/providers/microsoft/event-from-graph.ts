import { z } from 'zod';
import type { CalendarEvent, EventKind } from '../../../shared/domain/calendar-event.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { EventChange, EventLookup } from '../provider.ts';
import { bodyText, eventText } from './event-text.ts';
import { eventTime, instanceKey, Moment } from './graph-time.ts';
import { unreadable } from './microsoft-errors.ts';
import { ExtendedProperty, tagFrom } from './ownership.ts';

const Resource = z.object({
  id: z.string().min(1),
  '@odata.etag': z.string().optional(),
  '@removed': z.unknown().optional(),
  type: z.string().optional(),
  seriesMasterId: z.string().optional(),
  transactionId: z.string().optional(),
  createdDateTime: z.string().optional(),
  iCalUId: z.string().optional(),
  subject: z.string().optional(),
  body: z.object({ contentType: z.string().nullish(), content: z.string().nullish() }).optional(),
  bodyPreview: z.string().optional(),
  location: z.object({ displayName: z.string().nullish() }).optional(),
  start: Moment.optional(),
  end: Moment.optional(),
  isAllDay: z.boolean().optional(),
  isCancelled: z.boolean().optional(),
  isOrganizer: z.boolean().optional(),
  showAs: z.string().optional(),
  sensitivity: z.string().optional(),
  responseStatus: z.object({ response: z.string().nullish() }).optional(),
  originalStart: z.iso.datetime({ offset: true }).optional(),
  originalStartTimeZone: z.string().optional(),
  singleValueExtendedProperties: z.array(ExtendedProperty).optional(),
});
const FIELDS = Object.keys(Resource.shape);

/**
 * What we read of an event resource; the rest is ignored, and so is what newer values of open fields may mean. In a
 * delta listing an occurrence has little more than its times, and a removed event nothing but its id.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/event
 */
export const GraphEvent = z.preprocess(withoutNulls, Resource);
export type GraphEvent = Readonly<z.infer<typeof GraphEvent>>;

/** Graph writes null where there is nothing. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const resource = value as Readonly<Record<string, unknown>>;
  const present: Record<string, unknown> = {};
  for (const field of FIELDS) if ((resource[field] ?? null) !== null) present[field] = resource[field];
  return present;
}

/**
 * An occurrence with what it does not say itself, from its series. The UID too: Graph gives every occurrence one of
 * its own, where all copies of a meeting elsewhere have that of the series.
 */
export function occurrenceOf(master: GraphEvent, occurrence: GraphEvent): GraphEvent {
  const { iCalUId, transactionId, singleValueExtendedProperties } = master;
  return {
    ...master,
    '@odata.etag': undefined,
    ...occurrence,
    iCalUId,
    transactionId,
    singleValueExtendedProperties,
  };
}

/** A listed event as a change. @throws AppError PROVIDER_ERROR when a live event has no time that can be read */
export function changeFrom(event: GraphEvent): EventChange {
  if (event.isCancelled !== true) return { kind: 'event', event: eventFrom(event) };
  return { kind: 'removed', id: event.id, seriesId: event.seriesMasterId ?? null, proof: 'cancelled' };
}

/** An event that was read by its id. A meeting that its organizer cancelled stays until it is taken off. */
export function lookupFrom(event: GraphEvent): EventLookup {
  if (event.isCancelled !== true) return { kind: 'found', event: eventFrom(event) };
  return { kind: 'cancelled', sent: tagOf(event)?.sent ?? null };
}

/**
 * A live event in the one shape that every provider's events have. `showAs` is two things at once. `tentative` is the
 * event's status, which is the booking's; everything else says whether it blocks time, which is the technician's.
 * `workingElsewhere` only says where somebody works.
 * @throws AppError NOT_FOUND when it is cancelled, PROVIDER_ERROR when its time cannot be read
 */
export function eventFrom(event: GraphEvent): CalendarEvent {
  if (event.isCancelled === true) {
    throw new AppError('NOT_FOUND', 'The event has been cancelled in Outlook. The next sync decides on it.');
  }
  const { id, start, end, showAs, sensitivity } = event;
  if (start === undefined || end === undefined) throw unreadable(`the event ${id} has no time`);
  const time = eventTime(start, end, event.isAllDay === true, event.originalStartTimeZone);
  const seriesId = event.seriesMasterId ?? null;
  const tag = tagOf(event);
  return {
    id,
    seriesId,
    instanceKey: seriesId === null ? '' : instanceKey(time, event.originalStart),
    iCalUid: event.iCalUId ?? null,
    time,
    status: showAs === 'tentative' ? 'tentative' : 'confirmed',
    transparency: showAs === 'free' || showAs === 'workingElsewhere' ? 'free' : 'busy',
    response: response(event),
    visibility: sensitivity === 'private' || sensitivity === 'confidential' ? 'private' : 'default',
    kind: KINDS.get(showAs ?? '') ?? 'default',
    title: eventText(event.subject),
    description: description(event, tag !== null),
    location: eventText(event.location?.displayName ?? ''),
    etag: event['@odata.etag'] ?? null,
    tag,
    form: form(event),
  };
}

const KINDS: ReadonlyMap<string, EventKind> = new Map([
  ['workingElsewhere', 'working-location'],
  ['oof', 'out-of-office'],
]);

function tagOf({ id, seriesMasterId, transactionId, singleValueExtendedProperties }: GraphEvent) {
  return tagFrom(seriesMasterId ?? id, transactionId, singleValueExtendedProperties);
}

/** Only our own texts are ever compared; of others' a preview does, which costs no reading of HTML. */
function description({ body, bodyPreview }: GraphEvent, isOurs: boolean): string {
  return isOurs && body !== undefined ? bodyText(body) : eventText(bodyPreview);
}

function form({ type, seriesMasterId }: GraphEvent): CalendarEvent['form'] {
  if (type === 'seriesMaster') return 'series';
  return seriesMasterId === undefined ? 'single' : 'occurrence';
}

function response({ responseStatus, isOrganizer }: GraphEvent): CalendarEvent['response'] {
  switch (responseStatus?.response) {
    case 'accepted':
      return 'accepted';
    case 'declined':
      return 'declined';
    case 'tentativelyAccepted':
      return 'tentative';
    case 'notResponded':
      return 'needs-action';
    case 'organizer':
      return 'organizer';
    default:
      return isOrganizer === false ? 'needs-action' : 'organizer';
  }
}
