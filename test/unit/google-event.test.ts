import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeFrom,
  eventFrom,
  GoogleEvent,
  lookupFrom,
} from '../../src/main/providers/google/event-from-google.ts';
import { eventId } from '../../src/main/providers/google/event-id.ts';
import { createBody, updateBody } from '../../src/main/providers/google/event-to-google.ts';
import type { DesiredEvent } from '../../src/shared/domain/calendar-event.ts';

const ZONE = 'Europe/Berlin';

const RESOURCE = {
  kind: 'calendar#event',
  id: 'abc123',
  etag: '"33"',
  status: 'confirmed',
  iCalUID: 'abc123@google.com',
  summary: 'Dentist',
  start: { dateTime: '2026-03-10T09:00:00+01:00', timeZone: 'Europe/Paris' },
  end: { dateTime: '2026-03-10T10:00:00+01:00', timeZone: 'Europe/Paris' },
  organizer: { email: 'kim@example.com', self: true },
  somethingNew: { nested: true },
};

const read = (changes: object) => eventFrom(GoogleEvent.parse({ ...RESOURCE, ...changes }), ZONE);

const DESIRED: DesiredEvent = {
  time: {
    kind: 'timed',
    start: '2026-03-10T08:00:00.000Z',
    end: '2026-03-10T09:00:00.000Z',
    timeZone: 'Europe/Berlin',
  },
  title: 'Boiler service',
  description: 'Bring the ladder',
  location: 'Main Street 1',
  status: 'confirmed',
};
const IDENTITY = { bookingId: 'bk-1', incarnation: 2, scope: 'technician:t-1', sent: 'a.b.c.d.e' };

describe('an event as Google shows it', () => {
  it('becomes our shape, in UTC, with its zone', () => {
    expect(read({ description: ' a\r\nb ', location: ' Room 1 ' })).toEqual({
      id: 'abc123',
      seriesId: null,
      instanceKey: '',
      iCalUid: 'abc123@google.com',
      time: {
        kind: 'timed',
        start: '2026-03-10T08:00:00.000Z',
        end: '2026-03-10T09:00:00.000Z',
        timeZone: 'Europe/Paris',
      },
      status: 'confirmed',
      transparency: 'busy',
      response: 'organizer',
      visibility: 'default',
      kind: 'default',
      title: 'Dentist',
      description: 'a\nb',
      location: 'Room 1',
      etag: '"33"',
      tag: null,
      form: 'single',
    });
  });

  it('keeps its days when it lasts all day, in the zone of its calendar', () => {
    const { time } = read({ start: { date: '2026-03-29' }, end: { date: '2026-03-30' } });
    expect(time).toEqual({ kind: 'all-day', start: '2026-03-29', end: '2026-03-30', timeZone: ZONE });
  });

  it.each([
    ['names none', undefined],
    ['names one that nobody knows', 'Mars/Olympus_Mons'],
  ])('is in the zone of its calendar when it %s', (_, timeZone) => {
    expect(read({ start: { dateTime: RESOURCE.start.dateTime, timeZone } }).time.timeZone).toBe(ZONE);
  });

  it('says to which series it belongs and where that had put it', () => {
    const moved = read({
      id: 'abc_20260310T080000Z',
      recurringEventId: 'abc',
      originalStartTime: { dateTime: '2026-03-09T09:00:00+01:00', timeZone: 'Europe/Paris' },
    });
    expect(moved).toMatchObject({ seriesId: 'abc', instanceKey: '2026-03-09T08:00:00Z', form: 'occurrence' });
    const days = { start: { date: '2026-03-10' }, end: { date: '2026-03-11' } };
    const allDay = read({ ...days, recurringEventId: 'abc', originalStartTime: { date: '2026-03-09' } });
    expect(allDay.instanceKey).toBe('2026-03-09');
  });

  it('is a series when it recurs', () => {
    expect(read({ recurrence: ['RRULE:FREQ=DAILY'] }).form).toBe('series');
    expect(read({ recurrence: [] }).form).toBe('single');
  });

  it.each([
    [{ transparency: 'transparent' }, { transparency: 'free' }],
    [{ transparency: 'opaque' }, { transparency: 'busy' }],
    [{ visibility: 'private' }, { visibility: 'private' }],
    [{ visibility: 'confidential' }, { visibility: 'private' }],
    [{ visibility: 'public' }, { visibility: 'default' }],
    [{ status: 'tentative' }, { status: 'tentative' }],
    [{ eventType: 'workingLocation' }, { kind: 'working-location' }],
    [{ eventType: 'birthday' }, { kind: 'birthday' }],
    [{ eventType: 'focusTime' }, { kind: 'focus-time' }],
    [{ eventType: 'outOfOffice' }, { kind: 'out-of-office' }],
    [{ eventType: 'fromGmail' }, { kind: 'from-mail' }],
    [{ eventType: 'inventedTomorrow' }, { kind: 'default' }],
    [{ summary: undefined }, { title: '' }],
  ])('reads %j as %j', (change, expected) => {
    expect(read(change)).toMatchObject(expected);
  });

  it.each([
    ['declined', [{ email: 'x' }, { self: true, responseStatus: 'declined' }], 'declined'],
    ['tentative', [{ self: true, responseStatus: 'tentative' }], 'tentative'],
    ['needsAction', [{ self: true, responseStatus: 'needsAction' }], 'needs-action'],
    ['accepted', [{ self: true, responseStatus: 'accepted' }], 'accepted'],
    ['somebody else who declined', [{ responseStatus: 'declined' }], 'accepted'],
  ])('takes my response from myself: %s', (_, attendees, expected) => {
    expect(read({ organizer: { email: 'boss@example.com' }, attendees }).response).toBe(expected);
  });

  it('knows an organiser who declined the own meeting', () => {
    expect(read({ attendees: [{ self: true, organizer: true, responseStatus: 'declined' }] }).response).toBe(
      'declined',
    );
  });

  it.each([
    ['no id', { id: undefined }],
    ['a status nobody knows', { status: 'vanished' }],
    ['a date that is none', { start: { date: '2026-02-30' } }],
    ['a time without offset', { start: { dateTime: '2026-03-10T09:00:00' } }],
    ['a title that is no text', { summary: 7 }],
  ])('is refused with %s', (_, change) => {
    expect(GoogleEvent.safeParse({ ...RESOURCE, ...change }).success).toBe(false);
  });

  it.each([
    ['no time', { start: undefined }],
    ['no end', { end: {} }],
    ['half a day', { start: { date: '2026-03-10' } }],
  ])('is an error, not nothing, with %s', (_, change) => {
    expect(() => read(change)).toThrow(expect.objectContaining({ code: 'PROVIDER_ERROR' }));
  });
});

