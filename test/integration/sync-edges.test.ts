import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  EMAIL,
  exported,
  onlyMapping,
  type World,
  writes,
} from '../support/world.ts';

const DAY = 86_400_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const bookingAt = (day: string, changes: object = {}): Booking =>
  addBooking(world, 9, { start: `${day}T09:00:00Z`, end: `${day}T11:00:00Z`, ...changes });
const timesOn = (day: string): object => ({
  start: { dateTime: `${day}T09:00:00Z`, timeZone: 'Europe/London' },
  end: { dateTime: `${day}T10:00:00Z`, timeZone: 'Europe/London' },
});
const personalAt = (day: string, changes: object = {}): string =>
  addPersonal(world, 9, { ...timesOn(day), ...changes });
const patch = (booking: Booking, changes: object): unknown =>
  world.sandbox.booking.bookings.patch(booking.id, changes);
const edit = (id: string, changes: object): unknown => world.sandbox.google.editEvent(CALENDAR, id, changes);
const eventOf = (booking: Booking) => exported(world).find(({ bookingId }) => bookingId === booking.id);

/** Days pass, with a sync on each. */
async function days(count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    world.clock.advance(DAY);
    expect((await world.sync()).ok).toBe(true);
  }
}

describe('a booking at the edge of the window', () => {
  it('moved out of it keeps its event, up to date, and goes when it is cancelled', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    patch(booking, { start: '2028-03-01T09:00:00Z', end: '2028-03-01T11:00:00Z' });
    await world.sync();
    expect(eventOf(booking)?.start).toBe('2028-03-01T09:00:00.000Z');
    await days(2);
    expectInStep(world);
    patch(booking, { title: 'Still to come' });
    await world.sync();
    expect(eventOf(booking)?.summary).toBe('Still to come');
    await expectQuiet(world);
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    expect(exported(world)).toEqual([]);
  });

  it('changed out there while the window moves a day is brought up to date all the same', async () => {
    const [changed, cancelled] = [bookingAt('2026-11-24'), bookingAt('2026-11-25')];
    await world.sync();
    patch(changed, { start: '2028-03-01T09:00:00Z', end: '2028-03-01T11:00:00Z' });
    patch(cancelled, { start: '2028-03-02T09:00:00Z', end: '2028-03-02T11:00:00Z' });
    await world.sync();
    patch(changed, { title: 'Another title' });
    world.sandbox.booking.bookings.cancel(cancelled.id);
    await days(1);
    expect(exported(world)).toMatchObject([{ bookingId: changed.id, summary: 'Another title' }]);
    await expectQuiet(world);
  });

  it('changed out there while the cursors expire is brought up to date all the same', async () => {
    const [changed, moved, cancelled] = [
      bookingAt('2026-11-24'),
      bookingAt('2026-11-25'),
      bookingAt('2026-11-26'),
    ];
    await world.sync();
    patch(changed, { start: '2028-03-01T09:00:00Z', end: '2028-03-01T11:00:00Z' });
    patch(moved, { start: '2028-03-02T09:00:00Z', end: '2028-03-02T11:00:00Z' });
    patch(cancelled, { start: '2028-03-03T09:00:00Z', end: '2028-03-03T11:00:00Z' });
    await world.sync();
    patch(changed, { title: 'Another title' });
    edit(eventOf(moved)?.id ?? '', timesOn('2028-03-05'));
    world.sandbox.booking.bookings.cancel(cancelled.id);
    world.sandbox.booking.expireCursors();
    world.sandbox.google.expireSyncTokens();
    await world.sync();
    expect(eventOf(changed)?.summary).toBe('Another title');
    expect(world.sandbox.booking.bookings.get(moved.id)?.start).toBe('2028-03-05T09:00:00.000Z');
    expect(eventOf(cancelled)).toBeUndefined();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('dragged far out by the technician while the window moves a day is proposed', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    edit(eventOf(booking)?.id ?? '', timesOn('2028-03-01'));
    await days(1);
    expect(world.sandbox.booking.bookings.get(booking.id)?.start).toBe('2028-03-01T09:00:00.000Z');
    expectInStep(world);
    edit(eventOf(booking)?.id ?? '', timesOn('2028-03-02'));
    await days(1);
    expect(world.sandbox.booking.bookings.get(booking.id)?.start).toBe('2028-03-02T09:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('dragged far out by the technician while the cursor expires is looked for, and proposed', async () => {
    const booking = bookingAt('2026-11-24');
    // Without another, the listing would be suddenly empty, and held.
    bookingAt('2026-11-25');
    await world.sync();
    const id = eventOf(booking)?.id ?? '';
    edit(id, timesOn('2028-03-01'));
    world.sandbox.google.expireSyncTokens();
    await world.sync();
    expect(world.sandbox.booking.bookings.get(booking.id)?.start).toBe('2028-03-01T09:00:00.000Z');
    expect(eventOf(booking)?.id).toBe(id);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('in the past stays, because time passing deletes nothing', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    world.sandbox.faults.journal.clear();
    await days(1);
    world.clock.advance(40 * DAY);
    await world.sync();
    world.clock.advance(60 * DAY);
    await world.sync();
    await world.sync({ full: true });
    expect(writes(world)).toEqual([]);
    expect(eventOf(booking)).toBeDefined();
    expect(world.app.holds()).toEqual([]);
  });

  it('made long ago enters when its day comes near enough', async () => {
    const booking = bookingAt('2027-05-24');
    await world.sync();
    expect(exported(world)).toEqual([]);
    await days(2);
    expect(eventOf(booking)?.start).toBe('2027-05-24T09:00:00.000Z');
    await expectQuiet(world);
  });

  it('known but outside, moved in by dispatch, is exported', async () => {
    const booking = bookingAt('2028-01-01');
    await world.sync();
    patch(booking, { start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' });
    await world.sync();
    expectInStep(world);
  });
});

describe('a personal event at the edge of the window', () => {
  it('enters when its day comes near enough, and so does each occurrence of a series', async () => {
    personalAt('2027-05-24');
    personalAt('2027-05-20', { recurrence: ['RRULE:FREQ=DAILY;COUNT=10'] });
    await world.sync();
    expect(blocks(world)).toHaveLength(3);
    await days(3);
    expect(
      blocks(world)
        .map(({ start }) => start.slice(0, 10))
        .sort(),
    ).toEqual([
      '2027-05-20',
      '2027-05-21',
      '2027-05-22',
      '2027-05-23',
      '2027-05-24',
      '2027-05-24',
      '2027-05-25',
    ]);
    await expectQuiet(world);
  });

  it('that ages out keeps its block', async () => {
    personalAt('2026-11-24');
    await world.sync();
    world.sandbox.faults.journal.clear();
    world.clock.advance(40 * DAY);
    await world.sync();
    await days(1);
    await world.sync({ full: true });
    expect(writes(world)).toEqual([]);
    expect(blocks(world)).toHaveLength(1);
    expect(world.app.holds()).toEqual([]);
  });

  it('moved out of the window loses its block, and moved back has it again', async () => {
    const id = personalAt('2026-11-24');
    await world.sync();
    edit(id, timesOn('2028-03-01'));
    await world.sync();
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
    edit(id, timesOn('2026-11-27'));
    await world.sync();
    expect(blocks(world)).toMatchObject([{ start: '2026-11-27T09:00:00.000Z' }]);
    await expectQuiet(world);
  });

  it('moved out of the window while that moves a day loses its block', async () => {
    const id = personalAt('2026-11-24');
    await world.sync();
    edit(id, timesOn('2028-03-01'));
    await days(1);
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });
});

describe('a personal event that stops blocking', () => {
  const ends: [string, object][] = [
    ['made free', { transparency: 'transparent' }],
    ['cut to no time at all', { end: { dateTime: '2026-11-25T09:00:00Z', timeZone: 'Europe/London' } }],
    [
      'declined',
      {
        organizer: { email: 'chair@example.com' },
        attendees: [{ email: EMAIL, responseStatus: 'declined' }],
      },
    ],
  ];

  it.each(ends)('%s: its block goes, and says why', async (_, change) => {
    const id = personalAt('2026-11-25');
    await world.sync();
    edit(id, change);
    expect(onlyMapping(await world.sync()).imported).toMatchObject({ deleted: 1 });
    expect(blocks(world)).toEqual([]);
    expect(world.app.explain(id).links).toMatchObject([
      { state: 'skipped', reason: expect.stringMatching(/free|declined|no time/) },
    ]);
    await expectQuiet(world);
  });

  it('and blocks again comes back', async () => {
    const id = personalAt('2026-11-25', { transparency: 'transparent' });
    await world.sync();
    expect(blocks(world)).toEqual([]);
    edit(id, { transparency: 'opaque' });
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('taken out of the bin comes back', async () => {
    const id = personalAt('2026-11-25');
    await world.sync();
    world.sandbox.google.deleteEvent(CALENDAR, id);
    await world.sync();
    edit(id, { status: 'confirmed' });
    await world.sync();
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });
});

describe('an event of ours that comes back beside the one that took its place', () => {
  async function withTwin(change: object = {}): Promise<Booking> {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    const first = eventOf(booking)?.id ?? '';
    world.sandbox.google.deleteEvent(CALENDAR, first);
    await world.sync();
    edit(first, { status: 'confirmed', ...change });
    expect(exported(world)).toHaveLength(2);
    return booking;
  }

  it('goes again: a booking is in a calendar once', async () => {
    await withTwin();
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('goes when the booking is cancelled at the same time, and so does the other', async () => {
    const booking = await withTwin();
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    expect(exported(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('goes when the local database was lost meanwhile', async () => {
    await withTwin();
    await world.restart({ forget: true });
    await world.reconnect();
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('leaves the copies that the technician made of it alone', async () => {
    const booking = await withTwin();
    world.sandbox.google.copyEvent(CALENDAR, eventOf(booking)?.id ?? '', timesOn('2026-11-30'));
    await world.sync();
    expect(exported(world)).toHaveLength(2);
    expect(blocks(world)).toMatchObject([{ start: '2026-11-30T09:00:00.000Z' }]);
    await expectQuiet(world);
  });
});

describe('an event of ours that is made a series', () => {
  const daily = ['RRULE:FREQ=DAILY;COUNT=5'];
  const makeSeries = (id: string): unknown => world.sandbox.google.makeRecurring(CALENDAR, id, daily);
  const isSeries = (id: string): boolean =>
    (world.sandbox.google.event(CALENDAR, id)?.recurrence?.length ?? 0) > 0;

  it('again and again is put back each time', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    const id = eventOf(booking)?.id ?? '';
    for (let time = 0; time < 3; time += 1) {
      makeSeries(id);
      await world.sync();
      expect(isSeries(id)).toBe(false);
    }
    expectInStep(world);
    await expectQuiet(world);
  });

  it('goes whole when its booking is cancelled, also when it is then taken out of the bin', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    const id = eventOf(booking)?.id ?? '';
    makeSeries(id);
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    edit(id, { status: 'confirmed' });
    await world.sync();
    expect(exported(world)).toEqual([]);
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('while the local database is lost is single again, and still one', async () => {
    const booking = bookingAt('2026-11-24');
    await world.sync();
    makeSeries(eventOf(booking)?.id ?? '');
    await world.restart({ forget: true });
    await world.reconnect();
    await world.sync();
    expect(isSeries(eventOf(booking)?.id ?? '')).toBe(false);
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('a series of the technician’s', () => {
  it('moved, cut short and thinned out: the blocks follow', async () => {
    const series = personalAt('2026-11-24', { recurrence: ['RRULE:FREQ=DAILY;COUNT=10'] });
    await world.sync();
    edit(`${series}_20261126T090000Z`, timesOn('2026-11-28'));
    world.sandbox.google.deleteEvent(CALENDAR, `${series}_20261127T090000Z`);
    await world.sync();
    expect(blocks(world)).toHaveLength(9);
    expect(blocks(world).filter(({ start }) => start.startsWith('2026-11-28'))).toHaveLength(2);
    edit(series, { recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] });
    await world.sync();
    expect(
      blocks(world)
        .map(({ start }) => start.slice(0, 10))
        .sort(),
    ).toEqual(['2026-11-24', '2026-11-25', '2026-11-28']);
    await expectQuiet(world);
  });
});

describe('what is counted', () => {
  it('follows what is there, our own events among the skipped', async () => {
    const booking = bookingAt('2026-11-24');
    personalAt('2026-11-25', { transparency: 'transparent' });
    const personal = personalAt('2026-11-26');
    await world.sync();
    const counts = async () => {
      const { imported, exported: out } = onlyMapping(await world.sync());
      return { imported: imported.unchanged, skipped: imported.skipped, exported: out.unchanged };
    };
    expect(await counts()).toEqual({ imported: 1, skipped: 2, exported: 1 });
    world.sandbox.booking.bookings.cancel(booking.id);
    world.sandbox.google.deleteEvent(CALENDAR, personal);
    await world.sync();
    expect(await counts()).toEqual({ imported: 0, skipped: 1, exported: 0 });
  });
});
