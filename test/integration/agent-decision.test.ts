import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { addBooking, CALENDAR, createWorld, exported, type World, warmUp } from '../support/world.ts';

/** An answer is carried out by itself, and only when there was time to take it back. */

const SECOND = 1_000;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  const booking = addBooking(world, 9);
  await world.app.agent.start();
  await pass(SECOND);
  world.sandbox.booking.bookings.patch(booking.id, { title: 'Theirs' });
  world.sandbox.google.editEvent(CALENDAR, exported(world)[0]?.id ?? '', { summary: 'Mine' });
  await pass(5 * SECOND);
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const waiting = (): string => {
  const [conflict] = world.app.conflicts();
  if (conflict === undefined) throw new RangeError('Nothing waits in the inbox');
  return conflict.id;
};
const title = (): string | undefined => world.sandbox.booking.bookings.all()[0]?.title;

it('is left alone by runs that nobody asked for, and carried out soon after ten seconds', async () => {
  await world.app.resolveConflict(waiting(), 'calendar');
  await pass(4 * SECOND);
  addBooking(world, 14);
  await pass(5 * SECOND);
  expect(exported(world)).toHaveLength(2);
  expect(title()).toBe('Theirs');
  expect(world.app.decidedConflicts()).toHaveLength(1);
  // A notice of our own new event may have had a run just before.
  await pass(10 * SECOND);
  expect(title()).toBe('Mine');
  expect(world.app.decidedConflicts()).toEqual([]);
});

it('is nothing any more when it was taken back in that time', async () => {
  const id = waiting();
  await world.app.resolveConflict(id, 'calendar');
  await pass(8 * SECOND);
  await world.app.undoConflict(id);
  await pass(30 * SECOND);
  expect(title()).toBe('Theirs');
  expect(waiting()).toBe(id);
});

it('does not wait when somebody syncs now', async () => {
  await world.app.resolveConflict(waiting(), 'calendar');
  await world.app.agent.syncNow();
  expect(title()).toBe('Mine');
});

it('is carried out after a restart as well', async () => {
  await world.app.resolveConflict(waiting(), 'calendar');
  await world.app.agent.stop();
  await world.restart();
  await world.app.agent.start();
  await pass(SECOND);
  expect(title()).toBe('Theirs');
  await pass(15 * SECOND);
  expect(title()).toBe('Mine');
});

it.each<'booking' | 'calendar'>(['booking', 'calendar'])(
  'about a deleted event (keep the %s’s) makes no second one when its booking changes in that time',
  async (keep) => {
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { onDelete: 'ask' });
    await world.app.resolveConflict(waiting(), 'booking');
    await pass(30 * SECOND);
    world.sandbox.google.deleteEvent(CALENDAR, exported(world)[0]?.id ?? '');
    await world.app.agent.syncNow();
    await world.app.resolveConflict(waiting(), keep);
    world.sandbox.booking.bookings.patch(world.sandbox.booking.bookings.all()[0]?.id ?? '', {
      title: 'Theirs again',
    });
    await pass(60 * SECOND);
    expect(exported(world).map(({ summary }) => summary)).toEqual(['Theirs again']);
    expect(world.app.decidedConflicts()).toEqual([]);
    const { links } = world.app.explain(world.sandbox.booking.bookings.all()[0]?.id ?? '');
    expect(links).toMatchObject([{ state: 'live' }]);
  },
);
