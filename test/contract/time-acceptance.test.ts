import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/headless/ports.ts';
import { createIcsProvider } from '../../src/main/providers/ics/ics-provider.ts';
import type { CalendarProvider } from '../../src/main/providers/provider.ts';
import type { CalendarEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import { type CaldavServer, type CaldavServerName, startCaldavServer } from '../support/caldav-server.ts';
import { calendar, event, lines } from '../unit/ics-text.ts';
import { openCaldav } from './provider-caldav-world.ts';
import { createJob, IDENTITY, JOB, owned, type Person, pull } from './provider-contract.ts';
import { GOOGLE_CALENDAR, openGoogle } from './provider-google-world.ts';
import { CALENDAR as OUTLOOK, openMicrosoft } from './provider-microsoft-world.ts';

/**
 * What the company means by time, asked of every provider alike. Dates are fixed: clocks in London go back on 25
 * October 2026 and 31 October 2027, and forward on 28 March 2027.
 */

const LONDON = 'Europe/London';
const WINDOW = { from: '2026-10-01T00:00:00.000Z', to: '2027-12-01T00:00:00.000Z' };

/** A calendar whose owner lives in a zone, with a weekly series and a leave that somebody entered there. */
interface Scene {
  readonly provider: CalendarProvider;
  readonly calendarId: string;
}

/** How each provider's users enter them: every Monday from nine to ten in London, and three days off. */
interface Kind {
  readonly name: string;
  readonly writable: boolean;
  /** Which of a wall time that comes twice cannot be said there, so that such a time is kept in UTC. */
  readonly utcInOverlap?: 'both' | 'second';
  open(homeZone: string): Promise<Scene>;
}

const FIRST_MONDAY = '2026-10-05';
const LEAVE = { start: '2027-03-27', end: '2027-03-30' };

const CALDAV = ['Radicale', 'Xandikos'] as const;
const servers = new Map<CaldavServerName, CaldavServer>();
beforeAll(async () => {
  for (const name of CALDAV) servers.set(name, await startCaldavServer(name));
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
});

const KINDS: readonly Kind[] = [
  {
    name: 'Google',
    writable: true,
    async open(homeZone) {
      const world = await openGoogle('write', homeZone);
      const at = (time: string) => ({ dateTime: `${FIRST_MONDAY}T${time}:00`, timeZone: LONDON });
      world.sandbox.google.addEvent(GOOGLE_CALENDAR, {
        summary: 'Weekly',
        start: at('09:00'),
        end: at('10:00'),
        recurrence: ['RRULE:FREQ=WEEKLY'],
      });
      world.sandbox.google.addEvent(GOOGLE_CALENDAR, {
        summary: 'Leave',
        start: { date: LEAVE.start },
        end: { date: LEAVE.end },
      });
      return world;
    },
  },
  {
    name: 'Microsoft',
    writable: true,
    utcInOverlap: 'both',
    async open(homeZone) {
      const world = await openMicrosoft('write', homeZone);
      const { microsoft } = world.sandbox;
      const at = (time: string) => ({
        dateTime: `${FIRST_MONDAY}T${time}:00`,
        timeZone: 'GMT Standard Time',
      });
      microsoft.addEvent(OUTLOOK, {
        subject: 'Weekly',
        start: at('09:00'),
        end: at('10:00'),
        recurrence: {
          pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
          range: { type: 'noEnd', startDate: FIRST_MONDAY, recurrenceTimeZone: 'GMT Standard Time' },
        },
      });
      microsoft.addEvent(OUTLOOK, {
        subject: 'Leave',
        isAllDay: true,
        start: microsoft.localTime(OUTLOOK, `${LEAVE.start}T00:00:00`),
        end: microsoft.localTime(OUTLOOK, `${LEAVE.end}T00:00:00`),
      });
      return world;
    },
  },
  ...CALDAV.map(
    (name): Kind => ({
      name: `CalDAV on ${name}`,
      writable: true,
      utcInOverlap: 'second',
      async open(homeZone) {
        const server = servers.get(name);
        if (server === undefined) throw new TypeError(`${name} was not started.`);
        // Xandikos forgets the zone of a calendar, so that it counts where the technician lives.
        const fallbackZone = name === 'Xandikos' ? homeZone : 'Asia/Tokyo';
        const world = await openCaldav(server, { timeZone: homeZone, fallbackZone });
        await world.calendar.write('weekly.ics', calendar(rules(LONDON), weekly(LONDON)));
        await world.calendar.write('leave.ics', calendar(leave()));
        return world;
      },
    }),
  ),
  ...[LONDON, 'GMT Standard Time', 'A zone of its own'].map(
    (zone): Kind => ({
      name: `ICS, which calls the zone “${zone}”`,
      writable: false,
      open: async (homeZone) => ({ provider: subscription(feed(zone), homeZone), calendarId: 'feed' }),
    }),
  ),
];

const compact = (date: string): string => date.replaceAll('-', '');

const rules = (zone: string): string =>
  lines(
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    'BEGIN:STANDARD',
    'DTSTART:19961027T020000',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0000',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:19810329T010000',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
    'TZOFFSETFROM:+0000',
    'TZOFFSETTO:+0100',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  );

const weekly = (zone: string): string =>
  event(
    'weekly@example.com',
    'SUMMARY:Weekly',
    `DTSTART;TZID=${zone}:${compact(FIRST_MONDAY)}T090000`,
    `DTEND;TZID=${zone}:${compact(FIRST_MONDAY)}T100000`,
    'RRULE:FREQ=WEEKLY',
  );

const leave = (): string =>
  event(
    'leave@example.com',
    'SUMMARY:Leave',
    `DTSTART;VALUE=DATE:${compact(LEAVE.start)}`,
    `DTEND;VALUE=DATE:${compact(LEAVE.end)}`,
  );

const feed = (zone: string): string => calendar(rules(zone), weekly(zone), leave());

const subscription = (text: string, timeZone: string): CalendarProvider =>
  createIcsProvider({
    url: 'https://calendar.example.com/feed.ics',
    fetch: async () => new Response(text),
    clock: systemClock,
    timeZone,
    lookup: async () => ['203.0.112.1'],
    readFile: async () => new Uint8Array(),
    allowPrivateNetwork: false,
    allowPlainHttp: false,
  });

const nobody: Person = {
  add: () => '',
  retitle: () => undefined,
  repeat: () => undefined,
  delete: () => undefined,
};

async function listed(scene: Scene): Promise<readonly CalendarEvent[]> {
  return (await pull({ ...scene, person: nobody }, null, WINDOW)).events;
}

/** Mondays at nine by the clocks of London, worked out by hand from when they change. */
function mondays(): readonly [string, string][] {
  const summer = (date: string): boolean =>
    date < '2026-10-25' || (date >= '2027-03-28' && date < '2027-10-31');
  const all: [string, string][] = [];
  for (let at = Date.parse(FIRST_MONDAY); at < Date.parse(WINDOW.to); at += 7 * 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10);
    const [start, end] = summer(date) ? ['08', '09'] : ['09', '10'];
    all.push([`${date}T${start}:00:00.000Z`, `${date}T${end}:00:00.000Z`]);
  }
  return all;
}