describe('a cancelled entry', () => {
  it('is a removal, even with nothing but an id', () => {
    const change = changeFrom(GoogleEvent.parse({ id: 'abc', status: 'cancelled' }), ZONE);
    expect(change).toEqual({ kind: 'removed', id: 'abc', seriesId: null, proof: 'cancelled' });
  });

  it('names the series of an occurrence', () => {
    const entry = GoogleEvent.parse({
      id: 'abc_20260309',
      status: 'cancelled',
      recurringEventId: 'abc',
      originalStartTime: { date: '2026-03-09' },
    });
    expect(changeFrom(entry, ZONE)).toMatchObject({ kind: 'removed', seriesId: 'abc' });
  });

  it('still tells what was last written, when read by id', () => {
    const { body } = createBody('abc', DESIRED, IDENTITY);
    const gone = GoogleEvent.parse({ ...JSON.parse(body), status: 'cancelled' });
    expect(lookupFrom(gone, ZONE)).toEqual({ kind: 'cancelled', sent: 'a.b.c.d.e' });
    expect(lookupFrom(GoogleEvent.parse({ id: 'abc', status: 'cancelled' }), ZONE)).toEqual({
      kind: 'cancelled',
      sent: null,
    });
  });
});

describe('an event as we write it', () => {
  it('is created under our id, with our fields and our tag only', () => {
    const { eventId: id, body } = createBody('abc', DESIRED, IDENTITY);
    expect(id).toBe('abc');
    expect(JSON.parse(body)).toEqual({
      id: 'abc',
      summary: 'Boiler service',
      description: 'Bring the ladder',
      location: 'Main Street 1',
      status: 'confirmed',
      start: { dateTime: '2026-03-10T08:00:00.000Z', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-03-10T09:00:00.000Z', timeZone: 'Europe/Berlin' },
      extendedProperties: {
        private: {
          calendarSyncBooking: 'bk-1',
          calendarSyncIncarnation: '2',
          calendarSyncSelf: 'abc',
          calendarSyncScope: 'technician:t-1',
          calendarSyncSent: 'a.b.c.d.e',
        },
      },
    });
  });

  it('is updated in the same fields, ending the other form of time and any recurrence', () => {
    const timed = JSON.parse(updateBody('abc', DESIRED, IDENTITY).body);
    expect(timed).toMatchObject({
      start: { dateTime: '2026-03-10T08:00:00.000Z', timeZone: 'Europe/Berlin', date: null },
      end: { dateTime: '2026-03-10T09:00:00.000Z', timeZone: 'Europe/Berlin', date: null },
      recurrence: null,
    });
    const time = { kind: 'all-day', start: '2026-03-10', end: '2026-03-11', timeZone: ZONE } as const;
    expect(JSON.parse(updateBody('abc', { ...DESIRED, time }, IDENTITY).body)).toMatchObject({
      start: { date: '2026-03-10', dateTime: null, timeZone: null },
      end: { date: '2026-03-11', dateTime: null, timeZone: null },
    });
    const mayName = [
      'summary',
      'description',
      'location',
      'status',
      'start',
      'end',
      'recurrence',
      'extendedProperties',
    ];
    expect(Object.keys(timed).sort()).toEqual(mayName.sort());
  });

  it('comes back as it was meant, whatever its texts', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', '🙂', ' ', '\n', '\r\n', '\r', '\t', '<b>', '"'),
    });
    const instant = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2040-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        text,
        text,
        text,
        instant,
        fc.constantFrom('confirmed', 'tentative'),
        (title, description, location, at, status) => {
          const time = { ...DESIRED.time, start: at.toISOString(), end: at.toISOString() };
          const sent: DesiredEvent = { time, title, description, location, status };
          const first = eventFrom(
            GoogleEvent.parse(JSON.parse(createBody('abc', sent, IDENTITY).body)),
            ZONE,
          );
          const again = createBody('abc', first, IDENTITY).body;
          expect(again).toBe(createBody('abc', sent, IDENTITY).body);
          expect(first.time).toEqual(time);
          expect(first.title).toBe(first.title.trim());
          expect(first.tag).toEqual({ ...IDENTITY, self: 'abc' });
        },
      ),
      { seed: 20261209 },
    );
  });
});

