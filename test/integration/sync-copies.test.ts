import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  EMAIL,
  exported,
  TECHNICIAN,
  type World,
} from '../support/world.ts';

const UID = 'meeting-1@example.com';
const HOME = 'tess@home.example';

let world: World;
afterEach(() => world.close());

async function inOneAccount(): Promise<string> {
  const second = 'second@example.com';
  const [account] = world.app.accounts();
  await world.app.addMapping({ accountId: account?.id ?? '', calendarId: second, direction: 'import' });
  return second;
}

async function inTwoAccounts(): Promise<string> {
  world.sandbox.google.addAccount({
    email: HOME,
    sub: 'google-home',
    name: 'Tess at home',
    calendars: [{ id: HOME, summary: 'Home', timeZone: 'Europe/London', primary: true, accessRole: 'owner' }],
  });
  const accountId = await world.signIn(HOME);
  await world.app.addMapping({ accountId, calendarId: HOME, direction: 'import' });
  return HOME;
}

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

describe.each([
  ['calendars of one account', inOneAccount],
  ['accounts', inTwoAccounts],
])('the same meeting in two %s', (_, addOther) => {
  let copies: Record<string, string>;
  let other: string;

  beforeEach(async () => {
    world = await createWorld({ network: watchBatches });
    other = await addOther();
    copies = {
      [CALENDAR]: addPersonal(world, 10, { iCalUID: UID }),
      [other]: addPersonal(world, 10, { iCalUID: UID }, other),
    };
    await world.sync();
  });

  /** The calendar whose copy the block stands for. */
  function owner(): string {
    const [block] = blocks(world);
    const found = Object.entries(copies).find(([, id]) =>
      world.app.explain(id).links.some(({ blockId, state }) => blockId === block?.id && state === 'live'),
    );
    return found?.[0] ?? '';
  }
  const copyOf = (calendar: string): string => copies[calendar] ?? '';
  const theOther = (calendar: string): string => (calendar === CALENDAR ? other : CALENDAR);

  it('is one busy block', async () => {
    expect(blocks(world)).toHaveLength(1);
    expect(copies[owner()]).toBeDefined();
    const idle = world.app.explain(copyOf(theOther(owner()))).links.map(({ reason }) => reason);
    expect(idle).toContain('The same meeting already blocks this time from another calendar.');
    await expectQuiet(world);
  });

  it.each([
    ['', 0],
    [', not even while the booking system wants the other later', 2],
  ])(
    'the owner goes: the other takes over, and the time is never offered in between%s',
    async (_, refusals) => {
      const before = owner();
      batches.length = 0;
      world.sandbox.google.deleteEvent(before, copyOf(before));
      if (refusals > 0) {
        const effect = { kind: 'hook', name: 'block-item', argument: { status: 429 } } as const;
        world.sandbox.faults.add({ service: 'booking', method: 'PUT', times: refusals, effect });
      }
      expect(await world.sync()).toMatchObject({ ok: true });
      expect(batches).toEqual([...Array(refusals).fill('upsert'), 'upsert', 'delete']);
      expect(blocks(world)).toHaveLength(1);
      expect(owner()).toBe(theOther(before));
      await expectQuiet(world);
    },
  );

  it('the owner is declined: the other takes over', async () => {
    const before = owner();
    world.sandbox.google.editEvent(before, copyOf(before), {
      organizer: { email: 'chair@example.com' },
      attendees: [{ email: before, responseStatus: 'declined' }],
    });
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    expect(owner()).toBe(theOther(before));
    await expectQuiet(world);
  });

  it('the other goes: nothing changes', async () => {
    const [block] = blocks(world);
    const gone = theOther(owner());
    world.sandbox.google.deleteEvent(gone, copyOf(gone));
    await world.sync();
    expect(blocks(world)).toEqual([block]);
    await expectQuiet(world);
  });

  it('both go: the time is free', async () => {
    for (const [calendar, id] of Object.entries(copies)) world.sandbox.google.deleteEvent(calendar, id);
    await world.sync();
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('the owner moves: both times are what one of the calendars says', async () => {
    const before = owner();
    world.sandbox.google.editEvent(before, copyOf(before), {
      start: { dateTime: '2026-11-25T15:00:00Z' },
      end: { dateTime: '2026-11-25T16:00:00Z' },
    });
    await world.sync();
    expect(blocks(world).map(({ start }) => start)).toEqual(['2026-11-25T15:00:00.000Z']);
    await expectQuiet(world);
  });

  it('the owner’s mapping is removed with what it created: the other takes over at the next sync', async () => {
    const before = owner();
    const mapping = world.app.mappings().find(({ calendarId }) => calendarId === before);
    await world.app.removeMapping(mapping?.id ?? '', { deleteEvents: true });
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    expect(owner()).toBe(theOther(before));
    await expectQuiet(world);
  });

  it('the owner’s mapping is for somebody else now: the other takes over, at the latest with the next sync', async () => {
    world.sandbox.booking.addTechnician({ id: 'tech_tim', name: 'Tim' });
    const token = world.sandbox.booking.devices.addToken({ technicianId: TECHNICIAN, sees: ['tech_tim'] });
    await world.app.enrol({ url: world.sandbox.urls().booking, token });
    const before = owner();
    const mapping = world.app.mappings().find(({ calendarId }) => calendarId === before);
    await world.app.updateMapping(mapping?.id ?? '', { technicianId: 'tech_tim' });
    await world.sync();
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    expect(owner()).toBe(theOther(before));
    expect(world.sandbox.booking.blocks.all('tech_tim')).toHaveLength(1);
    await expectQuiet(world);
  });

  it('the owner’s mapping is disabled: the other takes over', async () => {
    const before = owner();
    const mapping = world.app.mappings().find(({ calendarId }) => calendarId === before);
    await world.app.updateMapping(mapping?.id ?? '', { enabled: false });
    await world.sync();
    world.sandbox.google.deleteEvent(before, copyOf(before));
    await world.sync();
    expect(blocks(world).length).toBeGreaterThanOrEqual(1);
    await world.app.updateMapping(mapping?.id ?? '', { enabled: true });
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    expect(owner()).toBe(theOther(before));
    await expectQuiet(world);
  });

  it('a series is one block for each occurrence', async () => {
    const series = { iCalUID: 'series@example.com', recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] };
    const mine = addPersonal(world, 14, series);
    addPersonal(world, 14, series, other);
    await world.sync();
    expect(blocks(world)).toHaveLength(6);
    world.sandbox.google.deleteEvent(CALENDAR, mine);
    await world.sync();
    expect(blocks(world)).toHaveLength(6);
    await expectQuiet(world);
  });

  it('our own export, seen in the other calendar as well, is no appointment', async () => {
    addBooking(world, 9);
    await world.sync();
    const [event] = exported(world);
    addPersonal(
      world,
      9,
      {
        iCalUID: world.sandbox.google.event(CALENDAR, event?.id ?? '')?.iCalUID,
        start: { dateTime: '2026-11-24T09:00:00Z' },
        end: { dateTime: '2026-11-24T11:00:00Z' },
      },
      other,
    );
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });
});

describe('two accounts at work at the same time', () => {
  it('the one does not free the time before the other has blocked it', async () => {
    world = await createWorld({ network: watchBatches });
    const home = await inTwoAccounts();
    const meetings = Array.from({ length: 6 }, (_, index) => {
      const uid = { iCalUID: `meeting-${index}@example.com` };
      addPersonal(world, 8 + index, uid);
      return addPersonal(world, 8 + index, uid, home);
    });
    const own = addPersonal(world, 20);
    await world.sync();
    const isLive = (id: string): boolean => world.app.explain(id).links.some(({ state }) => state === 'live');
    const owned = meetings.find(isLive) ?? '';
    expect(owned).not.toBe('');

    // The first account is held up in the middle of its deletions, the second while it blocks the time anew.
    world.sandbox.google.deleteEvent(CALENDAR, own);
    world.sandbox.google.deleteEvent(home, owned);
    const slow = (service: string, path: string, milliseconds: number): string =>
      world.sandbox.faults.add({ service, path, effect: { kind: 'delay', milliseconds } });
    slow('google', encodeURIComponent(home), 2_000);
    slow('booking', 'busy-blocks:batch', 5_000);
    slow('booking', 'busy-blocks:batch', 8_000);
    batches.length = 0;
    await world.sync();
    expect(batches).toEqual(['delete', 'upsert', 'delete']);
    expect(blocks(world)).toHaveLength(6);
    await expectQuiet(world);
  });
});

describe('two people who share a calendar account', () => {
  it('each calendar has one mapping that writes', async () => {
    world = await createWorld();
    const [account] = world.app.accounts();
    const again = world.app.addMapping({
      accountId: account?.id ?? '',
      calendarId: CALENDAR,
      direction: 'export',
    });
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(EMAIL).toBe(account?.email);
  });

  it('each has an event of a booking that is for both, and nobody touches the other’s', async () => {
    world = await createWorld();
    const booking = addBooking(world, 9);
    await world.sync();
    const [own] = world.sandbox.google.events(CALENDAR);
    // As another device has written it for a colleague.
    const id = addPersonal(world, 9, { summary: 'Job at 9' });
    const tag = own?.extendedProperties?.private;
    const foreignTag = { ...tag, calendarSyncSelf: id, calendarSyncScope: 'tech_colleague' };
    world.sandbox.google.editEvent(CALENDAR, id, { extendedProperties: { private: foreignTag } });
    const foreign = JSON.stringify(world.sandbox.google.event(CALENDAR, id));
    await world.sync();
    await world.restart({ forget: true });
    await world.reconnect();
    await world.sync();
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    await world.sync();
    expect(exported(world).map(({ summary }) => summary)).toEqual(['Another', 'Job at 9']);
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    expect(exported(world)).toMatchObject([{ id }]);
    expect(JSON.stringify(world.sandbox.google.event(CALENDAR, id))).toBe(foreign);
  });
});
