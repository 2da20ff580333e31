import type { CalendarEvent, OwnershipTag } from '../../../shared/domain/calendar-event.ts';
import type { InstantSpan } from '../../time/rule.ts';
import type { Zone } from '../../time/zone.ts';
import { type ParsedCalendar, readCalendar } from '../icalendar/calendar.ts';
import type { EventComponent } from '../icalendar/components.ts';
import { listCalendar, lookUp } from '../icalendar/listing.ts';
import { type RawProperty, ruleOf } from '../icalendar/property.ts';
import type { Notice } from '../icalendar/zones.ts';
import type { EventChange, EventLookup } from '../provider.ts';
import { nameFor } from './event-name.ts';
import { tagFrom } from './ownership.ts';

/** One resource of a calendar (RFC 4791 section 4.1): an event or a series with its overrides. */
export interface CalendarObject {
  /** Last part of its URL. */
  readonly name: string;
  readonly etag: string | null;
  /** iCalendar text. */
  readonly text: string;
}

/** How the objects of a calendar are read. */
export interface ObjectReading {
  /** Where floating times and whole days are lived. */
  readonly home: Zone;
  /** Host, to name in errors. */
  readonly source: string;
  /** By what invitations call the person, in lower case. */
  readonly addresses: ReadonlySet<string>;
  readonly notice: Notice;
}

/**
 * What an object shows of a span: its event, or the occurrences of its series.
 * @param anywhere an event that is no series is shown wherever it is: it may have been moved out of the span. One that
 *   is ours is so however far ahead: not to know of it would be to make it once more
 * @throws AppError PROVIDER_ERROR when it is damaged
 */
export function changesIn(
  object: CalendarObject,
  span: InstantSpan,
  anywhere: boolean,
  reading: ObjectReading,
): readonly EventChange[] {
  const calendar = parse(object, reading);
  const isSingle = calendar.entries.every(({ kind }) => kind === 'single');
  const isOurs = calendar.entries.some(({ event }) => event.content.tag?.self === object.name);
  const reach = anywhere ? EVER : { from: span.from, to: isOurs ? EVER.to : span.to };
  const listed = [...listCalendar(calendar, isSingle ? reach : span, reading.source, reading.notice)];
  if (isOurs && listed.length === 0) return seriesAt(calendar, object.name, reach);
  return withSharedTag(listed, object.name);
}

/** What became of an event of ours that was made a series far ahead: the series itself, which the span has nothing of. */
function seriesAt(calendar: ParsedCalendar, name: string, reach: InstantSpan): readonly EventChange[] {
  const master = lookUp(calendar, name);
  if (master.kind !== 'found' || Date.parse(master.event.time.start) < reach.from) return [];
  return [{ kind: 'event', event: master.event }];
}

/**
 * The event, series or occurrence of that id.
 * @throws AppError PROVIDER_ERROR when it is damaged
 */
export function lookUpIn(object: CalendarObject, id: string, reading: ObjectReading): EventLookup {
  return lookUp(parse(object, reading), id);
}

const EVER: InstantSpan = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

function parse({ name, etag, text }: CalendarObject, reading: ObjectReading): ParsedCalendar {
  return readCalendar(text, reading.home, reading.source, reading.notice, {
    id: name,
    content: (component) => ({
      etag,
      tag: tagOf(component, name),
      response: responseOf(component, reading.addresses),
    }),
  });
}

/**
 * An event that was created by us is known by its UID: a calendar that was exported and imported, or a server that names
 * its objects itself, has it under another name. A copy that somebody makes of it has another UID.
 */
function tagOf({ ownership, uid }: EventComponent, name: string): OwnershipTag | null {
  const tag = tagFrom(ownership);
  return tag !== null && tag.self === nameFor(uid) ? { ...tag, self: name } : tag;
}

/** Programs that override an occurrence of a series that somebody made of our event may leave the tag out there. */
function withSharedTag(changes: readonly EventChange[], name: string): readonly EventChange[] {
  const tag = changes
    .map((change) => (change.kind === 'event' ? change.event.tag : null))
    .find((each): each is OwnershipTag => each?.self === name);
  if (tag === undefined) return changes;
  return changes.map((change) =>
    change.kind === 'event' && change.event.tag === null
      ? { kind: 'event', event: { ...change.event, tag } }
      : change,
  );
}

/** RFC 5545 sections 3.2.12 and 3.8.4.1. Without an organizer an event is the person's own. */
function responseOf(
  { organizer, attendees }: EventComponent,
  addresses: ReadonlySet<string>,
): CalendarEvent['response'] {
  const isMe = (property: RawProperty): boolean => addresses.has(addressOf(property));
  if (organizer === '' || isMe(organizer)) return 'organizer';
  const me = attendees.find(isMe);
  const answer = /;PARTSTAT="?([\w-]+)/i.exec(me ?? '')?.[1];
  // RFC 5545 section 3.2.12: who has not been asked otherwise has not answered.
  if (me !== undefined && answer === undefined) return 'needs-action';
  return RESPONSES.get(answer?.toUpperCase() ?? '') ?? 'accepted';
}

const RESPONSES: ReadonlyMap<string, CalendarEvent['response']> = new Map([
  ['DECLINED', 'declined'],
  ['TENTATIVE', 'tentative'],
  ['NEEDS-ACTION', 'needs-action'],
]);

/** `mailto:somebody@example.com` at the end of an ORGANIZER or ATTENDEE, in lower case. */
function addressOf(property: RawProperty): string {
  const scheme = /:(mailto:[^:]*)$/i.exec(property)?.[1];
  return (scheme ?? ruleOf(property)).toLowerCase();
}
