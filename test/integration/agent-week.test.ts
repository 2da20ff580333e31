import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  createWorld,
  exported,
  TECHNICIAN,
  type World,
  warmUp,
} from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  // Each comment on the stream costs a turn of virtual time.
  world.sandbox.booking.commentEveryMs = 40 * SECOND;
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
/** Lets time pass until so long after the start of the week. */
const until = (sinceStart: number): Promise<void> =>
  pass(Date.parse('2026-11-23T08:00:00Z') + sinceStart - world.clock.now().getTime());

/** The most requests that any minute has seen. */
function busiestMinute(): { readonly at: string; readonly requests: number } {
  const minutes = new Map<string, number>();
  for (const { at, url } of world.sandbox.faults.journal.entries()) {
    if (url.endsWith('/events') && url.startsWith('/booking')) continue;
    const minute = new Date(at).toISOString().slice(0, 16);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }
  const [busiest] = [...minutes].sort((a, b) => b[1] - a[1]);
  return { at: busiest?.[0] ?? '', requests: busiest?.[1] ?? 0 };
}

/** Times at which the calendar was listed, in minutes since the epoch. */
const polls = (): readonly number[] =>
  world.sandbox.faults.journal
    .entries()
    .filter(
      ({ method, url }) => method === 'GET' && /\/google\/calendar\/v3\/calendars\/[^/]+\/events\?/.test(url),
    )
    .map(({ at }) => Date.parse(at) / MINUTE);

it(
  'left alone for a week it keeps in step, through outages and sleep, without a burst of requests',
  async () => {
    for (const hour of [8, 10, 12, 14]) addBooking(world, hour);
    addPersonal(world, 10);
    await world.app.agent.start();
    await pass(MINUTE);
    expectInStep(world);
    world.sandbox.faults.journal.clear();

    // Monday: an ordinary day.
    await until(8 * HOUR);
    const gaps = polls()
      .slice(1)
      .map((at, index) => at - (polls()[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(11.1);
    expect(Math.min(...gaps)).toBeGreaterThan(8.9);

    // Tuesday: the booking system is down for six hours. Meanwhile dispatch and the technician go on.
    await until(DAY);
    const booking = { service: 'booking', times: null, effect: { kind: 'status' as const, status: 503 } };
    const bookingOutage = world.sandbox.faults.add(booking);
    world.sandbox.booking.events.cutStreams();
    await pass(HOUR);
    const late = addBooking(world, 16);
    addPersonal(world, 12);
    await until(DAY + 6 * HOUR);
    expect(world.app.agent.state().failingSince).not.toBeNull();
    world.sandbox.faults.remove(bookingOutage);
    await pass(11 * MINUTE);
    expectInStep(world);
    expect(world.app.agent.state().failingSince).toBeNull();

    // Wednesday: the calendar is down for a day.
    await until(2 * DAY);
    const calendarOutage = world.sandbox.faults.add({
      service: 'google',
      path: '/calendar/v3/',
      times: null,
      effect: { kind: 'status', status: 503 },
    });
    world.sandbox.booking.bookings.patch(late.id, { title: 'Moved up' });
    addBooking(world, 18);
    await until(3 * DAY - HOUR);
    expect(world.sandbox.booking.health.get(TECHNICIAN)).toMatchObject({ status: 'unknown' });
    await until(3 * DAY);
    world.sandbox.faults.remove(calendarOutage);
    await pass(11 * MINUTE);
    expectInStep(world);
    expect(exported(world).map(({ summary }) => summary)).toContain('Moved up');
    expect(world.sandbox.booking.health.get(TECHNICIAN)).toMatchObject({ status: 'ok' });

    // Thursday and Friday: the laptop sleeps at night, and wakes up on its own or with a word from the system.
    await until(3 * DAY + 10 * HOUR);
    world.power.report('suspend');
    world.clock.advance(13 * HOUR);
    addBooking(world, 6);
    world.power.report('resume');
    await pass(MINUTE);
    expectInStep(world);
    await until(4 * DAY + 10 * HOUR);
    world.clock.advance(13 * HOUR);
    addBooking(world, 20);
    await pass(2 * MINUTE);
    expectInStep(world);

    await until(7 * DAY);
    expectInStep(world);
    expect(exported(world)).toHaveLength(8);
    expect(busiestMinute().requests).toBeLessThanOrEqual(25);
    await world.app.agent.stop();
    await expectQuiet(world);
  },
  600 * SECOND,
);
