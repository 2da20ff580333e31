import ICAL from 'ical.js';
import { instantAt, wallClock } from '../../src/sandbox/wall-time.ts';
import type { StandInCollection } from '../support/caldav-stand-in/collection.ts';
import type { OnlineProgram } from '../support/calendar-program.ts';
import { caldavInstances } from './caldav-instances.ts';

const ZONE = 'Europe/London';
const ME = 'mailto:tess@example.com';

type Edit = (event: ICAL.Component, object: ICAL.Component) => void;

/** The calendar as another program edits it: by whole objects, of which it knows no more than they say. */
export function caldavProgram(collection: StandInCollection): OnlineProgram {
  let added = 0;
  let forgotten = 0;

  function store(name: string, object: ICAL.Component): void {
    const { status } = collection.put(name, `${object.toString()}\r\n`);
    if (status >= 300) throw new Error(`${name} is refused: ${status}`);
  }

  /** An event, or one occurrence of a series, which is overridden by that. */
  async function edit(id: string, change: Edit): Promise<void> {
    const [name = '', key] = id.split('/');
    const object = objectOf(collection, name);
    change(key === undefined ? masterOf(object) : overrideOf(object, key), object);
    store(name, object);
  }

  const set =
    (property: string, value: string): Edit =>
    (event) =>
      void event.updatePropertyWithValue(property, value);

  function addEvent(uid: string, title: string, times: Edit): string {
    added += 1;
    const object = new ICAL.Component('vcalendar');
    object.addPropertyWithValue('version', '2.0');
    object.addPropertyWithValue('prodid', '-//Example//Example//EN');
    const event = new ICAL.Component('vevent');
    event.addPropertyWithValue('uid', uid);
    event.addPropertyWithValue('summary', title);
    event.addProperty(ICAL.Property.fromString('DTSTAMP:20261101T000000Z'));
    times(event, object);
    object.addSubcomponent(event);
    const name = `hers ${added}.ics`;
    store(name, object);
    return name;
  }

  const nextUid = (): string => `hers-${added}-${collection.displayName}@example.com`;

  return {
    seen: async () => caldavInstances(collection),
    raw: async (id) => collection.text(id.split('/')[0] ?? '') ?? '',
    rename: (id, title) => edit(id, set('summary', title)),
    relocate: (id, location) => edit(id, set('location', location)),
    move: (id, start, end) => edit(id, timed(start, end)),
    decorate: (id) =>
      edit(id, (event) => {
        set('color', 'red')(event, event);
        event.addSubcomponent(ICAL.Component.fromString(ALARM));
      }),
    makeFree: (id) => edit(id, set('transp', 'TRANSPARENT')),
    makeBusy: (id) => edit(id, set('transp', 'OPAQUE')),
    decline: (id) =>
      edit(id, (event) => {
        event.removeAllProperties('attendee');
        set('organizer', 'mailto:boss@example.com')(event, event);
        event.addProperty(ICAL.Property.fromString(`ATTENDEE;PARTSTAT=DECLINED:${ME}`));
      }),
    repeat: (id) =>
      edit(id, (event) => void event.addProperty(ICAL.Property.fromString('RRULE:FREQ=DAILY;COUNT=5'))),
    async copy(id, start, end) {
      const object = objectOf(collection, id);
      added += 1;
      const event = masterOf(object);
      timed(start, end)(event, object);
      event.updatePropertyWithValue('uid', `copy-${added}-${collection.displayName}@example.com`);
      const name = `copy ${added}.ics`;
      store(name, object);
      return name;
    },
    async delete(id) {
      const [name = '', key] = id.split('/');
      if (key === undefined) collection.delete(name);
      else await edit(name, (event, object) => leaveOut(event, object, key));
    },
    add: async (title, start, end) => addEvent(nextUid(), title, timed(start, end)),
    addDays: async (title, from, to) =>
      addEvent(nextUid(), title, (event) => {
        for (const [name, date] of [
          ['DTSTART', from],
          ['DTEND', to],
        ] as const)
          event.addProperty(ICAL.Property.fromString(`${name};VALUE=DATE:${date.replaceAll('-', '')}`));
      }),
    addMeeting: async (uid, title, start, end) => addEvent(uid, title, timed(start, end)),
    forgetPosition() {
      forgotten += 1;
      if (forgotten % 2 === 0) collection.moveHouse();
      else collection.forgetTokens();
    },
  };
}

const ALARM = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT5M\r\nEND:VALARM';

function objectOf(collection: StandInCollection, name: string): ICAL.Component {
  const text = collection.text(name);
  if (text === null) throw new Error(`There is no ${name}`);
  return ICAL.Component.fromString(text.trim());
}

function masterOf(object: ICAL.Component): ICAL.Component {
  const events = object.getAllSubcomponents('vevent');
  const master = events.find((event) => !event.hasProperty('recurrence-id')) ?? events[0];
  if (master === undefined) throw new Error('An object without an event');
  return master;
}

const timed =
  (start: string, end: string): Edit =>
  (event) => {
    for (const name of ['dtstart', 'dtend', 'duration']) event.removeAllProperties(name);
    event.addProperty(moment('DTSTART', start, ZONE));
    event.addProperty(moment('DTEND', end, ZONE));
  };

/** An instant by the clocks of a zone, unless they cannot say it, or a date. */
function moment(name: string, at: string, zone: string): ICAL.Property {
  if (at.length === 10) return ICAL.Property.fromString(`${name};VALUE=DATE:${at.replaceAll('-', '')}`);
  const wall = wallClock(Date.parse(at), zone).toISOString();
  const minutes = Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
  const isSaid = zone !== 'UTC' && instantAt(wall.slice(0, 10), minutes, zone) === Date.parse(at);
  const stamp = (iso: string): string => iso.replace(/[-:]/g, '').slice(0, 15);
  return ICAL.Property.fromString(
    isSaid ? `${name};TZID=${zone}:${stamp(wall)}` : `${name}:${stamp(new Date(at).toISOString())}Z`,
  );
}

/** In the zone of the series, as programs write it. */
function original(name: string, master: ICAL.Component, key: string): ICAL.Property {
  const zone = master.getFirstProperty('dtstart')?.getParameter('tzid');
  return moment(name, key, typeof zone === 'string' ? zone : 'UTC');
}

const isAt = (event: ICAL.Component, recurrence: ICAL.Property): boolean =>
  event.getFirstProperty('recurrence-id')?.toICALString() === recurrence.toICALString();

/** The override of the occurrence that begins then by the rule; as the series has it, where there is none yet. */
function overrideOf(object: ICAL.Component, key: string): ICAL.Component {
  const master = masterOf(object);
  const recurrence = original('RECURRENCE-ID', master, key);
  const existing = object.getAllSubcomponents('vevent').find((event) => isAt(event, recurrence));
  if (existing !== undefined) return existing;
  const event = ICAL.Component.fromString(master.toString());
  for (const name of ['rrule', 'exdate']) event.removeAllProperties(name);
  event.addProperty(recurrence);
  object.addSubcomponent(event);
  return event;
}

function leaveOut(master: ICAL.Component, object: ICAL.Component, key: string): void {
  const recurrence = original('RECURRENCE-ID', master, key);
  for (const event of object.getAllSubcomponents('vevent'))
    if (isAt(event, recurrence)) object.removeSubcomponent(event);
  master.addProperty(original('EXDATE', master, key));
}