describe.each(KINDS)('through $name', ({ open, writable, utcInOverlap }) => {
  it.each([LONDON, 'America/New_York', 'Australia/Lord_Howe'])(
    'a meeting every Monday at nine in London is at nine there on both sides of every change of clocks, seen from %s',
    async (homeZone) => {
      const events = await listed(await open(homeZone));
      const weekly = events.filter(({ title }) => title === 'Weekly').map(({ time }) => time);
      const times = weekly.map(({ start, end }): [string, string] => [start, end]).sort();
      expect(times).toEqual(mondays());
      expect(times).toEqual(
        expect.arrayContaining([
          ['2026-10-19T08:00:00.000Z', '2026-10-19T09:00:00.000Z'],
          ['2026-10-26T09:00:00.000Z', '2026-10-26T10:00:00.000Z'],
          ['2027-03-22T09:00:00.000Z', '2027-03-22T10:00:00.000Z'],
          ['2027-03-29T08:00:00.000Z', '2027-03-29T09:00:00.000Z'],
          ['2027-10-25T08:00:00.000Z', '2027-10-25T09:00:00.000Z'],
          ['2027-11-01T09:00:00.000Z', '2027-11-01T10:00:00.000Z'],
        ]),
      );
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: LONDON, timeStyle: 'short' });
      expect(new Set(weekly.map(({ start }) => clock.format(new Date(start))))).toEqual(new Set(['09:00']));
    },
  );

  it.each([
    LONDON,
    'Pacific/Honolulu',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Auckland',
    'Pacific/Kiritimati',
  ])('three days off stay on their dates in %s', async (homeZone) => {
    const events = await listed(await open(homeZone));
    expect(events.filter(({ title }) => title === 'Leave').map(({ time }) => time)).toEqual([
      { kind: 'all-day', ...LEAVE, timeZone: homeZone },
    ]);
  });

  it('is the same when it is read again', async () => {
    const scene = await open(LONDON);
    expect(await listed(scene)).toEqual(await listed(scene));
  });

  if (!writable) return;
  it.each<[string, EventTime]>([
    ['the day before clocks go forward', timed('2027-03-27T09:00', '2027-03-27T10:00')],
    ['the day after', timed('2027-03-29T08:00', '2027-03-29T09:00')],
    ['across the hour that there is not', timed('2027-03-28T00:30', '2027-03-28T01:30')],
    ['the hour that comes twice, the first time', timed('2027-10-31T00:30', '2027-10-31T00:45')],
    ['the hour that comes twice, the second time', timed('2027-10-31T01:30', '2027-10-31T01:45')],
    ['from the one to the other', timed('2027-10-31T00:30', '2027-10-31T01:30')],
    ['half an hour off', timed('2027-04-04T14:00', '2027-04-04T15:00', 'Australia/Lord_Howe')],
    ['a quarter off', timed('2027-03-28T03:15', '2027-03-28T04:15', 'Asia/Kathmandu')],
    ['on the other side of midnight', timed('2027-03-28T06:30', '2027-03-28T09:00', 'America/New_York')],
    ['days over the change', { kind: 'all-day', start: '2027-03-27', end: '2027-03-30', timeZone: LONDON }],
    ['one day of 25 hours', { kind: 'all-day', start: '2027-10-31', end: '2027-11-01', timeZone: LONDON }],
  ])('what is written comes back as it was, and so again: %s', async (_, planned) => {
    const scene = await open(LONDON);
    const unsaid = utcInOverlap === 'both' ? /^2027-10-31T0[01]/ : /^2027-10-31T01/;
    const isUnsaid = utcInOverlap !== undefined && [planned.start, planned.end].some((at) => unsaid.test(at));
    const time = isUnsaid ? { ...planned, timeZone: 'UTC' } : planned;
    // As in a run, which reads before it writes: of some services the listing tells the calendar's zone.
    await listed(scene);
    const created = await createJob({ ...scene, person: nobody }, { ...JOB, time: planned });
    expect(owned(created).time).toEqual(time);
    for (let round = 0; round < 2; round += 1) {
      const found = await scene.provider.get(scene.calendarId, created.id);
      const shown = found.kind === 'found' ? owned(found.event) : null;
      expect(shown).toEqual({ ...JOB, time });
      const prepared = scene.provider.prepareUpdate(created.id, { ...JOB, time: planned }, IDENTITY);
      await scene.provider.update(scene.calendarId, prepared, null);
    }
    const events = await listed(scene);
    expect(events.filter(({ id }) => id === created.id).map(owned)).toEqual([{ ...JOB, time }]);
  });
});

function timed(start: string, end: string, timeZone = LONDON): EventTime {
  return { kind: 'timed', start: `${start}:00.000Z`, end: `${end}:00.000Z`, timeZone };
}
