import { beforeEach, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import {
  busyStarts,
  describeEachCalendar,
  EVERY_CALENDAR,
  expectNothingToDo,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import { addBooking } from '../support/world.ts';

/** A job of which the technician made a copy, under a mapping that leaves away what she deletes. */
describeEachCalendar(EVERY_CALENDAR, (open) => {
  const COPIED = '2026-11-26T09:00:00.000Z';
  let calendar: TechnicianCalendar;
  let booking: Booking;
  let original: string;
  let copy: string;

  beforeEach(async () => {
    calendar = await open({ mapping: { onDelete: 'leave' } });
    booking = addBooking(calendar.world, 9);
    await sync();
    [original = ''] = await ids();
    copy = await calendar.copy(original, COPIED, '2026-11-26T10:00:00Z');
  });

  async function sync(): Promise<void> {
    expect(await calendar.world.sync()).toMatchObject({ ok: true });
  }
  const ids = async (): Promise<string[]> => (await calendar.seen()).map(({ id }) => id).sort();
  /** Removes the mapping, keeping what it made, and adds the same once more. */
  async function removeAndAdd(meanwhile: () => Promise<void>): Promise<void> {
    const { app } = calendar.world;
    const [mapping] = app.mappings();
    if (mapping === undefined) throw new RangeError('There is no mapping');
    const { id, accountId, calendarId, direction, onDelete } = mapping;
    await app.removeMapping(id, { deleteEvents: false });
    await meanwhile();
    await app.addMapping({ accountId, calendarId, direction, onDelete });
    await sync();
  }

  it.each([
    ['is deleted', sync],
    ['is deleted before it was seen', async () => undefined],
  ])('the original %s: the copy is the technician’s own', async (_, before) => {
    await before();
    await calendar.delete(original);
    await sync();
    expect(await ids()).toEqual([copy]);
    expect(busyStarts(calendar)).toEqual([COPIED]);
    await expectNothingToDo(calendar);
  });

  it('the mapping is removed and added again: the original is recognised, and the copy is not', async () => {
    await sync();
    calendar.forgetWrites();
    await removeAndAdd(async () => undefined);
    expect(calendar.writes()).toEqual([]);
    expect(await ids()).toEqual([original, copy].sort());
    expect(busyStarts(calendar)).toEqual([COPIED]);
    calendar.world.sandbox.booking.bookings.patch(booking.id, { title: 'Theirs' });
    await sync();
    const seen = await calendar.seen();
    expect(seen.find(({ id }) => id === original)).toMatchObject({ title: 'Theirs' });
    expect(seen.find(({ id }) => id === copy)).toMatchObject({ title: booking.title });
    await expectNothingToDo(calendar);
  });

  it('the original is deleted while there is no mapping: the copy does not stand for it', async () => {
    await sync();
    await removeAndAdd(() => calendar.delete(original));
    expect(busyStarts(calendar)).toEqual([COPIED]);
    await expectNothingToDo(calendar);
    calendar.world.sandbox.booking.bookings.patch(booking.id, { status: 'cancelled' });
    await sync();
    expect(await ids()).toEqual([copy]);
    await expectNothingToDo(calendar);
  });
});
