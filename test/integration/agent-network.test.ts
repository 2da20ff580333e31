import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { addBooking, createWorld, exported, type World, warmUp } from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let world: World;
let isDown: boolean;
/** Requests that found no network. */
let lost: number;

beforeAll(warmUp);
beforeEach(async () => {
  isDown = false;
  lost = 0;
  world = await createWorld({ network: breakable });
  await world.app.agent.start();
  await pass(MINUTE);
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const breakable =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    if (!isDown) return fetch(input, init);
    lost += 1;
    throw new TypeError('fetch failed');
  };

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);

function goDown(): void {
  isDown = true;
  world.sandbox.booking.events.cutStreams();
}

/** Loses the network for so long; a booking is made meanwhile. */
async function outage(milliseconds: number): Promise<void> {
  goDown();
  await pass(milliseconds / 2);
  addBooking(world, 9, { title: 'Made meanwhile' });
  await pass(milliseconds / 2);
  expect(exported(world).map(({ summary }) => summary)).not.toContain('Made meanwhile');
}

/** How many seconds pass until the booking that was made meanwhile is in the calendar. */
async function secondsUntilExported(): Promise<number> {
  const start = world.clock.now().getTime();
  while (!exported(world).some(({ summary }) => summary === 'Made meanwhile')) {
    await pass(SECOND / 2);
    if (world.clock.now().getTime() - start > HOUR) break;
  }
  return (world.clock.now().getTime() - start) / SECOND;
}

describe('once the network is back, of which nobody tells', () => {
  it.each([20 * SECOND, MINUTE, 10 * MINUTE, 5 * HOUR])(
    'what was missed in %i ms is there within seconds',
    async (milliseconds) => {
      await outage(milliseconds);
      isDown = false;
      expect(await secondsUntilExported()).toBeLessThan(12);
      expect(world.app.agent.state()).toMatchObject({ offlineSince: null, failingSince: null, failures: 0 });
    },
  );

  it('it is there as soon when somebody tried by hand meanwhile', async () => {
    goDown();
    addBooking(world, 9, { title: 'Made meanwhile' });
    expect((await world.app.agent.syncNow()).ok).toBe(false);
    isDown = false;
    expect(await secondsUntilExported()).toBeLessThan(12);
  });

  it('it is there as soon after a storm of changes', async () => {
    for (let edit = 0; edit < 12; edit += 1) {
      addBooking(world, 9, { title: `Edit ${edit}` });
      await pass(2 * SECOND);
    }
    await outage(20 * SECOND);
    isDown = false;
    expect(await secondsUntilExported()).toBeLessThan(12);
  });
});

describe('a write that the outage met', () => {
  it('is made once, and soon after', async () => {
    const lossy = world.sandbox.faults.add({
      service: 'google',
      method: 'POST',
      path: '/events\\?',
      times: null,
      effect: { kind: 'drop', when: 'before' },
    });
    addBooking(world, 9, { title: 'Made meanwhile' });
    await pass(10 * SECOND);
    goDown();
    await pass(10 * SECOND);
    world.sandbox.faults.remove(lossy);
    isDown = false;
    expect(await secondsUntilExported()).toBeLessThan(12);
    await pass(HOUR);
    expect(exported(world)).toHaveLength(1);
  });
});

describe('once the machine says that there is a network again', () => {
  it.each(['resume', 'online'] as const)('nothing of before keeps it from syncing: %s', async (change) => {
    world.sandbox.booking.capabilities = { ...world.sandbox.booking.capabilities, events: false };
    await outage(2 * HOUR);
    isDown = false;
    world.power.report(change);
    expect(await secondsUntilExported()).toBeLessThan(11);
  });
});

describe('without a network', () => {
  it('it is looked for again and again, but not without a break', async () => {
    goDown();
    await pass(MINUTE);
    lost = 0;
    await pass(10 * MINUTE);
    expect(lost).toBeGreaterThan(60);
    expect(lost).toBeLessThan(300);
  });
});
