import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import { addBooking, createWorld, exported, type World, warmUp } from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  await world.app.agent.start();
  // Long after the first run, and long before the next poll.
  await pass(2 * MINUTE);
  world.sandbox.faults.journal.clear();
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const pulls = (): number =>
  world.sandbox.faults.journal.entries().filter(({ url }) => url.includes('/bookings/changes')).length;

/** Or the calendar would tell of what was written to it, and be read for that. */
const loseNotifications = (): string =>
  world.sandbox.faults.add({
    service: 'google',
    times: null,
    effect: { kind: 'hook', name: 'lose-notification' },
  });

describe('a booking that changes', () => {
  it('reaches the calendar within two seconds, without waiting for the timer', async () => {
    const booking = addBooking(world, 9);
    await pass(2 * SECOND);
    expectInStep(world);
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
    await pass(2 * SECOND);
    expect(exported(world)).toMatchObject([{ summary: 'Second visit' }]);
    world.sandbox.booking.bookings.cancel(booking.id);
    await pass(2 * SECOND);
    expect(exported(world)).toEqual([]);
  });

  it('two hundred times in a second costs one pull', async () => {
    loseNotifications();
    const booking = addBooking(world, 9);
    for (let change = 1; change < 200; change += 1) {
      world.sandbox.booking.bookings.patch(booking.id, { title: `Change ${change}` });
      await pass(5);
    }
    await pass(MINUTE);
    expect(pulls()).toBe(1);
    expect(exported(world)).toMatchObject([{ summary: 'Change 199' }]);
  });

  it('for an hour, all the time, is no more than ten pulls a minute', async () => {
    const booking = addBooking(world, 9);
    for (let change = 0; change < 5 * 60; change += 1) {
      world.sandbox.booking.bookings.patch(booking.id, { title: `Change ${change}` });
      await pass(SECOND);
    }
    await pass(MINUTE);
    expect(pulls()).toBeLessThanOrEqual(6 * 10 + 1);
    expectInStep(world);
  });

  it('because the technician moved it causes no second pull', async () => {
    loseNotifications();
    const booking = addBooking(world, 9);
    await pass(2 * SECOND);
    const [event] = exported(world);
    world.sandbox.google.editEvent('tess@example.com', event?.id ?? '', {
      start: { dateTime: '2026-11-26T10:00:00Z', timeZone: 'Europe/London' },
      end: { dateTime: '2026-11-26T12:00:00Z', timeZone: 'Europe/London' },
    });
    world.sandbox.faults.journal.clear();
    await world.app.agent.syncNow();
    const own = pulls();
    await pass(MINUTE);
    expect(world.sandbox.booking.bookings.get(booking.id)?.start).toBe('2026-11-26T10:00:00.000Z');
    expect(pulls()).toBe(own);
  });

  it('while nobody listened is seen as soon as somebody listens again', async () => {
    world.sandbox.faults.add({
      service: 'booking',
      path: '/events',
      times: 2,
      effect: { kind: 'status', status: 503 },
    });
    world.sandbox.booking.events.cutStreams();
    await pass(100);
    addBooking(world, 9);
    await pass(20 * SECOND);
    expectInStep(world);
  });

  it('waits as long as a Retry-After asks for, also where that is a date', async () => {
    let asked = 0;
    await world.app.agent.stop();
    await world.close();
    world = await createWorld({
      network: (direct) => async (input, init) => {
        const url = String(input instanceof Request ? input.url : input);
        if (!url.endsWith('/events') || !url.includes('/booking/')) return direct(input, init);
        asked += 1;
        if (asked > 1) return direct(input, init);
        const now = world.clock.now();
        const again = new Date(now.getTime() + 90 * SECOND).toUTCString();
        return new Response('', { status: 503, headers: { 'retry-after': again, date: now.toUTCString() } });
      },
    });
    await world.app.agent.start();
    await pass(80 * SECOND);
    expect(asked).toBe(1);
    await pass(20 * SECOND);
    expect(asked).toBe(2);
  });

  it('waits for the timer where the booking system pushes nothing', async () => {
    await world.app.agent.stop();
    await world.restart({ forget: true });
    world.sandbox.booking.capabilities = { ...world.sandbox.booking.capabilities, events: false };
    await world.reconnect();
    await world.app.agent.start();
    await pass(MINUTE);
    expect(world.sandbox.booking.events.listeners).toBe(0);
    addBooking(world, 9);
    await pass(MINUTE);
    expect(exported(world)).toEqual([]);
    await pass(10 * MINUTE);
    expectInStep(world);
  });
});
