import { afterEach, describe, expect, it } from 'vitest';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import { expectQuiet } from '../support/in-step.ts';
import { describeEachCalendar, expectAgreement, expectNothingToDo } from '../support/technician-calendar.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  EMAIL,
  exported,
  onlyAccount,
  onlyMapping,
  TECHNICIAN,
  type World,
  writes,
} from '../support/world.ts';

const DAY = 86_400_000;
const BOOKINGS = 400;
const SINGLES = 240;
const APPOINTMENTS = 300;

let world: World;

const dateAfter = (days: number): string =>
  new Date(Date.parse('2026-11-24T00:00:00Z') + days * DAY).toISOString().slice(0, 10);

/** Four jobs a day in the mornings, for a hundred days. */
function addBookings(count = BOOKINGS): void {
  for (let index = 0; index < count; index += 1) {
    const [date, hour] = [dateAfter(Math.floor(index / 4)), 8 + (index % 4)];
    addBooking(world, hour, {
      title: `Job ${index}`,
      start: `${date}T${String(hour).padStart(2, '0')}:00:00Z`,
      end: `${date}T${String(hour).padStart(2, '0')}:45:00Z`,
    });
  }
}

/** Appointments in the afternoons. */
function addAppointments(): void {
  for (let index = 0; index < SINGLES; index += 1) {
    const date = dateAfter(index % 120);
    const hour = index < 120 ? 14 : 16;
    addPersonal(world, hour, {
      summary: `Errand ${index}`,
      start: { dateTime: `${date}T${hour}:00:00Z` },
      end: { dateTime: `${date}T${hour}:30:00Z` },
    });
  }
}

/** Everything else a calendar holds; answers with how many busy blocks that is. */
function addOddities(): number {
  const allDay = (date: string, more: object = {}): string =>
    addPersonal(world, 0, { start: { date }, end: { date: dateAfterDate(date) }, ...more });
  const onDay = (day: string, hour: number, more: object): string =>
    addPersonal(world, hour, {
      start: { dateTime: `${day}T${hour}:00:00Z` },
      end: { dateTime: `${day}T${hour + 1}:00:00Z` },
      ...more,
    });
  // Twenty Tuesdays from before the clocks change in March until after, one of them moved and one called off.
  const series = addPersonal(world, 18, {
    summary: 'Five-a-side',
    start: { dateTime: '2027-01-05T18:30:00', timeZone: 'Europe/London' },
    end: { dateTime: '2027-01-05T19:30:00', timeZone: 'Europe/London' },
    recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=20'],
  });
  world.sandbox.google.editEvent(CALENDAR, `${series}_20270119T183000Z`, {
    start: { dateTime: '2027-01-20T18:30:00', timeZone: 'Europe/London' },
    end: { dateTime: '2027-01-20T19:30:00', timeZone: 'Europe/London' },
  });
  world.sandbox.google.deleteEvent(CALENDAR, `${series}_20270126T183000Z`);
  allDay('2026-12-24', { summary: 'Annual leave' });
  onDay('2026-12-28', 17, { summary: 'Dentist', visibility: 'private' });
  onDay('2026-12-29', 17, { summary: 'Maybe', status: 'tentative' });
  onDay('2026-12-30', 17, { summary: 'Focus', eventType: 'focusTime' });

  for (let day = 0; day < 10; day += 1) allDay(dateAfter(day), { transparency: 'transparent' });
  onDay('2026-12-31', 17, {
    organizer: { email: 'chair@example.com' },
    attendees: [{ email: EMAIL, responseStatus: 'declined' }],
  });
  for (let day = 0; day < 20; day += 1) {
    allDay(dateAfter(day), {
      eventType: 'workingLocation',
      workingLocationProperties: { type: 'homeOffice' },
    });
  }
  allDay('2027-01-02', { eventType: 'birthday', birthdayProperties: { type: 'birthday' } });
  addPersonal(world, 9, {
    start: { dateTime: '2028-01-01T09:00:00Z' },
    end: { dateTime: '2028-01-01T10:00:00Z' },
  });
  return 19 + 4;
}

const dateAfterDate = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10);

const blocksAt = (start: string): readonly BusyBlock[] =>
  blocks(world).filter((block) => block.start === start);

