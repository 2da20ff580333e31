import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { OnDelete } from '../../src/shared/domain/mapping.ts';
import {
  addBooking,
  CALENDAR,
  createWorld,
  exported,
  onlyAccount,
  onlyMapping,
  type World,
  writes,
} from '../support/world.ts';

const MOVED = {
  start: { dateTime: '2026-11-24T14:00:00Z', timeZone: 'Europe/London' },
  end: { dateTime: '2026-11-24T16:00:00Z', timeZone: 'Europe/London' },
};

let world: World;
let booking: Booking;

afterEach(() => world.close());

async function synced(
  mapping: { direction?: 'export' | 'two-way'; onDelete?: OnDelete } = {},
): Promise<void> {
  world = await createWorld({ mapping });
  booking = addBooking(world, 9);
  await world.sync();
}

const event = () => {
  const [only, ...more] = exported(world);
  expect(more).toEqual([]);
  return only;
};
const stored = (): Booking | undefined => world.sandbox.booking.bookings.get(booking.id);

/** Whatever happened: it is quiet now, and stays so. */
async function expectQuiet(): Promise<void> {
  await world.sync();
  world.sandbox.faults.journal.clear();
  await world.sync();
  await world.sync();
  expect(writes(world)).toEqual([]);
}

function editEvent(patch: Record<string, unknown>): void {
  world.sandbox.google.editEvent(CALENDAR, event()?.id ?? '', patch);
}

describe('booking same', () => {
  describe('event edited', () => {
    it('two-way: a move is proposed to the booking system', async () => {
      await synced();
      editEvent(MOVED);
      const result = await world.sync();
      expect(onlyMapping(result)).toMatchObject({ proposed: 1, conflicts: 0 });
      expect(stored()).toMatchObject({ start: '2026-11-24T14:00:00.000Z', end: '2026-11-24T16:00:00.000Z' });
      expect(event()).toMatchObject({ start: '2026-11-24T14:00:00.000Z' });
      await expectQuiet();
    });

    it('two-way: a title is put back, and the edit kept on record', async () => {
      await synced();
      editEvent({ summary: 'My own words' });
      const result = await world.sync();
      expect(onlyMapping(result)).toMatchObject({ exported: { updated: 1 }, proposed: 0, conflicts: 0 });
      expect(event()?.summary).toBe('Job at 9');
      expect(world.app.conflicts()).toEqual([]);
      await expectQuiet();
    });

    it('export: everything is put back', async () => {
      await synced({ direction: 'export' });
      editEvent({ ...MOVED, summary: 'My own words' });
      await world.sync();
      expect(event()).toMatchObject({ summary: 'Job at 9', start: '2026-11-24T09:00:00.000Z' });
      expect(stored()?.start).toBe(booking.start);
      await expectQuiet();
    });

    it('reminders, colour and guests belong to the technician', async () => {
      await synced();
      editEvent({
        colorId: '5',
        reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
      });
      world.sandbox.faults.journal.clear();
      await world.sync();
      expect(writes(world)).toEqual([]);
    });

    it('a refused move is put back and waits in the inbox', async () => {
      await synced();
      world.sandbox.booking.bookings.setMovable(booking.id, false);
      editEvent(MOVED);
      const result = await world.sync();
      expect(onlyMapping(result)).toMatchObject({ proposed: 0, conflicts: 1 });
      expect(event()?.start).toBe('2026-11-24T09:00:00.000Z');
      expect(world.app.conflicts()).toMatchObject([
        { bookingId: booking.id, fields: ['start', 'end'], calendar: { start: '2026-11-24T14:00:00.000Z' } },
      ]);
      await expectQuiet();
    });

    it('is put back where the booking system takes no proposals', async () => {
      world = await createWorld();
      world.sandbox.booking.capabilities = { ...world.sandbox.booking.capabilities, reschedule: false };
      world.clock.advance(25 * 3_600_000);
      booking = addBooking(world, 9);
      await world.sync();
      editEvent(MOVED);
      await world.sync();
      expect(event()?.start).toBe('2026-11-24T09:00:00.000Z');
      await expectQuiet();
    });

    it('made a series in the calendar: it is single again, and still one', async () => {
      await synced();
      world.sandbox.google.makeRecurring(CALENDAR, event()?.id ?? '', ['RRULE:FREQ=DAILY;COUNT=5']);
      await world.sync();
      const raw = world.sandbox.google.event(CALENDAR, event()?.id ?? '') as {
        recurrence?: readonly string[];
      } | null;
      expect(raw?.recurrence ?? []).toEqual([]);
      await expectQuiet();
    });
  });

  describe('event deleted', () => {
    const deleteEvent = (): void => world.sandbox.google.deleteEvent(CALENDAR, event()?.id ?? '');

    it('restore: it comes back under the next identity', async () => {
      await synced({ onDelete: 'restore' });
      const before = event()?.id;
      deleteEvent();
      await world.sync();
      expect(event()).toMatchObject({ bookingId: booking.id });
      expect(event()?.id).not.toBe(before);
      await expectQuiet();
    });

    it('leave: it stays away', async () => {
      await synced({ onDelete: 'leave' });
      deleteEvent();
      await world.sync();
      expect(exported(world)).toEqual([]);
      expect(stored()?.status).toBe('confirmed');
      await expectQuiet();
    });

    it('ask: the inbox asks, and does what it is told', async () => {
      await synced({ onDelete: 'ask' });
      deleteEvent();
      await world.sync();
      expect(exported(world)).toEqual([]);
      const [conflict] = world.app.conflicts();
      expect(conflict).toMatchObject({ bookingId: booking.id, kind: 'deleted' });
      await world.app.resolveConflict(conflict?.id ?? '', 'booking');
      await world.sync();
      expect(event()).toMatchObject({ bookingId: booking.id });
      expect(world.app.conflicts()).toEqual([]);
      await expectQuiet();
    });
  });

  it('a copy that the technician made is a personal event, and becomes busy time', async () => {
    await synced();
    world.sandbox.google.copyEvent(CALENDAR, event()?.id ?? '', {
      start: { dateTime: '2026-11-26T09:00:00Z' },
      end: { dateTime: '2026-11-26T10:00:00Z' },
    });
    await world.sync();
    expect(world.sandbox.booking.blocks.all()).toMatchObject([{ start: '2026-11-26T09:00:00.000Z' }]);
    await expectQuiet();
  });
});