describe('the ownership tag', () => {
  const whole = JSON.parse(createBody('abc', DESIRED, IDENTITY).body).extendedProperties.private;

  it.each([
    ['a part is missing', { ...whole, calendarSyncSelf: undefined }],
    ['the incarnation is no number', { ...whole, calendarSyncIncarnation: '1e3' }],
    ['somebody else has properties', { other: 'x' }],
  ])('is none when %s', (_, properties) => {
    const entries = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
    expect(read({ extendedProperties: { private: entries } }).tag).toBeNull();
  });

  it('survives on a copy, with the identity of the original', () => {
    expect(read({ id: 'copy', extendedProperties: { private: whole } }).tag).toEqual({
      ...IDENTITY,
      self: 'abc',
    });
  });
});

describe('our event ids', () => {
  it('are what Google allows, the same everywhere, and depend on every part', () => {
    const id = eventId('sub', 'cal', 'bk', 0);
    expect(id).toMatch(/^[a-v0-9]{52}$/);
    expect(eventId('sub', 'cal', 'bk', 0)).toBe(id);
    const others = [
      eventId('sub2', 'cal', 'bk', 0),
      eventId('sub', 'cal2', 'bk', 0),
      eventId('sub', 'cal', 'bk2', 0),
      eventId('sub', 'cal', 'bk', 1),
      eventId('subc', 'al', 'bk', 0),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('never change, for events that already exist carry them', () => {
    expect(eventId('1234', 'primary', 'bk-1', 0)).toBe(
      'upsvlkhu8i5kqha6h95h3d640ictatbb9dfkv43aa1cg12lupo40',
    );
  });
});
