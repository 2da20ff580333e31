import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { FaultEffect, FaultRule } from '../../src/sandbox/faults.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  onlyAccount,
  onlyMapping,
  type World,
  writes,
} from '../support/world.ts';

let world: World;
let booking: Booking;
/** Done once, right before the app's next request of this kind leaves. */
let meanwhile: { readonly method: string; readonly path: RegExp; readonly act: () => void } | null = null;

const network =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    if (meanwhile?.method === request.method && meanwhile.path.test(request.url)) {
      const { act } = meanwhile;
      meanwhile = null;
      act();
    }
    return fetch(input, init);
  };

beforeEach(async () => {
  meanwhile = null;
  world = await createWorld({ network });
  booking = addBooking(world, 9);
  addBooking(world, 13);
  addPersonal(world, 10);
  addPersonal(world, 12);
});
afterEach(() => world.close());

const fault = (rule: FaultRule): string => world.sandbox.faults.add(rule);
const google = (effect: FaultRule['effect'], more: Partial<FaultRule> = {}): string =>
  fault({ service: 'google', path: '/calendar/v3/', effect, ...more });
const bookingSystem = (effect: FaultRule['effect'], more: Partial<FaultRule> = {}): string =>
  fault({ service: 'booking', effect, ...more });
const eventOf = (id = booking.id) => exported(world).find(({ bookingId }) => bookingId === id);
const editEvent = (patch: object): unknown =>
  world.sandbox.google.editEvent(CALENDAR, eventOf()?.id ?? '', patch);
const moveEvent = (hour: number): unknown =>
  editEvent({
    start: { dateTime: `2026-11-26T${hour}:00:00Z` },
    end: { dateTime: `2026-11-26T${hour + 2}:00:00Z` },
  });
const stored = (id = booking.id): Booking | undefined => world.sandbox.booking.bookings.get(id);

describe('a position that is no longer known', () => {
  it.each([
    ['the calendar’s sync token', () => world.sandbox.google.expireSyncTokens()],
    ['the booking system’s cursor', () => world.sandbox.booking.expireCursors()],
  ])('%s: everything is listed again and nothing written', async (_, expire) => {
    await world.sync();
    expire();
    world.sandbox.faults.journal.clear();
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(writes(world)).toEqual([]);
    expectInStep(world);
  });
});

