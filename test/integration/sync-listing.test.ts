import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  onlyAccount,
  type World,
  writes,
} from '../support/world.ts';

type Service = 'google' | 'booking';

let world: World;

/** Makes servers answer in pages of two, so that a small world has many. */
const smallPages =
  (fetch: Fetch): Fetch =>
  (input, init) => {
    const url = String(input instanceof Request ? input.url : input).replace(
      /(maxResults|pageSize)=\d+/,
      '$1=2',
    );
    return fetch(input instanceof Request ? new Request(url, input) : url, init);
  };

beforeEach(async () => {
  world = await createWorld({ network: smallPages });
  for (let index = 0; index < 7; index += 1) {
    addBooking(world, 5 + 2 * index);
    addPersonal(world, 5 + index);
  }
  await world.sync();
});
afterEach(() => world.close());

const LISTINGS: Record<Service, string> = { google: '/events\\?', booking: '/bookings(/changes)?\\?' };

const failing = (service: Service, effect: FaultRule['effect'], more: Partial<FaultRule> = {}): string =>
  world.sandbox.faults.add({ service, method: 'GET', path: LISTINGS[service], effect, ...more });

/** The listing requests that a service has seen, without the page they ask for. */
const listings = (service: Service): readonly string[] =>
  world.sandbox.faults.journal
    .entries({ service, path: new RegExp(LISTINGS[service]) })
    .map(({ url }) => new URL(url, 'http://sandbox').searchParams)
    .map((query) => query.get('syncToken') ?? query.get('cursor') ?? 'from the start');

const personalEvents = () =>
  world.sandbox.google.events(CALENDAR).filter(({ summary }) => summary?.startsWith('Private'));

/** More changes on a side than fit on two pages, a deletion among them. */
const changeMuch: Record<Service, () => void> = {
  google: () => {
    const [gone, ...others] = personalEvents();
    world.sandbox.google.deleteEvent(CALENDAR, gone?.id ?? '');
    for (const [index, { id }] of others.entries()) {
      world.sandbox.google.editEvent(CALENDAR, id, {
        start: { dateTime: `2026-11-27T0${index}:00:00Z` },
        end: { dateTime: `2026-11-27T0${index}:30:00Z` },
      });
    }
  },
  booking: () => {
    const [gone, ...others] = world.sandbox.booking.bookings.all();
    world.sandbox.booking.bookings.cancel(gone?.id ?? '');
    for (const { id, title } of others)
      world.sandbox.booking.bookings.patch(id, { title: `${title}, again` });
  },
};

const relist: Record<Service, () => void> = {
  google: () => world.sandbox.google.expireSyncTokens(),
  booking: () => world.sandbox.booking.expireCursors(),
};

describe.each<Service>(['google', 'booking'])('a listing of %s', (service) => {
  const breakages: [string, FaultRule['effect']][] = [
    ['fails', { kind: 'status', status: 500, when: 'before' }],
    ['is cut off', { kind: 'truncate' }],
    ['is lost', { kind: 'drop', when: 'after' }],
    ['is not JSON', { kind: 'status', status: 404, body: '<html>Please sign in</html>', when: 'before' }],
  ];

  it.each(breakages)(
    'whose third page %s changes nothing, and is read again from where it was',
    async (_, effect) => {
      changeMuch[service]();
      world.sandbox.faults.journal.clear();
      failing(service, effect, { skip: 2, times: null });
      const result = await world.sync();
      expect(onlyAccount(result).ok).toBe(false);
      expect(writes(world)).toEqual([]);
      const [position] = listings(service);
      expect(position).not.toBe('from the start');

      world.sandbox.faults.clear();
      world.sandbox.faults.journal.clear();
      expect((await world.sync()).ok).toBe(true);
      expect(listings(service)[0]).toBe(position);
      expectInStep(world);
      await expectQuiet(world);
    },
  );

  it('from the start whose third page fails deletes nothing', async () => {
    relist[service]();
    failing(service, { kind: 'status', status: 500, when: 'before' }, { skip: 3, times: null });
    world.sandbox.faults.journal.clear();
    expect((await world.sync()).ok).toBe(false);
    expect(writes(world)).toEqual([]);
    world.sandbox.faults.clear();
    expect((await world.sync()).ok).toBe(true);
    expect(writes(world)).toEqual([]);
    expectInStep(world);
  });

  it.each(['endless-pages', 'repeat-page'])('with %s ends, and is no picture', async (name) => {
    relist[service]();
    failing(service, { kind: 'hook', name }, { skip: 2, times: null });
    world.sandbox.faults.journal.clear();
    const result = await world.sync();
    expect(onlyAccount(result).error?.code).toBe('PROVIDER_ERROR');
    expect(writes(world)).toEqual([]);
    expect(listings(service).length).toBeLessThan(10_100);
    world.sandbox.faults.clear();
    expect((await world.sync()).ok).toBe(true);
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('a page that comes twice', () => {
  it.each<Service>(['google', 'booking'])('from %s changes nothing', async (service) => {
    changeMuch[service]();
    failing(service, { kind: 'hook', name: 'repeat-page' }, { times: 1 });
    await world.sync();
    await world.sync();
    expectInStep(world);
    expect(new Set(exported(world).map(({ bookingId }) => bookingId)).size).toBe(exported(world).length);
    await expectQuiet(world);
  });

  it('of the change feed, word by word, changes nothing', async () => {
    const before = world.save();
    world.sandbox.booking.bookings.patch(world.sandbox.booking.bookings.all()[0]?.id ?? '', { title: 'New' });
    world.sandbox.google.deleteEvent(CALENDAR, personalEvents()[0]?.id ?? '');
    await world.sync();
    expect(blocks(world)).toHaveLength(6);
    // The same changes again, to a database that has seen neither them nor what came of them.
    await world.restart({ from: before });
    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(writes(world).filter((write) => write.includes('/google/'))).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });
});

it('of a calendar of thousands of events is a picture only once its last page is there', async () => {
  await world.close();
  world = await createWorld({ mapping: { direction: 'import' } });
  const count = 2_600;
  for (let index = 0; index < count; index += 1) {
    const at = (minutes: number): object => ({
      dateTime: new Date(Date.UTC(2026, 10, 30) + (index * 30 + minutes) * 60_000).toISOString(),
    });
    world.sandbox.google.addEvent(CALENDAR, { summary: `Private ${index}`, start: at(0), end: at(30) });
  }
  failing('google', { kind: 'status', status: 500, when: 'before' }, { skip: 1, times: null });
  expect((await world.sync()).ok).toBe(false);
  expect(blocks(world)).toEqual([]);
  world.sandbox.faults.clear();
  expect((await world.sync()).ok).toBe(true);
  expect(blocks(world)).toHaveLength(count);
  await expectQuiet(world);
});
