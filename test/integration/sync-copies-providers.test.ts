import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
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
  addMeeting(): () => unknown;
  /** Three Wednesdays at two o'clock in London. Answers with what takes it out again. */
  addSeries(): () => unknown;
}

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

const PLACES = { google, microsoft, ics } as const;
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
  world = await createWorld({ network: watchBatches });
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
])('a meeting in %s and in %s', (one, other) => {
  let remove: Partial<Record<string, () => unknown>>;
  beforeEach(async () => {
    remove = { [one]: PLACES[one].addMeeting(), [other]: PLACES[other].addMeeting() };
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
    remove[owner]?.();
    await sync();
    expect(owners()).toEqual([owner === one ? other : one]);
    expect(batches).toEqual(['upsert', 'delete']);
    await expectQuiet(world);
  });

  it('the other goes: nothing changes', async () => {
    const before = structuredClone(blocks(world));
    const [owner = ''] = owners();
    remove[owner === one ? other : one]?.();
    await sync();
    expect(blocks(world)).toEqual(before);
    await expectQuiet(world);
  });

  it('both go: the time is free', async () => {
    remove[one]?.();
    remove[other]?.();
    await sync();
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('a series is one block for each occurrence, whoever is left', async () => {
    const removeSeries = [PLACES[one].addSeries(), PLACES[other].addSeries()];
    await sync();
    const times = ['2026-11-25T14', '2026-12-02T14', '2026-12-09T14'];
    const shown = (): readonly string[] =>
      blocks(world)
        .map(({ start }) => start.slice(0, 13))
        .filter((start) => start.endsWith('T14'))
        .sort();
    expect(shown()).toEqual(times);
    removeSeries[0]?.();
    await sync();
    expect(shown()).toEqual(times);
    removeSeries[1]?.();
    await sync();
    expect(shown()).toEqual([]);
    await expectQuiet(world);
  });
});

it('a meeting in all three is one busy block, as long as one of them has it', async () => {
  const remove: Record<string, () => unknown> = {
    google: google.addMeeting(),
    microsoft: microsoft.addMeeting(),
    ics: ics.addMeeting(),
  };
  for (let left = 3; left > 0; left -= 1) {
    await sync();
    expect(blocks(world)).toHaveLength(1);
    const [owner = ''] = owners();
    remove[owner]?.();
  }
  await sync();
  expect(blocks(world)).toEqual([]);
  await expectQuiet(world);
});