/** The hours that a customer is offered. */
async function offeredSlots(): Promise<readonly string[]> {
  const token = world.sandbox.booking.devices.addToken({ technicianId: TECHNICIAN });
  const query = new URLSearchParams({
    technicianId: TECHNICIAN,
    from: '2026-11-23T00:00:00Z',
    to: '2027-05-20T00:00:00Z',
    durationMinutes: '30',
  });
  const answer = await world.sandbox.fetch(`${world.sandbox.urls().booking}/availability?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { slots } = (await answer.json()) as { slots: readonly { start: string }[] };
  return slots.map(({ start }) => start);
}

describe('a first two-way sync of 400 bookings and 300 appointments', () => {
  afterEach(() => world.close());

  it('puts each into the other side exactly once', async () => {
    world = await createWorld();
    addBookings();
    addAppointments();
    const odd = addOddities();
    const before = await offeredSlots();
    const result = await world.sync();

    expect(onlyAccount(result).error).toBeNull();
    expect(onlyMapping(result)).toMatchObject({
      exported: { created: BOOKINGS, updated: 0, deleted: 0 },
      imported: { created: SINGLES + odd, updated: 0, deleted: 0 },
    });
    expect(new Set(exported(world).map(({ bookingId }) => bookingId)).size).toBe(BOOKINGS);
    expect(exported(world)).toHaveLength(BOOKINGS);
    expect(blocks(world)).toHaveLength(SINGLES + odd);
    expect(new Set(blocks(world).map(({ start, end }) => `${start} ${end}`)).size).toBe(SINGLES + odd);
    expect(JSON.stringify(blocks(world))).not.toMatch(/Errand|Dentist|side/);

    // Half past six by the clock on the wall, on both sides of the change on 28 March.
    expect(blocksAt('2027-03-23T18:30:00.000Z')).toHaveLength(1);
    expect(blocksAt('2027-03-30T17:30:00.000Z')).toHaveLength(1);
    // The Tuesday that was moved to Wednesday, and the one that was called off.
    expect(blocksAt('2027-01-20T18:30:00.000Z')).toHaveLength(1);
    expect(blocksAt('2027-01-19T18:30:00.000Z')).toHaveLength(0);
    expect(blocksAt('2027-01-26T18:30:00.000Z')).toHaveLength(0);
    expect(blocksAt('2026-12-24')).toMatchObject([{ end: '2026-12-25', status: 'busy' }]);
    expect(blocksAt('2026-12-29T17:00:00.000Z')).toMatchObject([{ status: 'tentative' }]);

    const after = new Set(await offeredSlots());
    const gone = before.filter((slot) => !after.has(slot));
    expect(before).toEqual(expect.arrayContaining([...after]));
    expect(gone).toEqual(expect.arrayContaining(['2026-11-24T14:00:00.000Z', '2026-12-24T12:00:00.000Z']));
    for (const { start } of blocks(world)) expect(after).not.toContain(start);
  });

  it('is followed by a sync of one request to each side and no write', async () => {
    world = await createWorld();
    addBookings();
    addAppointments();
    addOddities();
    await world.sync();
    world.sandbox.faults.journal.clear();
    const result = await world.sync();

    expect(writes(world)).toEqual([]);
    expect(onlyAccount(result).requests).toEqual({ provider: 1, booking: 1 });
    expect(
      world.sandbox.faults.journal
        .entries()
        .map(({ service }) => service)
        .sort(),
    ).toEqual(['booking', 'google']);
    expect(onlyMapping(result).exported).toMatchObject({
      created: 0,
      updated: 0,
      deleted: 0,
      unchanged: BOOKINGS,
    });
    await expectQuiet(world);
  });

  it('says of every event that is left out why it is', async () => {
    world = await createWorld();
    addOddities();
    await world.sync();
    const reasons = world.sandbox.google
      .events(CALENDAR)
      .flatMap(({ id }) => world.app.explain(id).links.filter(({ state }) => state === 'skipped'))
      .map(({ reason }) => reason);
    const counts = [...Map.groupBy(reasons, String)].map(([reason, all]) => [reason, all.length]);
    expect(Object.fromEntries(counts)).toEqual({
      'It is marked as free time.': 10,
      'You declined it.': 1,
      'It only says where you work.': 20,
      'It is a birthday.': 1,
    });
  });
});

describeEachCalendar(['Microsoft', 'CalDAV'], (open, name) => {
  // Radicale looks through all of a calendar before it adds to it.
  const bookings = name === 'CalDAV' ? 100 : BOOKINGS;

  it(`a first two-way sync of ${bookings} bookings and 300 appointments puts each into the other side exactly once`, async () => {
    const calendar = await open();
    world = calendar.world;
    addBookings(bookings);
    await calendar.fill(APPOINTMENTS, '2026-11-24T14:00:00Z');
    const result = await world.sync();

    expect(onlyAccount(result).error).toBeNull();
    expect(onlyMapping(result)).toMatchObject({
      exported: { created: bookings, updated: 0, deleted: 0 },
      imported: { created: APPOINTMENTS, updated: 0, deleted: 0 },
    });
    await expectAgreement(calendar);
    expect(JSON.stringify(blocks(world))).not.toContain('Appointment');
    await expectNothingToDo(calendar);
    const quiet = await world.sync();
    expect(onlyAccount(quiet).requests).toEqual({ provider: 1, booking: 1 });
    expect(onlyMapping(quiet).exported).toMatchObject({ created: 0, unchanged: bookings });
  });
});
