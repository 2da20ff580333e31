import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { expectQuiet } from '../support/in-step.ts';
import { addBooking, CALENDAR, createWorld, exported, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const eventOf = (booking: Booking) => exported(world).find(({ bookingId }) => bookingId === booking.id);

describe('a booking whose id cannot be part of a web address', () => {
  const unlike = (): readonly string[] =>
    world.sandbox.faults.journal
      .entries({ service: 'booking' })
      .map(({ url }) => url)
      .filter((url) => !/\/(me|bookings\?.*|bookings\/changes\?.*|busy-blocks.*)$/.test(url));

  it('is exported; what it cannot be asked is said of it alone, and asks for nothing else', async () => {
    const booking = addBooking(world, 9, { id: '..' });
    const other = addBooking(world, 12);
    const third = addBooking(world, 15);
    await world.sync();
    expect(exported(world)).toHaveLength(3);

    // A move cannot be proposed: it goes to the inbox.
    world.sandbox.faults.journal.clear();
    world.sandbox.google.editEvent(CALENDAR, eventOf(booking)?.id ?? '', {
      start: { dateTime: '2026-11-26T09:00:00Z' },
      end: { dateTime: '2026-11-26T11:00:00Z' },
    });
    expect((await world.sync()).ok).toBe(true);
    expect(eventOf(booking)?.start).toBe('2026-11-24T09:00:00.000Z');
    expect(world.app.conflicts()).toMatchObject([{ bookingId: '..', kind: 'proposal-refused' }]);
    expect(world.app.logs({ search: 'web address' }).items).toMatchObject([{ bookingId: '..' }]);

    // That it is gone cannot be proven: its event stays. Another's goes.
    for (const { id } of [booking, other]) world.sandbox.booking.bookings.delete(id);
    world.sandbox.booking.expireCursors();
    expect((await world.sync()).ok).toBe(true);
    expect(exported(world).map(({ bookingId }) => bookingId)).toEqual(['..', third.id]);
    expect(world.app.logs({ search: 'is not listed any more' }).items).toMatchObject([{ bookingId: '..' }]);
    expect(unlike().filter((url) => !url.endsWith(other.id))).toEqual([]);
    await expectQuiet(world);
  });

  it('keeps the answer to restore its event, while nobody can say whether it is gone', async () => {
    await world.app.updateMapping(world.app.mappings()[0]?.id ?? '', { onDelete: 'ask' });
    const booking = addBooking(world, 9, { id: '..' });
    await world.sync();
    world.sandbox.google.deleteEvent(CALENDAR, eventOf(booking)?.id ?? '');
    await world.sync();
    world.sandbox.booking.bookings.delete(booking.id);
    world.sandbox.booking.expireCursors();
    await world.app.resolveConflict(world.app.conflicts()[0]?.id ?? '', 'booking');
    for (let run = 0; run < 2; run += 1) expect((await world.sync()).ok).toBe(true);
    expect(world.app.decidedConflicts()).toMatchObject([{ bookingId: '..', keep: 'booking' }]);
    expect(world.app.logs({ search: 'Your answer waits' }).items).toMatchObject([{ bookingId: '..' }]);
    expect(exported(world)).toEqual([]);
  });
});
