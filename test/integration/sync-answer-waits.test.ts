import { expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import { addBooking, CALENDAR, createWorld, exported, type World } from '../support/world.ts';

/** A booking that both sides have edited, and that the booking system then leaves out of its listing. */
async function missingAndEdited(): Promise<{ readonly world: World; readonly booking: Booking }> {
  const world = await createWorld();
  const booking = addBooking(world, 9);
  await world.sync();
  world.sandbox.booking.bookings.patch(booking.id, { title: 'Theirs' });
  world.sandbox.google.editEvent(CALENDAR, exported(world)[0]?.id ?? '', { summary: 'Mine' });
  await world.sync();
  world.sandbox.booking.expireCursors();
  world.sandbox.faults.add({
    service: 'booking',
    path: '/bookings\\?',
    times: null,
    effect: { kind: 'hook', name: 'empty-listing' },
  });
  return { world, booking };
}

it('an answer waits while its booking is missing from the listing, and is carried out once it shows again', async () => {
  const { world, booking } = await missingAndEdited();
  await world.app.resolveConflict(world.app.conflicts()[0]?.id ?? '', 'calendar');
  for (let run = 0; run < 2; run += 1) await world.sync();
  expect(world.app.holds()).toHaveLength(1);
  expect(world.app.conflicts()).toEqual([]);
  expect(world.app.decidedConflicts()).toMatchObject([{ bookingId: booking.id, keep: 'calendar' }]);
  expect(world.app.logs({ search: 'Your answer waits' }).items).toMatchObject([{ bookingId: booking.id }]);
  expect(world.app.explain(booking.id).links[0]?.reason).toContain('Your answer waits');

  world.sandbox.faults.clear();
  await world.sync();
  expect(exported(world)).toMatchObject([{ summary: 'Mine' }]);
  expectInStep(world);
  expect(world.app.decidedConflicts()).toEqual([]);
  await expectQuiet(world);
  await world.close();
});

it('an answer about a booking that never shows again, whose event was kept, is settled once it is over', async () => {
  const { world, booking } = await missingAndEdited();
  await world.sync();
  await world.app.decideHold(world.app.holds()[0]?.id ?? '', 'discarded');
  await world.app.resolveConflict(world.app.conflicts()[0]?.id ?? '', 'calendar');
  for (let run = 0; run < 2; run += 1) await world.sync();
  expect(world.app.decidedConflicts()).toMatchObject([{ bookingId: booking.id, keep: 'calendar' }]);

  world.clock.advance(2 * 86_400_000);
  for (let run = 0; run < 2; run += 1) expect((await world.sync()).ok).toBe(true);
  expect(world.app.decidedConflicts()).toEqual([]);
  expect(world.app.conflicts()).toEqual([]);
  expect(world.app.logs({ search: 'nothing left to decide' }).items).toMatchObject([
    { bookingId: booking.id },
  ]);
  expect(exported(world)).toMatchObject([{ summary: 'Theirs' }]);
  await world.close();
});
