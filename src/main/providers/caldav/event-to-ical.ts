import ICAL from 'ical.js';
import { z } from 'zod';
import type { DesiredEvent } from '../../../shared/domain/calendar-event.ts';
import { writable } from '../../../shared/text/writable.ts';
import { DAY_MS } from '../../time/wall-time.ts';
import { ianaZone, toInstant, toWall, UTC, type Zone } from '../../time/zone.ts';
import { zoneDefinition } from '../../time/zone-definition.ts';
import { OWNERSHIP_PROPERTY } from '../icalendar/calendar-text.ts';
import type { NewIdentity, PreparedWrite } from '../provider.ts';
import { nameFor, uidFor } from './event-name.ts';
import { tagFrom, tagText } from './ownership.ts';

const PRODUCT = '-//Calendar Sync//Calendar Sync//EN';

/** Octets of a line without the blank before it, which ical.js does not count: 75 in all (RFC 5545 section 3.1). */
ICAL.foldLength = 74;

/** A definition of a zone that is written with an event is true for so long around it. */
const DEFINED_MS = 365 * DAY_MS;

const Time = z.object({
  kind: z.enum(['timed', 'all-day']),
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
});

/** What we answer for in an event, as the journal keeps it. */
const OwnedContent = z.object({
  time: Time,
  title: z.string(),
  description: z.string(),
  location: z.string(),
  status: z.enum(['confirmed', 'tentative']),
  tag: z.string(),
});
type OwnedContent = Readonly<z.infer<typeof OwnedContent>>;

/** @param name of the object that holds the event, which is its id */
export function preparedWrite(name: string, desired: DesiredEvent, identity: NewIdentity): PreparedWrite {
  const { time, title, description, location, status } = desired;
  const tag = tagText({ ...identity, self: name });
  const content: OwnedContent = { time, title, description, location, status, tag };
  return { eventId: name, body: JSON.stringify(content) };
}

const contentOf = ({ body }: PreparedWrite): OwnedContent => OwnedContent.parse(JSON.parse(body));

/** A new object with the event. */
export function newObject(prepared: PreparedWrite, now: Date): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', PRODUCT);
  const event = new ICAL.Component('vevent');
  event.addPropertyWithValue('uid', uidFor(prepared.eventId));
  writeOwned(calendar, event, contentOf(prepared), now);
  calendar.addSubcomponent(event);
  return `${calendar.toString()}\r\n`;
}

/**
 * The object with what we answer for as it is to be, and everything else in it as it was: alarms, attendees, colour,
 * and what no standard knows. A series that somebody made of the event is a single event again.
 * @throws when the text cannot be read, or has no event
 */
export function editedObject(text: string, prepared: PreparedWrite, now: Date): string {
  const calendar = ICAL.Component.fromString(text.trim());
  const events = calendar.getAllSubcomponents('vevent');
  const event = events.find((each) => !each.hasProperty('recurrence-id')) ?? events[0];
  if (event === undefined) throw new RangeError('The calendar object has no event');
  for (const each of events) calendar.removeSubcomponent(each);
  for (const name of ['rrule', 'rdate', 'exdate', 'exrule', 'recurrence-id']) event.removeAllProperties(name);
  writeOwned(calendar, event, contentOf(prepared), now);
  // Behind the zones, where every program looks for it.
  calendar.addSubcomponent(event);
  return `${calendar.toString()}\r\n`;
}

function writeOwned(calendar: ICAL.Component, event: ICAL.Component, content: OwnedContent, now: Date): void {
  setTime(calendar, event, content.time);
  setText(event, 'summary', content.title);
  // The same in another form, which programs show in its place.
  if (setText(event, 'description', content.description)) event.removeAllProperties('x-alt-desc');
  if (setText(event, 'location', content.location)) {
    event.removeAllProperties('x-apple-structured-location');
    event.removeAllProperties('geo');
  }
  setText(event, 'status', content.status.toUpperCase());
  const ownership = OWNERSHIP_PROPERTY.toLowerCase();
  event.removeAllProperties(ownership);
  event.addPropertyWithValue(ownership, ownTag(content.tag, event));
  event.updatePropertyWithValue('dtstamp', ICAL.Time.fromJSDate(now, true));
  event.updatePropertyWithValue('last-modified', ICAL.Time.fromJSDate(now, true));
}

/** The tag as it is in the event: of the name that it was created under, whatever it is called now. */
function ownTag(text: string, event: ICAL.Component): string {
  const tag = tagFrom(text);
  return tag === null ? text : tagText({ ...tag, self: nameFor(String(event.getFirstPropertyValue('uid'))) });
}

/** Empty means without. @returns whether it was another before */
function setText(event: ICAL.Component, name: string, wanted: string): boolean {
  const text = writable(wanted);
  if ((event.getFirstPropertyValue(name) ?? '') === text) return false;
  event.removeAllProperties(name);
  if (text !== '') event.addPropertyWithValue(name, text);
  return true;
}

function setTime(calendar: ICAL.Component, event: ICAL.Component, time: OwnedContent['time']): void {
  for (const name of ['dtstart', 'dtend', 'duration']) event.removeAllProperties(name);
  event.addProperty(moment('dtstart', time, time.start));
  event.addProperty(moment('dtend', time, time.end));
  const zone = writtenZone(time);
  if (zone === UTC) return;
  // One that is there may be true around another time, where the event was before.
  for (const each of calendar.getAllSubcomponents('vtimezone')) {
    if (each.getFirstPropertyValue('tzid') === zone.name) calendar.removeSubcomponent(each);
  }
  const around = { from: Date.parse(time.start), to: Date.parse(time.end) + DEFINED_MS };
  calendar.addSubcomponent(ICAL.Component.fromString(zoneDefinition(zone.name, around.from, around.to)));
}

/**
 * Dates have no zone. An instant is written in UTC where this computer does not know its zone, and where clocks have
 * just been set back: a wall time that comes twice means the first of them (RFC 5545 section 3.3.5), never the second.
 */
function writtenZone({ kind, start, end, timeZone }: OwnedContent['time']): Zone {
  const zone = kind === 'all-day' ? null : ianaZone(timeZone);
  if (zone === null) return UTC;
  const canBeSaid = (at: number): boolean => toInstant(zone, toWall(zone, at)) === at;
  return canBeSaid(Date.parse(start)) && canBeSaid(Date.parse(end)) ? zone : UTC;
}

function moment(name: 'dtstart' | 'dtend', time: OwnedContent['time'], at: string): ICAL.Property {
  const property = new ICAL.Property(name);
  if (time.kind === 'all-day') {
    property.setValue(ICAL.Time.fromDateString(at));
    return property;
  }
  const zone = writtenZone(time);
  const wall = new Date(toWall(zone, Date.parse(at))).toISOString().slice(0, 19);
  property.setValue(ICAL.Time.fromDateTimeString(zone === UTC ? `${wall}Z` : wall));
  if (zone !== UTC) property.setParameter('tzid', zone.name);
  return property;
}
