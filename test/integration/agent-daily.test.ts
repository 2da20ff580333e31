import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { expectInStep } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  CALENDAR,
  createWorld,
  exported,
  type World,
  warmUp,
} from '../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;

beforeAll(warmUp);
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

/** Both services answer what has changed with nothing, as one does that has lost track of it. */
const forgetful =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const answer = await fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const isChanges = url.searchParams.has('syncToken') || url.pathname.endsWith('/bookings/changes');
    if (!isChanges || !answer.ok) return answer;
    return Response.json({ ...((await answer.json()) as object), items: [] });
  };

const titles = (): readonly string[] =>
  exported(world)
    .map(({ summary }) => summary)
    .sort();

/** When each side was listed from the start: hours after the world began. */
function listings(start: Date): Readonly<Record<'calendar' | 'bookings', readonly number[]>> {
  const found = { calendar: [] as number[], bookings: [] as number[] };
  for (const { method, url, at } of world.sandbox.faults.journal.entries()) {
    if (method !== 'GET' || !url.includes('from=') === !url.includes('timeMin=')) continue;
    const hours = (Date.parse(at) - start.getTime()) / HOUR;
    found[url.startsWith('/google/') ? 'calendar' : 'bookings'].push(hours);
  }
  return found;
}

it('what no change tells of is found once a day, when both sides are listed afresh', async () => {
  const settings = { intervalMinutes: 60 };
  world = await createWorld({ start: '2026-11-23T20:00:00Z', network: forgetful, settings });
  world.sandbox.booking.commentEveryMs = 40_000;
  const start = world.clock.now();
  const cancelled = addBooking(world, 9);
  addBooking(world, 12);
  const declined = addPersonal(world, 10);
  addPersonal(world, 11);
  await world.app.agent.start();
  await world.clock.sleep(MINUTE);
  expectInStep(world);

  world.sandbox.booking.bookings.patch(cancelled.id, { status: 'cancelled' });
  addBooking(world, 15);
  world.sandbox.google.deleteEvent(CALENDAR, declined);
  addPersonal(world, 13);
  // The first day that no window has reached yet: nobody touches it when its day comes.
  addBooking(world, 9, { title: 'Far', start: '2027-05-23T09:00:00Z', end: '2027-05-23T10:00:00Z' });
  await world.clock.sleep(3 * HOUR);
  expect(titles()).toEqual(['Job at 12', 'Job at 9']);

  await world.clock.sleep(2 * HOUR);
  expectInStep(world);
  expect(titles()).toEqual(['Far', 'Job at 12', 'Job at 15']);

  await world.clock.sleep(24 * HOUR);
  const { calendar, bookings } = listings(start);
  for (const at of [calendar, bookings]) {
    // At the start, and then by the first poll after each midnight (UTC).
    expect(at).toHaveLength(3);
    at.slice(1).forEach((hours, day) => {
      expect(hours).toBeGreaterThanOrEqual(4 + 24 * day);
      expect(hours).toBeLessThanOrEqual(5.1 + 24 * day);
    });
  }
});
