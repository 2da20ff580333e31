import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { type CaldavCalendar, eventObject, makeCalendar } from '../support/caldav-calendar.ts';
import { type CaldavServer, PASSWORD, startCaldavServer, USERNAME } from '../support/caldav-server.ts';
import { withRealServer } from '../support/caldav-world.ts';
import { addPublished, FEED, publish, subscribe } from '../support/feeds.ts';
import { expectQuiet } from '../support/in-step.ts';
import { OUTLOOK, signInToOutlook } from '../support/outlook.ts';
import { addPersonal, blocks, CALENDAR, createWorld, type World } from '../support/world.ts';

const UID = 'meeting-1@example.com';
const SERIES = 'series-1@example.com';

/** One of the technician's calendars, and what somebody does in it. */
interface Place {
  connect(): Promise<void>;
  /** An hour's meeting on 25 November 2026 at ten. Answers with what takes it out again. */
  addMeeting(): Remove | Promise<Remove>;
  /** Three Wednesdays at two o'clock in London. Answers with what takes it out again. */
  addSeries(): Remove | Promise<Remove>;
}

type Remove = () => unknown;

let world: World;

const google: Place = {
  connect: async () => undefined,
  addMeeting() {
    const id = addPersonal(world, 10, { iCalUID: UID });
    return () => world.sandbox.google.deleteEvent(CALENDAR, id);
  },
  addSeries() {
    const id = addPersonal(world, 14, { iCalUID: SERIES, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] });
    return () => world.sandbox.google.deleteEvent(CALENDAR, id);
  },
};

const outlookEvent = (hour: number, more: object) => {
  const at = (hours: number) => ({ dateTime: `2026-11-25T${hours}:00:00`, timeZone: 'GMT Standard Time' });
  return { subject: 'Meeting', start: at(hour), end: at(hour + 1), ...more };
};

const microsoft: Place = {
  async connect() {
    const accountId = await signInToOutlook(world);
    await world.app.addMapping({ accountId, calendarId: OUTLOOK, direction: 'import' });
  },
  addMeeting() {
    const { id } = world.sandbox.microsoft.addEvent(OUTLOOK, outlookEvent(10, { iCalUId: UID }));
    return () => world.sandbox.microsoft.deleteEvent(OUTLOOK, id);
  },
  addSeries() {
    const pattern = { type: 'weekly', interval: 1, daysOfWeek: ['wednesday'], firstDayOfWeek: 'monday' };
    const range = { type: 'numbered', startDate: '2026-11-25', numberOfOccurrences: 3 };
    const series = { iCalUId: SERIES, recurrence: { pattern, range } };
    const { id } = world.sandbox.microsoft.addEvent(OUTLOOK, outlookEvent(14, series));
    return () => world.sandbox.microsoft.deleteEvent(OUTLOOK, id);
  },
};

const ics: Place = {
  async connect() {
    // With an event of its own, so that it is never suddenly empty.
    publish(world);
    world.sandbox.ics.editEvent(FEED, 'training@example.com', { transparent: true });
    await subscribe(world);
  },
  addMeeting() {
    addPublished(world, 10, { uid: UID });
    return () => world.sandbox.ics.deleteEvent(FEED, UID);
  },
  addSeries() {
    const at = (hour: number) => ({ dateTime: `2026-11-25T${hour}:00:00`, timeZone: 'Europe/London' });
    const series = { uid: SERIES, start: at(14), end: at(15), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] };
    addPublished(world, 14, series);
    return () => world.sandbox.ics.deleteEvent(FEED, SERIES);
  },
};

let server: CaldavServer;
let calendar: CaldavCalendar;
beforeAll(async () => {
  server = await startCaldavServer('Radicale');
});
afterAll(() => server.stop());

const appointment = (hour: number, uid: string, ...more: readonly string[]): string => {
  const at = (hours: number): string => `;TZID=Europe/London:20261125T${hours}0000`;
  return eventObject(uid, 'SUMMARY:Meeting', `DTSTART${at(hour)}`, `DTEND${at(hour + 1)}`, ...more);
};

