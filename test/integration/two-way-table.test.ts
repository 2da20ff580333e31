import { beforeEach, describe, expect, it } from 'vitest';
import type { MappingInput } from '../../src/main/app-contract.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { SeenEvent } from '../support/calendar-program.ts';
import {
  busyStarts,
  describeEachCalendar,
  EVERY_CALENDAR,
  expectNothingToDo,
  jobsIn,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import { addBooking, onlyAccount, onlyMapping } from '../support/world.ts';

/** What `decorate` adds: reminders with Google and Outlook, a colour everywhere. */
const DECORATED =
  /"colorId":"5".*"minutes":5|"reminderMinutesBeforeStart":5.*"Red"|"Red".*"reminderMinutesBeforeStart":5|COLOR:red/;
const MOVED = ['2026-11-24T14:00:00.000Z', '2026-11-24T16:00:00.000Z'] as const;

describeEachCalendar(EVERY_CALENDAR, (open) => {
  let calendar: TechnicianCalendar;
  let booking: Booking;

  async function synced(mapping: Partial<MappingInput> = {}): Promise<void> {
    calendar = await open({ mapping });
    booking = addBooking(calendar.world, 9);
    expect(onlyAccount(await calendar.world.sync()).error).toBeNull();
  }

  const sync = () => calendar.world.sync();
  const expectQuiet = (): Promise<void> => expectNothingToDo(calendar);
  const stored = (): Booking | undefined => calendar.world.sandbox.booking.bookings.get(booking.id);
  const conflicts = () => calendar.world.app.conflicts();

  async function event(): Promise<SeenEvent | undefined> {
    const [only, ...more] = await jobsIn(calendar);
    expect(more).toEqual([]);
    return only;
  }
  const eventId = async (): Promise<string> => (await event())?.id ?? '';
  const move = async (): Promise<void> => calendar.move(await eventId(), ...MOVED);
  const rename = async (): Promise<void> => calendar.rename(await eventId(), 'My own words');
  const remove = async (): Promise<void> => calendar.delete(await eventId());

  describe('booking same', () => {
    describe('event edited', () => {
      it('two-way: a move is proposed to the booking system', async () => {
        await synced();
        await move();
        expect(onlyMapping(await sync())).toMatchObject({ proposed: 1, conflicts: 0 });
        expect(stored()).toMatchObject({ start: MOVED[0], end: MOVED[1] });
        expect(await event()).toMatchObject({ start: MOVED[0] });
        await expectQuiet();
      });

      it('two-way: a title is put back, and the edit kept on record', async () => {
        await synced();
        await rename();
        const result = await sync();
        expect(onlyMapping(result)).toMatchObject({ exported: { updated: 1 }, proposed: 0, conflicts: 0 });
        expect((await event())?.title).toBe('Job at 9');
        expect(conflicts()).toEqual([]);
        await expectQuiet();
      });

      it('export: everything is put back', async () => {
        await synced({ direction: 'export' });
        await move();
        await rename();
        await sync();
        expect(await event()).toMatchObject({ title: 'Job at 9', start: '2026-11-24T09:00:00.000Z' });
        expect(stored()?.start).toBe(booking.start);
        await expectQuiet();
      });

      it('reminders, colour and guests belong to the technician', async () => {
        await synced();
        await calendar.decorate(await eventId());
        calendar.forgetWrites();
        await sync();
        expect(calendar.writes()).toEqual([]);
        // Writing what belongs to the booking leaves them as they are.
        calendar.world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
        await sync();
        expect((await event())?.title).toBe('Second visit');
        expect(await calendar.raw(await eventId())).toMatch(DECORATED);
      });

      it('a refused move is put back and waits in the inbox', async () => {
        await synced();
        calendar.world.sandbox.booking.bookings.setMovable(booking.id, false);
        await move();
        expect(onlyMapping(await sync())).toMatchObject({ proposed: 0, conflicts: 1 });
        expect((await event())?.start).toBe('2026-11-24T09:00:00.000Z');
        expect(conflicts()).toMatchObject([
          { bookingId: booking.id, fields: ['start', 'end'], calendar: { start: MOVED[0] } },
        ]);
        await expectQuiet();
      });

      it('is put back where the booking system takes no proposals', async () => {
        await synced();
        const { booking: company } = calendar.world.sandbox;
        company.capabilities = { ...company.capabilities, reschedule: false };
        calendar.world.clock.advance(25 * 3_600_000);
        await sync();
        await move();
        await sync();
        expect((await event())?.start).toBe('2026-11-24T09:00:00.000Z');
        await expectQuiet();
      });

      it('made a series in the calendar: it is single again, and still one', async () => {
        await synced();
        await calendar.repeat(await eventId());
        await sync();
        const raw = await calendar.raw(await eventId());
        expect(raw).not.toMatch(/RRULE|"type":"seriesMaster"/);
        expect(busyStarts(calendar)).toEqual([]);
        await expectQuiet();
      });
    });

    describe('event deleted', () => {
      it('restore: it comes back under the next identity', async () => {
        await synced({ onDelete: 'restore' });
        const before = await eventId();
        await remove();
        await sync();
        expect(await event()).toMatchObject({ bookingId: booking.id });
        expect(await eventId()).not.toBe(before);
        await expectQuiet();
      });

      it('leave: it stays away', async () => {
        await synced({ onDelete: 'leave' });
        await remove();
        await sync();
        expect(await event()).toBeUndefined();
        expect(stored()?.status).toBe('confirmed');
        await expectQuiet();
        // What changes of the booking is nothing that its event would show.
        calendar.world.sandbox.booking.bookings.patch(booking.id, { projectId: 'project_other' });
        await sync();
        expect(await event()).toBeUndefined();
      });

      it('ask: the inbox asks, and does what it is told', async () => {
        await synced({ onDelete: 'ask' });
        await remove();
        await sync();
        expect(await event()).toBeUndefined();
        const [conflict] = conflicts();
        expect(conflict).toMatchObject({ bookingId: booking.id, kind: 'deleted' });
        await calendar.world.app.resolveConflict(conflict?.id ?? '', 'booking');
        await sync();
        expect(await event()).toMatchObject({ bookingId: booking.id });
        expect(conflicts()).toEqual([]);
        await expectQuiet();
      });
    });

    it('a copy that the technician made is a personal event, and becomes busy time', async () => {
      await synced();
      await calendar.copy(await eventId(), '2026-11-26T09:00:00Z', '2026-11-26T10:00:00Z');
      await sync();
      expect(busyStarts(calendar)).toEqual(['2026-11-26T09:00:00.000Z']);
      await expectQuiet();
    });
  });

  describe('booking edited', () => {
    beforeEach(() => synced());
    const editBooking = (patch: Record<string, unknown>): Booking =>
      calendar.world.sandbox.booking.bookings.patch(booking.id, patch);
    const LATER = { start: '2026-11-24T10:00:00Z', end: '2026-11-24T12:00:00Z' };

    it('event same: it is updated', async () => {
      editBooking({ title: 'Leak, second visit', ...LATER });
      expect(onlyMapping(await sync()).exported).toMatchObject({ updated: 1, created: 0 });
      expect(await event()).toMatchObject({ title: 'Leak, second visit', start: '2026-11-24T10:00:00.000Z' });
      await expectQuiet();
    });

    it('event moved, booking renamed: both changes stay', async () => {
      editBooking({ title: 'Leak, second visit' });
      await move();
      expect(onlyMapping(await sync())).toMatchObject({ proposed: 1, conflicts: 0 });
      expect(await event()).toMatchObject({ title: 'Leak, second visit', start: MOVED[0] });
      expect(stored()).toMatchObject({ title: 'Leak, second visit', start: MOVED[0] });
      await expectQuiet();
    });

    it('both moved: the booking wins, the edit is in the inbox and can be chosen', async () => {
      editBooking(LATER);
      await move();
      expect(onlyMapping(await sync())).toMatchObject({ proposed: 0, conflicts: 1 });
      expect((await event())?.start).toBe('2026-11-24T10:00:00.000Z');
      const [conflict] = conflicts();
      expect(conflict).toMatchObject({
        bookingId: booking.id,
        fields: ['start', 'end'],
        booking: { start: '2026-11-24T10:00:00.000Z' },
        calendar: { start: MOVED[0] },
      });
      await expectQuiet();

      await calendar.world.app.resolveConflict(conflict?.id ?? '', 'calendar');
      await sync();
      expect(stored()?.start).toBe(MOVED[0]);
      expect((await event())?.start).toBe(MOVED[0]);
      expect(conflicts()).toEqual([]);
      await expectQuiet();
    });

    it('both made the same change: nobody is asked', async () => {
      editBooking({ start: MOVED[0], end: MOVED[1] });
      await move();
      calendar.forgetWrites();
      await sync();
      expect(calendar.writes()).toEqual([]);
      expect(conflicts()).toEqual([]);
    });

    it('event deleted: it is made again', async () => {
      editBooking({ title: 'Leak, second visit' });
      await remove();
      await sync();
      expect(await event()).toMatchObject({ title: 'Leak, second visit' });
      await expectQuiet();
    });
  });

  describe('booking cancelled or gone', () => {
    beforeEach(() => synced());
    const bookings = () => calendar.world.sandbox.booking.bookings;
    const goings: [string, () => unknown][] = [
      ['cancelled', () => bookings().cancel(booking.id)],
      ['deleted', () => bookings().delete(booking.id)],
      ['given to a colleague', () => bookings().reassign(booking.id, ['tech_other'])],
    ];

    it.each(goings)('%s, event same: the event goes', async (_, go) => {
      go();
      expect(onlyMapping(await sync()).exported).toMatchObject({ deleted: 1 });
      expect(await event()).toBeUndefined();
      await expectQuiet();
    });

    it.each(goings)('%s, event edited: the event goes, the edit is in the inbox', async (_, go) => {
      go();
      await move();
      await sync();
      expect(await event()).toBeUndefined();
      expect(conflicts()).toMatchObject([{ bookingId: booking.id, calendar: { start: MOVED[0] } }]);
      await expectQuiet();
    });

    it.each(goings)('%s, event deleted: settled', async (_, go) => {
      go();
      await remove();
      calendar.forgetWrites();
      expect(onlyAccount(await sync()).ok).toBe(true);
      expect(calendar.writes()).toEqual([]);
      expect(await event()).toBeUndefined();
    });

    it('given back later: it is in the calendar again, once', async () => {
      // It went with its booking: what is done about events that the technician deletes has no say.
      const [mapping] = calendar.world.app.mappings();
      await calendar.world.app.updateMapping(mapping?.id ?? '', { onDelete: 'leave' });
      bookings().reassign(booking.id, ['tech_other']);
      await sync();
      bookings().reassign(booking.id, ['tech_tess']);
      await sync();
      expect(await event()).toMatchObject({ bookingId: booking.id });
      await expectQuiet();
    });
  });
});
