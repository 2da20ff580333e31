import { beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import {
  busyStarts,
  describeEachCalendar,
  EVERY_CALENDAR,
  expectAgreement,
  expectNothingToDo,
  jobsIn,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import { addBooking, onlyAccount, onlyMapping, type SavedDatabase, TECHNICIAN } from '../support/world.ts';

const DAY = 86_400_000;
const MOVED = ['2026-11-24T18:00:00.000Z', '2026-11-24T20:00:00.000Z'] as const;

describeEachCalendar(EVERY_CALENDAR, (open, name) => {
  let calendar: TechnicianCalendar;
  let booking: Booking;
  let personal: string;

  const addPersonal = (hour: number): Promise<string> =>
    calendar.add(`Private ${hour}`, `2026-11-25T${hour}:00:00Z`, `2026-11-25T${hour + 1}:00:00Z`);

  beforeEach(async () => {
    calendar = await open();
    booking = addBooking(calendar.world, 9);
    addBooking(calendar.world, 13);
    personal = await addPersonal(10);
    await addPersonal(12);
    await sync();
  });

  const sync = () => calendar.world.sync();
  const expectInStep = (): Promise<void> => expectAgreement(calendar);
  const expectQuiet = (): Promise<void> => expectNothingToDo(calendar);
  const eventOf = async (id = booking.id) =>
    (await jobsIn(calendar)).find(({ bookingId }) => bookingId === id);
  const eventId = async (): Promise<string> => (await eventOf())?.id ?? '';
  const move = async (): Promise<void> => calendar.move(await eventId(), ...MOVED);
  const remove = async (): Promise<void> => calendar.delete(await eventId());
  const company = () => calendar.world.sandbox.booking;
  const stored = (): Booking | undefined => company().bookings.get(booking.id);

  /** The one run in which it is found out what is there. */
  async function adopting(): Promise<void> {
    calendar.forgetWrites();
    expect(onlyAccount(await sync()).error).toBeNull();
  }

  describe('after the local database was lost', () => {
    async function lose(mapping = {}): Promise<void> {
      await calendar.loseDatabase(mapping);
      await adopting();
    }

    it('everything is recognised and nothing written', async () => {
      await lose();
      expect(calendar.writes()).toEqual([]);
      await expectInStep();
      expect(calendar.world.app.conflicts()).toEqual([]);
      await expectQuiet();
    });

    it('a move made meanwhile is proposed, not overwritten', async () => {
      await move();
      await lose();
      expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
      expect((await eventOf())?.start).toBe('2026-11-24T18:00:00.000Z');
      await expectQuiet();
      await expectInStep();
    });

    it('a title changed meanwhile is put back and kept on record', async () => {
      await calendar.rename(await eventId(), 'My own words');
      await lose();
      expect((await eventOf())?.title).toBe('Job at 9');
      await expectQuiet();
    });

    it('a booking changed meanwhile is brought up to date', async () => {
      company().bookings.patch(booking.id, { title: 'Second visit' });
      await lose();
      expect((await eventOf())?.title).toBe('Second visit');
      await expectInStep();
      await expectQuiet();
    });

    it('a booking cancelled meanwhile goes', async () => {
      company().bookings.cancel(booking.id);
      await lose();
      expect(await eventOf()).toBeUndefined();
      await expectInStep();
      await expectQuiet();
    });

    it('a booking deleted meanwhile goes', async () => {
      company().bookings.delete(booking.id);
      await lose();
      expect(await eventOf()).toBeUndefined();
      await expectQuiet();
    });

    it('an event deleted meanwhile is restored', async () => {
      const before = await eventId();
      await calendar.delete(before);
      await lose({ onDelete: 'restore' });
      expect((await eventId()) === before).toBe(name === 'CalDAV');
      await expectInStep();
      await expectQuiet();
    });

    if (name !== 'Google') {
      // Nothing there says that there was an event, so that its booking counts as new.
      it.each(['leave', 'ask'] as const)('an event deleted meanwhile is made again: %s', async (onDelete) => {
        await remove();
        await lose({ onDelete });
        await expectInStep();
        await remove();
        await sync();
        expect(await eventOf()).toBeUndefined();
        expect(calendar.world.app.conflicts()).toHaveLength(onDelete === 'ask' ? 1 : 0);
        await expectQuiet();
      });
    } else {
      it('an event deleted meanwhile is left away where that is the policy', async () => {
        await remove();
        await lose({ onDelete: 'leave' });
        expect(await eventOf()).toBeUndefined();
        expect(await jobsIn(calendar)).toHaveLength(1);
        await expectQuiet();
      });

      it('an event deleted meanwhile is asked about where that is the policy', async () => {
        await remove();
        await lose({ onDelete: 'ask' });
        expect(await eventOf()).toBeUndefined();
        expect(calendar.world.app.conflicts()).toMatchObject([{ bookingId: booking.id, kind: 'deleted' }]);
        await expectQuiet();
      });
    }

    it('an event dragged out of the window is found under its id, and the move proposed', async () => {
      await calendar.move(await eventId(), '2028-01-10T09:00:00Z', '2028-01-10T11:00:00Z');
      await lose();
      expect(stored()?.start).toBe('2028-01-10T09:00:00.000Z');
      await expectInStep();
      await expectQuiet();
    });

    it('one that was restored before, and then dragged out of the window, has no second one made beside it', async () => {
      await remove();
      await sync();
      const restored = await eventId();
      await calendar.move(restored, '2028-01-10T09:00:00Z', '2028-01-10T11:00:00Z');
      await lose();
      expect(await jobsIn(calendar)).toHaveLength(2);
      expect(await eventId()).toBe(restored);
      expect(stored()?.start).toBe('2028-01-10T09:00:00.000Z');
      await expectQuiet();
      await expectInStep();
    });

    it('a job that was made a series meanwhile happens once again', async () => {
      const before = await eventId();
      await calendar.repeat(before);
      await lose();
      await sync();
      expect((await jobsIn(calendar)).map(({ id }) => id)).toContain(before);
      await expectInStep();
      await expectQuiet();
    });

    it('what was done to events while the calendar was only read is put right once it is written to', async () => {
      await remove();
      await sync();
      const ahead = await eventId();
      const other = (await jobsIn(calendar)).find(({ id }) => id !== ahead);
      await calendar.move(ahead, '2028-01-10T09:00:00Z', '2028-01-10T11:00:00Z');
      await calendar.loseDatabase({ direction: 'import' });
      await sync();
      await calendar.repeat(other?.id ?? '');
      company().bookings.patch(other?.bookingId ?? '', { status: 'cancelled' });
      await sync();
      const [mapping] = calendar.world.app.mappings();
      await calendar.world.app.updateMapping(mapping?.mappingId ?? '', { direction: 'two-way' });
      await sync();
      expect((await jobsIn(calendar)).map(({ id }) => id)).toEqual([ahead]);
      await expectInStep();
      await expectQuiet();
    });

    it('a booking that is new since is added, once', async () => {
      addBooking(calendar.world, 17);
      await lose();
      expect(onlyMapping(await sync()).exported).toMatchObject({ created: 0, unchanged: 3 });
      await expectInStep();
    });

    it('the block of an appointment deleted meanwhile goes', async () => {
      await calendar.delete(personal);
      await lose();
      expect(busyStarts(calendar)).toEqual(['2026-11-25T12:00:00.000Z']);
      await expectQuiet();
    });

    it('the block of an appointment made free meanwhile goes', async () => {
      await calendar.makeFree(personal);
      await lose();
      await expectAgreement(calendar, [personal]);
      expect(busyStarts(calendar)).toHaveLength(1);
      await expectQuiet();
    });

    it('the block of an appointment moved meanwhile moves', async () => {
      await calendar.move(personal, '2026-11-25T15:00:00Z', '2026-11-25T16:00:00Z');
      await lose();
      await expectInStep();
      expect(busyStarts(calendar)).toHaveLength(2);
      await expectQuiet();
    });

    it('the blocks of appointments that lie before the window by now stay', async () => {
      // A calendar that shows nothing at all would be held.
      await calendar.add('Private later', '2027-01-15T10:00:00Z', '2027-01-15T11:00:00Z');
      calendar.world.clock.advance(40 * DAY);
      await lose();
      expect(busyStarts(calendar)).toHaveLength(3);
      expect(calendar.world.app.holds()).toEqual([]);
      await expectQuiet();
    });

    it('blocks from elsewhere are nobody’s business', async () => {
      const foreign = {
        id: 'bb_of-another-program',
        technicianId: TECHNICIAN,
        start: '2026-11-30T09:00:00Z',
        end: '2026-11-30T10:00:00Z',
        status: 'busy' as const,
        visibility: 'busy-only' as const,
        source: { provider: 'google', calendar: 'opaque', event: 'opaque' },
      };
      company().blocks.put(foreign);
      await lose();
      expect(company().blocks.get(foreign.id)).toEqual(foreign);
      expect(calendar.writes()).toEqual([]);
    });
  });

  describe('after an older database was put back', () => {
    let older: SavedDatabase;
    beforeEach(() => {
      older = calendar.world.save();
    });

    async function goBack(): Promise<void> {
      await calendar.world.restart({ from: older });
      await adopting();
    }

    it('what was made since is recognised', async () => {
      addBooking(calendar.world, 17);
      await addPersonal(16);
      await sync();
      await goBack();
      expect(calendar.writes().filter((write) => !write.includes('/booking/'))).toEqual([]);
      await expectInStep();
      await expectQuiet();
    });

    it('an event that was restored since is recognised under its new identity', async () => {
      await remove();
      await sync();
      const restored = await eventId();
      await goBack();
      expect(calendar.writes()).toEqual([]);
      expect(await eventId()).toBe(restored);
      await expectInStep();
      await expectQuiet();
    });

    it('a booking that was updated since is not taken for an edit of the technician', async () => {
      company().bookings.patch(booking.id, {
        title: 'Second visit',
        start: '2026-11-24T15:30:00Z',
        end: '2026-11-24T17:00:00Z',
      });
      await sync();
      await goBack();
      expect(calendar.writes()).toEqual([]);
      expect(calendar.world.app.conflicts()).toEqual([]);
      await expectInStep();
      await expectQuiet();
    });

    it('a move made since, and accepted, stays', async () => {
      await move();
      await sync();
      await goBack();
      expect(calendar.writes()).toEqual([]);
      expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
      await expectInStep();
      await expectQuiet();
    });

    it('a move made since, and not yet proposed, is', async () => {
      addBooking(calendar.world, 21);
      await sync();
      await move();
      await goBack();
      expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
      await expectInStep();
      await expectQuiet();
    });

    it('what was deleted since stays deleted, on both sides', async () => {
      company().bookings.cancel(booking.id);
      await calendar.delete(personal);
      await sync();
      await goBack();
      expect(await eventOf()).toBeUndefined();
      await expectInStep();
      await expectQuiet();
    });

    it('an event that the technician deleted since is left away where that is the policy', async () => {
      calendar = await open({ mapping: { onDelete: 'leave' } });
      booking = addBooking(calendar.world, 9);
      await sync();
      older = calendar.world.save();
      await remove();
      await goBack();
      expect(await eventOf()).toBeUndefined();
      await expectQuiet();
    });

    it('a block whose appointment came and went since does not stay for ever', async () => {
      const brief = await addPersonal(16);
      await sync();
      await calendar.world.restart({ from: older });
      await calendar.delete(brief);
      await sync();
      calendar.world.clock.advance(86_400_000);
      await sync();
      await expectInStep();
      await expectQuiet();
    });

    it('blocks that were removed since are made again by the next complete listing', async () => {
      await calendar.makeFree(personal);
      await sync();
      await calendar.makeBusy(personal);
      await goBack();
      calendar.world.clock.advance(86_400_000);
      await sync();
      await expectInStep();
      await expectQuiet();
    });
  });
});