const caldav: Place = {
  async connect() {
    calendar = await makeCalendar(server);
    const account = { url: server.origin, username: USERNAME, password: PASSWORD };
    const { accountId } = await world.app.connectCaldav(account);
    await world.app.addMapping({ accountId, calendarId: calendar.url, direction: 'import' });
  },
  async addMeeting() {
    await calendar.write('meeting.ics', appointment(10, UID));
    return () => calendar.delete('meeting.ics');
  },
  async addSeries() {
    await calendar.write('series.ics', appointment(14, SERIES, 'RRULE:FREQ=WEEKLY;COUNT=3'));
    return () => calendar.delete('series.ics');
  },
};

const PLACES = { google, microsoft, ics, caldav } as const;
type PlaceName = keyof typeof PLACES;

/** What each batch of busy blocks did to the booking system, in the order in which it was done. */
const batches: string[] = [];
const watchBatches =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const answer = await fetch(input, init);
    if (request.url.endsWith('/busy-blocks:batch')) {
      const { upserts, deletes } = JSON.parse(await request.text());
      batches.push(...upserts.map(() => 'upsert'), ...deletes.map(() => 'delete'));
    }
    return answer;
  };

beforeEach(async () => {
  world = await createWorld({
    network: (sandbox) => watchBatches(withRealServer(server, sandbox, () => world.clock)),
  });
  for (const place of Object.values(PLACES)) await place.connect();
});
afterEach(() => world.close());

const owners = (): readonly string[] => blocks(world).map(({ source }) => source.provider);
async function sync(): Promise<void> {
  expect(await world.sync()).toMatchObject({ ok: true });
}

describe.each<[PlaceName, PlaceName]>([
  ['google', 'microsoft'],
  ['google', 'ics'],
  ['microsoft', 'ics'],
  ['google', 'caldav'],
  ['microsoft', 'caldav'],
  ['ics', 'caldav'],
])('a meeting in %s and in %s', (one, other) => {
  let remove: Partial<Record<string, Remove>>;
  beforeEach(async () => {
    remove = { [one]: await PLACES[one].addMeeting(), [other]: await PLACES[other].addMeeting() };
    await sync();
  });

  it('is one busy block', async () => {
    expect(blocks(world).map(({ start, end }) => [start, end])).toEqual([
      ['2026-11-25T10:00:00.000Z', '2026-11-25T11:00:00.000Z'],
    ]);
    expect([one, other]).toContain(owners()[0]);
    await expectQuiet(world);
  });

  it('the owner goes: the other takes over, and the time is never offered in between', async () => {
    const [owner = ''] = owners();
    batches.length = 0;
    await remove[owner]?.();
    await sync();
    expect(owners()).toEqual([owner === one ? other : one]);
    expect(batches).toEqual(['upsert', 'delete']);
    await expectQuiet(world);
  });

  it('the other goes: nothing changes', async () => {
    const before = structuredClone(blocks(world));
    const [owner = ''] = owners();
    await remove[owner === one ? other : one]?.();
    await sync();
    expect(blocks(world)).toEqual(before);
    await expectQuiet(world);
  });

  it('both go: the time is free', async () => {
    await remove[one]?.();
    await remove[other]?.();
    await sync();
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('a series is one block for each occurrence, whoever is left', async () => {
    const removeSeries = [await PLACES[one].addSeries(), await PLACES[other].addSeries()];
    await sync();
    const times = ['2026-11-25T14', '2026-12-02T14', '2026-12-09T14'];
    const shown = (): readonly string[] =>
      blocks(world)
        .map(({ start }) => start.slice(0, 13))
        .filter((start) => start.endsWith('T14'))
        .sort();
    expect(shown()).toEqual(times);
    await removeSeries[0]?.();
    await sync();
    expect(shown()).toEqual(times);
    await removeSeries[1]?.();
    await sync();
    expect(shown()).toEqual([]);
    await expectQuiet(world);
  });
});

it('a meeting in all four is one busy block, as long as one of them has it', async () => {
  const remove: Record<string, Remove> = {
    google: await google.addMeeting(),
    microsoft: await microsoft.addMeeting(),
    ics: await ics.addMeeting(),
    caldav: await caldav.addMeeting(),
  };
  for (let left = 4; left > 0; left -= 1) {
    await sync();
    expect(blocks(world)).toHaveLength(1);
    const [owner = ''] = owners();
    await remove[owner]?.();
  }
  await sync();
  expect(blocks(world)).toEqual([]);
  await expectQuiet(world);
});
