import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  type World,
} from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const raw = (bookingId: string) => {
  const id = exported(world).find((event) => event.bookingId === bookingId)?.id ?? '';
  return world.sandbox.google.event(CALENDAR, id);
};
const stored = (id: string) => world.sandbox.booking.bookings.get(id);

describe('clocks that change', () => {
  // Nine by the clock on the wall in London: UTC in winter, an hour before in summer.
  it.each([
    ['the day before they go forward', '2027-03-27T09:00:00+00:00', '2027-03-27T09:00:00.000Z'],
    ['the day they go forward', '2027-03-28T09:00:00+01:00', '2027-03-28T08:00:00.000Z'],
    ['the day after', '2027-03-29T09:00:00+01:00', '2027-03-29T08:00:00.000Z'],
  ])('%s: a booking at nine is at nine', async (_, start, instant) => {
    const booking = addBooking(world, 9, { start, end: start.replace('T09', 'T10') });
    await world.sync();
    expect(exported(world)).toMatchObject([{ start: instant }]);
    const event = raw(booking.id);
    expect(event?.start).toMatchObject({ timeZone: 'Europe/London' });
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/London',
      hour: '2-digit',
      minute: '2-digit',
    });
    expect(shown.format(new Date(event?.start.dateTime ?? ''))).toBe('09:00');
    await expectQuiet(world);
  });

  it('a booking moved across the change keeps its wall-clock time and its zone', async () => {
    const booking = addBooking(world, 9, { start: '2027-03-26T09:00:00Z', end: '2027-03-26T10:00:00Z' });
    await world.sync();
    world.sandbox.google.editEvent(CALENDAR, raw(booking.id)?.id ?? '', {
      start: { dateTime: '2027-03-29T09:00:00+01:00', timeZone: 'Europe/London' },
      end: { dateTime: '2027-03-29T10:00:00+01:00', timeZone: 'Europe/London' },
    });
    await world.sync();
    expect(stored(booking.id)).toMatchObject({
      start: '2027-03-29T08:00:00.000Z',
      end: '2027-03-29T09:00:00.000Z',
      timeZone: 'Europe/London',
    });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('an appointment in the hour that comes twice is the one it says', async () => {
    world.clock.advance(320 * 86_400_000);
    for (const offset of ['+01:00', '+00:00']) {
      addPersonal(world, 1, {
        start: { dateTime: `2027-10-31T01:30:00${offset}`, timeZone: 'Europe/London' },
        end: { dateTime: `2027-10-31T01:45:00${offset}`, timeZone: 'Europe/London' },
      });
    }
    await world.sync();
    expect(
      blocks(world)
        .map(({ start }) => start)
        .sort(),
    ).toEqual(['2027-10-31T00:30:00.000Z', '2027-10-31T01:30:00.000Z']);
    await expectQuiet(world);
  });
});

describe('other zones', () => {
  it.each([
    ['America/New_York', '2026-12-01T09:00:00-05:00', '2026-12-01T14:00:00.000Z'],
    ['Asia/Kathmandu', '2026-12-01T09:00:00+05:45', '2026-12-01T03:15:00.000Z'],
    ['Pacific/Auckland', '2026-12-01T09:00:00+13:00', '2026-11-30T20:00:00.000Z'],
  ])('a booking in %s lands at its instant, with its zone', async (timeZone, start, instant) => {
    const booking = addBooking(world, 9, { start, end: start.replace('T09', 'T10'), timeZone });
    await world.sync();
    expect(exported(world)).toMatchObject([{ start: instant }]);
    expect(raw(booking.id)?.start.timeZone).toBe(timeZone);
    await expectQuiet(world);
    world.sandbox.google.moveEvent(CALENDAR, raw(booking.id)?.id ?? '', { byMinutes: 90 });
    await world.sync();
    expect(Date.parse(stored(booking.id)?.start ?? '') - Date.parse(instant)).toBe(90 * 60_000);
    expect(stored(booking.id)?.timeZone).toBe(timeZone);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('only the zone of an event changed: the same appointment, nothing to write', async () => {
    const booking = addBooking(world, 9);
    await world.sync();
    const before = stored(booking.id);
    world.sandbox.google.editEvent(CALENDAR, raw(booking.id)?.id ?? '', {
      start: { dateTime: '2026-11-24T10:00:00+01:00', timeZone: 'Europe/Paris' },
      end: { dateTime: '2026-11-24T12:00:00+01:00', timeZone: 'Europe/Paris' },
    });
    await world.sync();
    expect(stored(booking.id)).toEqual(before);
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });
});

describe('whole days', () => {
  const ALL_DAY = { start: '2026-12-01', end: '2026-12-03' };

  it('a booking lasts the same days in the calendar', async () => {
    const booking = addBooking(world, 9, ALL_DAY);
    await world.sync();
    expect(raw(booking.id)).toMatchObject({ start: { date: '2026-12-01' }, end: { date: '2026-12-03' } });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('moved by the technician, the days are proposed', async () => {
    const booking = addBooking(world, 9, ALL_DAY);
    await world.sync();
    world.sandbox.google.editEvent(CALENDAR, raw(booking.id)?.id ?? '', {
      start: { date: '2026-12-07' },
      end: { date: '2026-12-09' },
    });
    await world.sync();
    expect(stored(booking.id)).toMatchObject({ start: '2026-12-07', end: '2026-12-09' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a booking given hours, and days again, follows in the calendar', async () => {
    const booking = addBooking(world, 9, ALL_DAY);
    await world.sync();
    world.sandbox.booking.bookings.patch(booking.id, {
      start: '2026-12-01T09:00:00Z',
      end: '2026-12-01T10:00:00Z',
    });
    await world.sync();
    expect(raw(booking.id)?.start.date).toBeUndefined();
    expectInStep(world);
    world.sandbox.booking.bookings.patch(booking.id, ALL_DAY);
    await world.sync();
    expect(raw(booking.id)?.start).toEqual({ date: '2026-12-01' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('an appointment blocks the days that the technician lives in', async () => {
    addPersonal(world, 9, { start: { date: '2026-12-24' }, end: { date: '2026-12-27' } });
    await world.sync();
    expect(blocks(world)).toMatchObject([
      { start: '2026-12-24', end: '2026-12-27', timeZone: 'Europe/London', status: 'busy' },
    ]);
    await expectQuiet(world);
  });
});
