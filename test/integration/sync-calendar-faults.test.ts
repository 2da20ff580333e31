import { beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import {
  describeEachCalendar,
  EVERY_CALENDAR,
  expectAgreement,
  expectNothingToDo,
  jobsIn,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import {
  type CalendarAct,
  isBookingRequest,
  isCalendarRequest,
  type Trouble,
  TroubledNetwork,
} from '../support/troubled-network.ts';
import { addBooking, onlyAccount } from '../support/world.ts';

describeEachCalendar(EVERY_CALENDAR, (open, name) => {
  let network: TroubledNetwork;
  let calendar: TechnicianCalendar;
  let booking: Booking;
  let personal: string;

  beforeEach(async () => {
    network = new TroubledNetwork();
    calendar = await open({ network: network.between });
    booking = addBooking(calendar.world, 9);
    addBooking(calendar.world, 13);
    personal = await addPersonal(10);
    await addPersonal(12);
  });

  const sync = () => calendar.world.sync();
  const bookings = () => calendar.world.sandbox.booking.bookings;
  const stored = (): Booking | undefined => bookings().get(booking.id);
  const eventOf = async (id = booking.id) =>
    (await jobsIn(calendar)).find(({ bookingId }) => bookingId === id);
  const eventId = async (): Promise<string> => (await eventOf())?.id ?? '';
  const addPersonal = (hour: number): Promise<string> =>
    calendar.add(`Private ${hour}`, `2026-11-25T${hour}:00:00Z`, `2026-11-25T${hour + 1}:00:00Z`);
  const moveTo = async (start: string, end: string): Promise<void> =>
    calendar.move(await eventId(), start, end);
  const move = (): Promise<void> => moveTo('2026-11-26T10:00:00.000Z', '2026-11-26T12:00:00.000Z');
  const isAt = (act: CalendarAct | null = null) => isCalendarRequest(name, act);
  /** Time stands still, or a real server's answers would come too late. */
  const meanwhile = (act: CalendarAct, does: () => Promise<void>): void =>
    network.before(isAt(act), () => calendar.world.clock.frozen(does));

  describe('a position that is no longer known', () => {
    it('everything is listed again and nothing written', async () => {
      await sync();
      await calendar.decorate(await eventId());
      calendar.forgetPosition();
      calendar.forgetWrites();
      expect(onlyAccount(await sync()).error).toBeNull();
      expect(calendar.writes()).toEqual([]);
      await expectAgreement(calendar);
    });

    it('what changed on both sides meanwhile is merged from the base that was kept', async () => {
      await sync();
      await move();
      bookings().patch(booking.id, { title: 'Second visit' });
      await calendar.delete(personal);
      calendar.forgetPosition();
      calendar.world.sandbox.booking.expireCursors();
      await sync();
      expect(stored()).toMatchObject({ title: 'Second visit', start: '2026-11-26T10:00:00.000Z' });
      await expectAgreement(calendar);
      await expectNothingToDo(calendar);
    });
  });

  describe('somebody edits between our look and our write', () => {
    beforeEach(async () => {
      await sync();
      bookings().patch(booking.id, { title: 'Second visit' });
    });

    it('a move in the calendar is merged with our update', async () => {
      meanwhile('update', move);
      await sync();
      expect(stored()).toMatchObject({ title: 'Second visit', start: '2026-11-26T10:00:00.000Z' });
      await expectAgreement(calendar);
      await expectNothingToDo(calendar);
    });

    it('an event deleted in the calendar is made again with the change', async () => {
      meanwhile('update', async () => calendar.delete(await eventId()));
      await sync();
      await expectAgreement(calendar);
      await expectNothingToDo(calendar);
    });

    it('an edit before our deletion is kept in the inbox', async () => {
      bookings().cancel(booking.id);
      meanwhile('delete', move);
      await sync();
      expect(await eventOf()).toBeUndefined();
      expect(calendar.world.app.conflicts()).toMatchObject([
        { calendar: { start: '2026-11-26T10:00:00.000Z' } },
      ]);
      await expectNothingToDo(calendar);
    });

    it('again and again: it is left to the next run after three tries', async () => {
      let edits = 0;
      const again = async (): Promise<void> => {
        edits += 1;
        await calendar.rename(await eventId(), `My words ${edits}`);
        if (edits < 10) meanwhile('update', again);
      };
      meanwhile('update', again);
      expect(onlyAccount(await sync()).ok).toBe(false);
      expect(edits).toBeLessThanOrEqual(4);
      network.calm();
      await sync();
      await expectAgreement(calendar);
      await expectNothingToDo(calendar);
    });
  });

  describe('a service in trouble', () => {
    const troubles: [string, Trouble][] = [
      ['429', { kind: 'status', status: 429, when: 'before' }],
      ['500', { kind: 'status', status: 500, when: 'before' }],
      ['503 after it took effect', { kind: 'status', status: 503, when: 'after' }],
      ['a cut connection before', { kind: 'drop', when: 'before' }],
      ['a cut connection after', { kind: 'drop', when: 'after' }],
      ['half an answer', { kind: 'truncate' }],
    ];

    it.each(troubles)('%s now and then: the sync gets through', async (_, trouble) => {
      const hits = [0, 3, 6, 9].map((skip) => network.trouble(isAt(), trouble, { skip }));
      await sync();
      await sync();
      expect(hits.some((count) => count() > 0)).toBe(true);
      network.calm();
      await expectAgreement(calendar);
      await expectNothingToDo(calendar);
    });

    // A real server takes its time.
    const rounds: readonly CalendarAct[] =
      name === 'CalDAV' ? ['update', 'delete', 'read'] : ['create', 'update', 'delete', 'read'];

    it.each(troubles)('%s until it ends: the next sync is right', async (_, trouble) => {
      await sync();
      for (const [round, act] of rounds.entries()) {
        const hits = network.trouble(isAt(act), trouble, { times: Number.POSITIVE_INFINITY });
        await changeEverything(round);
        await sync();
        await sync();
        expect(hits(), act).toBeGreaterThan(0);
        network.calm();
        await sync();
        await expectAgreement(calendar);
        expect(stored()?.start).toBe(`2026-12-0${round + 1}T10:00:00.000Z`);
      }
      await expectNothingToDo(calendar);
    });

    /** One change of every kind: each request has something to do. */
    async function changeEverything(round: number): Promise<void> {
      const day = `2026-12-0${round + 1}`;
      const [latest, brief] = (await jobsIn(calendar)).filter(({ bookingId }) => bookingId !== booking.id);
      bookings().patch(latest?.bookingId ?? '', { title: `Round ${round}` });
      if (brief?.bookingId) bookings().cancel(brief.bookingId);
      const start = `2026-12-1${round}T09:00:00Z`;
      addBooking(calendar.world, 9, { start, end: `2026-12-1${round}T10:00:00Z` });
      await moveTo(`${day}T10:00:00Z`, `${day}T12:00:00Z`);
      const busy = (await calendar.seen()).find(({ title }) => title.startsWith('Private'));
      await calendar.delete(busy?.id ?? '');
      await addPersonal(14 + 2 * round);
    }
  });

  it('the booking system is down: nothing is lost', async () => {
    await sync();
    const down: Trouble = { kind: 'drop', when: 'before' };
    network.trouble(isBookingRequest, down, { times: Number.POSITIVE_INFINITY });
    await move();
    await calendar.delete(personal);
    expect(onlyAccount(await sync()).error?.code).toBe('OFFLINE');
    expect(await jobsIn(calendar)).toHaveLength(2);
    expect(calendar.world.sandbox.booking.blocks.all()).toHaveLength(2);
    expect(calendar.world.app.status().accounts[0]?.state).toBe('connected');
    network.calm();
    await sync();
    expect(stored()?.start).toBe('2026-11-26T10:00:00.000Z');
    await expectAgreement(calendar);
    await expectNothingToDo(calendar);
  });
});