describe('somebody edits between our look and our write', () => {
  beforeEach(async () => {
    await world.sync();
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
  });

  it('a booking that dispatch changes before our proposal arrives is merged', async () => {
    await world.sync();
    moveEvent(10);
    meanwhile = {
      method: 'PATCH',
      path: /\/bookings\//,
      act: () => world.sandbox.booking.bookings.patch(booking.id, { title: 'Third visit' }),
    };
    await world.sync();
    expect(stored()).toMatchObject({ title: 'Third visit', start: '2026-11-26T10:00:00.000Z' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a read that lags behind does not make the merge overwrite anything', async () => {
    world.sandbox.google.editEvent(CALENDAR, eventOf()?.id ?? '', { colorId: '5' });
    google({ kind: 'hook', name: 'stale-read' }, { times: 2 });
    await world.sync();
    await world.sync();
    expectInStep(world);
    expect(world.sandbox.google.event(CALENDAR, eventOf()?.id ?? '')?.colorId).toBe('5');
    await expectQuiet(world);
  });
});

describe('an id that is taken', () => {
  /** An event that our listing did not show when we decided to create it. */
  async function createdBehindOurBack(): Promise<string> {
    await world.sync();
    const id = eventOf()?.id ?? '';
    await world.restart({ forget: true });
    await world.reconnect();
    google({ kind: 'hook', name: 'empty-listing' }, { path: '/events\\?' });
    return id;
  }

  it('by our own living event: it is adopted', async () => {
    const id = await createdBehindOurBack();
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(eventOf()?.id).toBe(id);
    expect(exported(world)).toHaveLength(2);
    await expectQuiet(world);
    expectInStep(world);
  });

  it('by one that was moved since: the move is proposed', async () => {
    await createdBehindOurBack();
    moveEvent(10);
    await world.sync();
    expect(stored()?.start).toBe('2026-11-26T10:00:00.000Z');
    await expectQuiet(world);
  });

  it('by one that was deleted: the policy decides', async () => {
    const id = await createdBehindOurBack();
    world.sandbox.google.deleteEvent(CALENDAR, id);
    await world.sync();
    expect(eventOf()).toMatchObject({ bookingId: booking.id });
    expect(eventOf()?.id).not.toBe(id);
    await expectQuiet(world);
  });
});

describe('an id that is taken by an event that is not ours by its tag', () => {
  it('leaves that as it is, and says so', async () => {
    await world.sync();
    const id = eventOf()?.id ?? '';
    await world.restart({ forget: true });
    await world.reconnect();
    const properties = { calendarSyncBooking: null, calendarSyncSelf: null };
    const mine = { summary: 'My own words', extendedProperties: { private: properties } };
    world.sandbox.google.editEvent(CALENDAR, id, mine);
    const before = world.sandbox.google.event(CALENDAR, id);
    expect(onlyAccount(await world.sync()).error?.code).toBe('CONFLICT');
    await world.sync();
    expect(world.sandbox.google.event(CALENDAR, id)).toEqual(before);
  });
});

describe('a service in trouble', () => {
  const troubles: [string, FaultEffect][] = [
    ['429', { kind: 'status', status: 429, when: 'before' }],
    ['500', { kind: 'status', status: 500, when: 'before' }],
    ['503', { kind: 'status', status: 503, when: 'before' }],
    ['503 after it took effect', { kind: 'status', status: 503, when: 'after' }],
    ['a cut connection before', { kind: 'drop', when: 'before' }],
    ['a cut connection after', { kind: 'drop', when: 'after' }],
    ['half an answer', { kind: 'truncate' }],
  ];
  const refusal = (reason: string): FaultEffect => ({ kind: 'status', status: 403, reason, when: 'before' });
  const cases: [string, 'google' | 'booking', FaultEffect][] = [
    ...troubles.map(([name, effect]): [string, 'booking', FaultEffect] => [name, 'booking', effect]),
    ['403 rateLimitExceeded', 'google', refusal('rateLimitExceeded')],
    ['403 userRateLimitExceeded', 'google', refusal('userRateLimitExceeded')],
  ];

  it.each(cases)('%s from %s now and then: the sync gets through', async (_, service, effect) => {
    const faults = [0, 3, 6, 9].map((skip) => fault({ service, skip, effect }));
    await world.sync();
    await world.sync();
    expect(faults.some((id) => world.sandbox.faults.hits(id) > 0)).toBe(true);
    expectInStep(world);
    await expectQuiet(world);
  });

  it.each(cases)('%s from %s until it ends: the next sync is right', async (_, service, effect) => {
    const methods = service === 'google' ? ['POST', 'PATCH', 'DELETE', 'GET'] : ['POST', 'PATCH', 'GET'];
    await world.sync();
    for (const [round, method] of methods.entries()) {
      const id = fault({ service, method, effect, times: null, ...onCalendar(service) });
      changeEverything(round);
      await world.sync();
      await world.sync();
      expect(world.sandbox.faults.hits(id), method).toBeGreaterThan(0);
      world.sandbox.faults.clear();
      await world.sync();
      expectInStep(world);
      expect(stored()?.start).toBe(`2026-12-0${round + 1}T10:00:00.000Z`);
    }
    await expectQuiet(world);
  });

  const onCalendar = (service: string): Partial<FaultRule> =>
    service === 'google' ? { path: '/calendar/v3' } : {};

  /** One change of every kind: each method has something to do. */
  function changeEverything(round: number): void {
    const { bookings } = world.sandbox.booking;
    const day = `2026-12-0${round + 1}`;
    const [latest, brief] = exported(world).filter(({ bookingId }) => bookingId !== booking.id);
    bookings.patch(latest?.bookingId ?? '', { title: `Round ${round}` });
    if (brief?.bookingId) bookings.cancel(brief.bookingId);
    addBooking(world, 9, { start: `2026-12-1${round}T09:00:00Z`, end: `2026-12-1${round}T10:00:00Z` });
    editEvent({ start: { dateTime: `${day}T10:00:00Z` }, end: { dateTime: `${day}T12:00:00Z` } });
    const busy = world.sandbox.google.events(CALENDAR).find(({ summary }) => summary?.startsWith('Private'));
    world.sandbox.google.deleteEvent(CALENDAR, busy?.id ?? '');
    addPersonal(world, 14 + 2 * round);
  }

  it.each([
    ['google', '/calendar/v3', 'POST'],
    ['booking', 'busy-blocks', 'POST'],
    ['booking', '/bookings\\?', 'GET'],
  ])('%s asks for a pause: nothing is sent to it before that is over', async (service, path, method) => {
    const id = fault({
      service,
      path,
      method,
      effect: { kind: 'status', status: 429, retryAfterSeconds: 7, when: 'before' },
    });
    await world.sync();
    const entries = world.sandbox.faults.journal.entries({ service });
    const refused = entries.findIndex(({ faultId }) => faultId === id);
    const pausedUntil = Date.parse(entries[refused]?.at ?? '') + 7_000;
    // Requests that were under way already are no breach.
    const later = entries.slice(refused + 1).filter(({ at }) => at !== entries[refused]?.at);
    expect(later.length).toBeGreaterThan(0);
    for (const { at } of later) expect(Date.parse(at)).toBeGreaterThanOrEqual(pausedUntil);
    expectInStep(world);
  });

  it('a pause longer than a manual sync may take ends the sync, and the next one is right', async () => {
    google(
      { kind: 'status', status: 429, retryAfterSeconds: 3600, when: 'before' },
      { method: 'POST', times: null },
    );
    const result = await world.sync();
    expect(onlyAccount(result).error?.code).toBe('RATE_LIMITED');
    expect(Date.parse(result.finishedAt) - Date.parse(result.startedAt)).toBeLessThan(60_000);
    world.sandbox.faults.clear();
    await world.sync();
    expectInStep(world);
  });

  it('a batch in which a single item is refused: the rest arrives', async () => {
    bookingSystem({ kind: 'hook', name: 'block-item', argument: { status: 422 } });
    const result = await world.sync();
    expect(onlyAccount(result).ok).toBe(false);
    expect(onlyMapping(result).imported.created).toBe(1);
    expect(blocks(world)).toHaveLength(1);
    expect(exported(world)).toHaveLength(2);
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a batch in which a single item is wanted later: it alone is sent again, not before it is wanted', async () => {
    bookingSystem({ kind: 'hook', name: 'block-item', argument: { status: 429, retryAfterSeconds: 7 } });
    expect(await world.sync()).toMatchObject({ ok: true });
    const [first, again, ...more] = world.sandbox.faults.journal.entries({ path: /busy-blocks:batch/ });
    expect(Date.parse(again?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(7_000);
    expect(more).toEqual([]);
    expect(blocks(world)).toHaveLength(2);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('an item that is wanted later again and again is left to the next sync, and so are the deletions', async () => {
    await world.sync();
    addPersonal(world, 14);
    const busy = world.sandbox.google.events(CALENDAR).find(({ summary }) => summary === 'Private 10');
    world.sandbox.google.deleteEvent(CALENDAR, busy?.id ?? '');
    bookingSystem({ kind: 'hook', name: 'block-item', argument: { status: 429 } }, { times: 4 });
    const result = await world.sync();
    expect(onlyAccount(result).error?.code).toBe('RATE_LIMITED');
    expect(Date.parse(result.finishedAt) - Date.parse(result.startedAt)).toBeLessThan(20_000);
    expect(blocks(world)).toHaveLength(2);
    expect(await world.sync()).toMatchObject({ ok: true });
    expectInStep(world);
    await expectQuiet(world);
  });

  it.each<[string, () => void]>([
    [
      'its deletion was refused',
      () => bookingSystem({ kind: 'hook', name: 'block-item', argument: { status: 422 } }),
    ],
    [
      'the run ended before it was sent',
      () => {
        addBooking(world, 20);
        google({ kind: 'status', status: 429, retryAfterSeconds: 3600, when: 'before' }, { method: 'POST' });
      },
    ],
  ])(
    'a block whose event went while the database was lost goes with the next sync, where %s',
    async (_, trouble) => {
      await world.sync();
      const busy = world.sandbox.google
        .events(CALENDAR)
        .find(({ summary }) => summary?.startsWith('Private'));
      world.sandbox.google.deleteEvent(CALENDAR, busy?.id ?? '');
      await world.restart({ forget: true });
      await world.reconnect();
      trouble();
      expect(onlyAccount(await world.sync()).ok).toBe(false);
      expect(blocks(world)).toHaveLength(2);
      world.sandbox.faults.clear();
      expect(await world.sync()).toMatchObject({ ok: true });
      expect(blocks(world)).toHaveLength(1);
      await expectQuiet(world);
    },
  );

  it('an item that the booking system never accepts is tried once a sync and disturbs nothing else', async () => {
    bookingSystem(
      { kind: 'hook', name: 'block-item', argument: { status: 422 } },
      { times: null, path: blockPath() },
    );
    await world.sync();
    const entries = (): number => world.sandbox.faults.journal.count({ path: /busy-blocks:batch/ });
    world.sandbox.faults.journal.clear();
    const result = await world.sync();
    expect(onlyAccount(result).error?.code).toBe('INVALID_INPUT');
    expect(entries()).toBe(1);
    expect(exported(world)).toHaveLength(2);
  });

  const blockPath = (): string => '/busy-blocks/';
});
