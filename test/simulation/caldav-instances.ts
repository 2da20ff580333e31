import ICAL from 'ical.js';
import { instantAt } from '../../src/sandbox/wall-time.ts';
import type { StandInCollection } from '../support/caldav-stand-in/collection.ts';
import type { Instance } from './seen-instances.ts';

const DAY = 86_400_000;

/** What a person sees of a calendar, read past the server and without any of the app's own reading. */
export const caldavInstances = (collection: StandInCollection): readonly Instance[] =>
  collection.names().flatMap((name) => instancesOf(name, collection.text(name) ?? ''));

function instancesOf(name: string, text: string): readonly Instance[] {
  const events = ICAL.Component.fromString(text.trim()).getAllSubcomponents('vevent');
  const overrides = events.filter((event) => event.hasProperty('recurrence-id'));
  const master = events.find((event) => !event.hasProperty('recurrence-id'));
  const shown = overrides.map((event) => {
    const key = momentOf(event, 'recurrence-id');
    return instanceOf(name, event, key, momentOf(event, 'dtstart'), momentOf(event, 'dtend'));
  });
  if (master === undefined) return shown;
  const [start, end] = [momentOf(master, 'dtstart'), momentOf(master, 'dtend')];
  if (!master.hasProperty('rrule')) return [...shown, instanceOf(name, master, null, start, end)];
  const gone = new Set([
    ...overrides.map((event) => momentOf(event, 'recurrence-id')),
    ...master.getAllProperties('exdate').map((each) => timeOf(each)),
  ]);
  const length = Date.parse(end) - Date.parse(start);
  const starts = startsOf(master).filter((each) => !gone.has(each));
  return [
    ...shown,
    ...starts.map((each) => {
      const until = new Date(Date.parse(each) + length).toISOString();
      return instanceOf(name, master, each, each, each.length === 10 ? until.slice(0, 10) : until);
    }),
  ];
}

/** By the clocks of where the series is lived, every day that its rule says: no program writes another rule here. */
function startsOf(master: ICAL.Component): readonly string[] {
  const first = master.getFirstProperty('dtstart') as ICAL.Property;
  const rule = master.getFirstPropertyValue('rrule');
  const { freq, interval, count } = rule as ICAL.Recur;
  if (freq !== 'DAILY' || interval !== 1 || count === null) throw new Error(`What is ${rule}?`);
  return Array.from({ length: count }, (_, day) => timeOf(first, day));
}

const momentOf = (event: ICAL.Component, property: string): string =>
  timeOf(event.getFirstProperty(property) as ICAL.Property);

/** @param days that it is later by the clocks */
function timeOf(property: ICAL.Property, days = 0): string {
  const time = property.getFirstValue() as ICAL.Time;
  const zone = property.getParameter('tzid');
  const { year, month, day, hour, minute } = time;
  const date = new Date(Date.UTC(year, month - 1, day) + days * DAY).toISOString().slice(0, 10);
  if (time.isDate) return date;
  return new Date(instantAt(date, hour * 60 + minute, typeof zone === 'string' ? zone : 'UTC')).toISOString();
}

function instanceOf(
  name: string,
  event: ICAL.Component,
  key: string | null,
  start: string,
  end: string,
): Instance {
  const value = (property: string): string => String(event.getFirstPropertyValue(property) ?? '');
  const zone = event.getFirstProperty('dtstart')?.getParameter('tzid');
  const isTimed = start.length > 10;
  const declined = event.getFirstProperty('attendee')?.getParameter('partstat') === 'DECLINED';
  return {
    id: key === null ? name : `${name}/${key.replace('.000Z', 'Z')}`,
    seriesId: key === null ? null : name,
    meeting: `${value('uid')} ${key ?? ''}`,
    title: value('summary'),
    location: value('location'),
    description: value('description'),
    start,
    end,
    zone: isTimed ? String(zone ?? 'UTC') : '',
    tentative: value('status') === 'TENTATIVE',
    isPrivate: value('class') === 'PRIVATE',
    blocks: value('transp') !== 'TRANSPARENT' && !declined,
    bookingId: bookingOf(name, value('x-calendar-sync')),
  };
}

/** A copy has the tag of what it is a copy of. */
function bookingOf(name: string, tag: string): string | null {
  if (tag === '') return null;
  const { bookingId, self } = JSON.parse(Buffer.from(tag, 'base64url').toString());
  return self === name ? bookingId : null;
}