describe('booking edited', () => {
  beforeEach(() => synced());
  const editBooking = (patch: Record<string, unknown>): Booking =>
    world.sandbox.booking.bookings.patch(booking.id, patch);

  it('event same: it is updated', async () => {
    editBooking({ title: 'Leak, second visit', start: '2026-11-24T10:00:00Z', end: '2026-11-24T12:00:00Z' });
    const result = await world.sync();
    expect(onlyMapping(result).exported).toMatchObject({ updated: 1, created: 0 });
    expect(event()).toMatchObject({ summary: 'Leak, second visit', start: '2026-11-24T10:00:00.000Z' });
    await expectQuiet();
  });

  it('event moved, booking renamed: both changes stay', async () => {
    editBooking({ title: 'Leak, second visit' });
    editEvent(MOVED);
    const result = await world.sync();
    expect(onlyMapping(result)).toMatchObject({ proposed: 1, conflicts: 0 });
    expect(event()).toMatchObject({ summary: 'Leak, second visit', start: '2026-11-24T14:00:00.000Z' });
    expect(stored()).toMatchObject({ title: 'Leak, second visit', start: '2026-11-24T14:00:00.000Z' });
    await expectQuiet();
  });

  it('both moved: the booking wins, the edit is in the inbox and can be chosen', async () => {
    editBooking({ start: '2026-11-24T10:00:00Z', end: '2026-11-24T12:00:00Z' });
    editEvent(MOVED);
    const result = await world.sync();
    expect(onlyMapping(result)).toMatchObject({ proposed: 0, conflicts: 1 });
    expect(event()?.start).toBe('2026-11-24T10:00:00.000Z');
    const [conflict] = world.app.conflicts();
    expect(conflict).toMatchObject({
      bookingId: booking.id,
      fields: ['start', 'end'],
      booking: { start: '2026-11-24T10:00:00.000Z' },
      calendar: { start: '2026-11-24T14:00:00.000Z' },
    });
    await expectQuiet();

    await world.app.resolveConflict(conflict?.id ?? '', 'calendar');
    await world.sync();
    expect(stored()?.start).toBe('2026-11-24T14:00:00.000Z');
    expect(event()?.start).toBe('2026-11-24T14:00:00.000Z');
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet();
  });

  it('both made the same change: nobody is asked', async () => {
    editBooking({ start: '2026-11-24T14:00:00Z', end: '2026-11-24T16:00:00Z' });
    editEvent(MOVED);
    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(writes(world)).toEqual([]);
    expect(world.app.conflicts()).toEqual([]);
  });

  it('event deleted: it is made again', async () => {
    editBooking({ title: 'Leak, second visit' });
    world.sandbox.google.deleteEvent(CALENDAR, event()?.id ?? '');
    await world.sync();
    expect(event()).toMatchObject({ summary: 'Leak, second visit' });
    await expectQuiet();
  });
});

describe('booking cancelled or gone', () => {
  beforeEach(() => synced());
  const goings: [string, () => unknown][] = [
    ['cancelled', () => world.sandbox.booking.bookings.cancel(booking.id)],
    ['deleted', () => world.sandbox.booking.bookings.delete(booking.id)],
    ['given to a colleague', () => world.sandbox.booking.bookings.reassign(booking.id, ['tech_other'])],
  ];

  it.each(goings)('%s, event same: the event goes', async (_, go) => {
    go();
    const result = await world.sync();
    expect(onlyMapping(result).exported).toMatchObject({ deleted: 1 });
    expect(exported(world)).toEqual([]);
    await expectQuiet();
  });

  it.each(goings)('%s, event edited: the event goes, the edit is in the inbox', async (_, go) => {
    go();
    editEvent(MOVED);
    await world.sync();
    expect(exported(world)).toEqual([]);
    expect(world.app.conflicts()).toMatchObject([
      { bookingId: booking.id, calendar: { start: '2026-11-24T14:00:00.000Z' } },
    ]);
    await expectQuiet();
  });

  it.each(goings)('%s, event deleted: settled', async (_, go) => {
    go();
    world.sandbox.google.deleteEvent(CALENDAR, event()?.id ?? '');
    world.sandbox.faults.journal.clear();
    const result = await world.sync();
    expect(onlyAccount(result).ok).toBe(true);
    expect(writes(world)).toEqual([]);
    expect(exported(world)).toEqual([]);
  });

  it('given back later: it is in the calendar again, once', async () => {
    world.sandbox.booking.bookings.reassign(booking.id, ['tech_other']);
    await world.sync();
    world.sandbox.booking.bookings.reassign(booking.id, ['tech_tess']);
    await world.sync();
    expect(event()).toMatchObject({ bookingId: booking.id });
    await expectQuiet();
  });
});
