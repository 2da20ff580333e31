import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { ConflictItem } from '../../src/shared/domain/decision.ts';
import type { OnDelete } from '../../src/shared/domain/mapping.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
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

let world: World;
let booking: Booking;
afterEach(() => world.close());

async function synced(onDelete: OnDelete = 'restore'): Promise<void> {
  world = await createWorld({ mapping: { onDelete } });
  booking = addBooking(world, 9, { customer: { name: 'Alice Ashworth', phone: '07700 900123' } });
  await world.sync();
}

const event = () => exported(world)[0];
const stored = (): Booking | undefined => world.sandbox.booking.bookings.get(booking.id);
const editEvent = (changes: object): unknown =>
  world.sandbox.google.editEvent(CALENDAR, event()?.id ?? '', changes);
const editBooking = (changes: object): unknown => world.sandbox.booking.bookings.patch(booking.id, changes);
const at = (hour: number): object => ({
  start: { dateTime: `2026-11-24T${hour}:00:00Z` },
  end: { dateTime: `2026-11-24T${hour + 2}:00:00Z` },
});

function onlyConflict(): ConflictItem {
  const [conflict, ...more] = world.app.conflicts();
  expect(more).toEqual([]);
  if (conflict === undefined) throw new RangeError('Nothing waits in the inbox');
  return conflict;
}

async function decide(keep: 'booking' | 'calendar'): Promise<void> {
  await world.app.resolveConflict(onlyConflict().id, keep);
  expect(world.app.conflicts()).toEqual([]);
  await world.sync();
}

describe('the same field changed on both sides', () => {
  beforeEach(() => synced());

  const fields: [string, object, object, object, object][] = [
    [
      'time',
      { start: '2026-11-24T11:00:00Z', end: '2026-11-24T13:00:00Z' },
      at(15),
      { start: '2026-11-24T11:00:00.000Z' },
      { start: '2026-11-24T15:00:00.000Z' },
    ],
    ['title', { title: 'Theirs' }, { summary: 'Mine' }, { summary: 'Theirs' }, { summary: 'Mine' }],
    ['place', { location: 'Theirs' }, { location: 'Mine' }, { location: 'Theirs' }, { location: 'Mine' }],
    [
      'notes',
      { description: 'Theirs' },
      { description: 'Mine\n\nAlice Ashworth · 07700 900123' },
      { description: 'Theirs\n\nAlice Ashworth · 07700 900123' },
      { description: 'Mine\n\nAlice Ashworth · 07700 900123' },
    ],
  ];

  describe.each(fields)('%s', (_, theirs, mine, shownTheirs, shownMine) => {
    beforeEach(async () => {
      editBooking(theirs);
      editEvent(mine);
      await world.sync();
    });

    it('the booking wins for now, and the inbox shows both', async () => {
      expect(event()).toMatchObject(shownTheirs);
      expect(onlyConflict()).toMatchObject({ bookingId: booking.id, kind: 'both-edited' });
      await expectQuiet(world);
      expect(world.app.conflicts()).toHaveLength(1);
    });

    it('keep the booking’s: it stays so', async () => {
      await decide('booking');
      expect(event()).toMatchObject(shownTheirs);
      expect(world.app.conflicts()).toEqual([]);
      await expectQuiet(world);
    });

    it('keep the calendar’s: dispatch is asked, and it is so on both sides', async () => {
      await decide('calendar');
      expect(event()).toMatchObject(shownMine);
      expectInStep(world);
      expect(world.app.conflicts()).toEqual([]);
      await expectQuiet(world);
    });
  });

  it('keep the calendar’s, which dispatch refuses: back in the inbox', async () => {
    editBooking({ title: 'Theirs' });
    editEvent({ summary: 'Mine' });
    await world.sync();
    const before = onlyConflict();
    world.sandbox.faults.add({
      service: 'booking',
      method: 'PATCH',
      effect: { kind: 'status', status: 403, reason: 'not_allowed', when: 'before' },
    });
    await decide('calendar');
    expect(onlyConflict()).toEqual(before);
    expect(event()?.summary).toBe('Theirs');
    await expectQuiet(world);
  });

  it('keep the calendar’s, which makes no sense to the booking system: back in the inbox, asked once', async () => {
    editBooking({ title: 'Theirs' });
    editEvent({ summary: 'Mine' });
    await world.sync();
    world.sandbox.faults.journal.clear();
    world.sandbox.faults.add({
      service: 'booking',
      method: 'PATCH',
      times: null,
      effect: { kind: 'status', status: 422, reason: 'invalid_request', when: 'before' },
    });
    await decide('calendar');
    expect(onlyConflict()).toMatchObject({ kind: 'both-edited', fields: ['title'] });
    expect(writes(world)).toHaveLength(1);
  });

  it('keep the calendar’s, while the booking system is down: carried out when it is back', async () => {
    editBooking({ title: 'Theirs' });
    editEvent({ summary: 'Mine' });
    await world.sync();
    world.sandbox.faults.add({
      service: 'booking',
      method: 'PATCH',
      times: null,
      effect: { kind: 'drop', when: 'after' },
    });
    await decide('calendar');
    world.sandbox.faults.clear();
    await world.sync();
    expect(event()?.summary).toBe('Mine');
    expectInStep(world);
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });

  it('a decision made while the technician moves the event once more loses neither', async () => {
    editBooking({ title: 'Theirs' });
    editEvent({ summary: 'Mine' });
    await world.sync();
    await world.app.resolveConflict(onlyConflict().id, 'calendar');
    editEvent(at(15));
    await world.sync();
    await world.sync();
    expect(stored()).toMatchObject({ title: 'Mine', start: '2026-11-24T15:00:00.000Z' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a newer disagreement takes the older one’s place', async () => {
    editBooking({ title: 'Theirs' });
    editEvent({ summary: 'Mine' });
    await world.sync();
    editBooking({ title: 'Theirs again' });
    editEvent({ summary: 'Mine again' });
    await world.sync();
    expect(onlyConflict()).toMatchObject({
      booking: { title: 'Theirs again' },
      calendar: { title: 'Mine again' },
    });
  });
});

describe('a refused proposal', () => {
  beforeEach(async () => {
    await synced();
    addBooking(world, 15);
    editEvent(at(16));
    await world.sync();
  });

  it('is put back, waits in the inbox, and is not proposed again by itself', async () => {
    expect(event()?.start).toBe('2026-11-24T09:00:00.000Z');
    expect(onlyConflict()).toMatchObject({
      kind: 'proposal-refused',
      calendar: { start: '2026-11-24T16:00:00.000Z' },
    });
    await expectQuiet(world);
  });

  it('keep the calendar’s: asked again, and accepted once the slot is free', async () => {
    await decide('calendar');
    expect(onlyConflict().kind).toBe('proposal-refused');
    const rival = world.sandbox.booking.bookings.all().find(({ id }) => id !== booking.id);
    world.sandbox.booking.bookings.cancel(rival?.id ?? '');
    await decide('calendar');
    expect(stored()?.start).toBe('2026-11-24T16:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('keep the booking’s: settled', async () => {
    await decide('booking');
    expect(stored()?.start).toBe('2026-11-24T09:00:00Z');
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });

  it('another move is another proposal', async () => {
    editEvent(at(19));
    await world.sync();
    expect(stored()?.start).toBe('2026-11-24T19:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a move that the booking system cannot make sense of is refused like any other', async () => {
    world.sandbox.faults.add({
      service: 'booking',
      method: 'PATCH',
      effect: { kind: 'status', status: 422, reason: 'invalid_request', when: 'before' },
    });
    editEvent(at(19));
    await world.sync();
    expect(event()?.start).toBe('2026-11-24T09:00:00.000Z');
    expect(onlyConflict()).toMatchObject({ calendar: { start: '2026-11-24T19:00:00.000Z' } });
    await expectQuiet(world);
  });
});

describe('an event edited and its booking cancelled', () => {
  beforeEach(async () => {
    await synced();
    editEvent({ summary: 'Mine' });
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
  });

  it('keep the booking’s: settled', async () => {
    expect(onlyConflict()).toMatchObject({
      kind: 'edited-then-cancelled',
      fields: ['title'],
      booking: { title: booking.title, status: 'cancelled' },
      calendar: { title: 'Mine' },
    });
    await decide('booking');
    expect(exported(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('keep the calendar’s is refused with a sentence that says what to do', async () => {
    await expect(world.app.resolveConflict(onlyConflict().id, 'calendar')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('ask dispatch'),
    });
    expect(world.app.conflicts()).toHaveLength(1);
  });
});

describe('a deleted event that is asked about', () => {
  beforeEach(async () => {
    await synced('ask');
    world.sandbox.google.deleteEvent(CALENDAR, event()?.id ?? '');
    await world.sync();
  });

  it('keep the booking’s: it is made again', async () => {
    await decide('booking');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('keep the calendar’s: it stays away, until the booking changes', async () => {
    await decide('calendar');
    expect(exported(world)).toEqual([]);
    await expectQuiet(world);
    editBooking({ title: 'Second visit' });
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('answers itself when the booking is cancelled', async () => {
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });

  it.each<[string, () => unknown]>([
    ['cancelled', () => world.sandbox.booking.bookings.cancel(booking.id)],
    ['given to somebody else', () => world.sandbox.booking.bookings.reassign(booking.id, ['tech_other'])],
  ])('keep the booking’s, which is %s before that is carried out: nothing is made', async (_, goes) => {
    goes();
    world.sandbox.faults.journal.clear();
    await decide('booking');
    expect(writes(world)).toEqual([]);
    expect(exported(world)).toEqual([]);
    expect(world.app.logs({ search: 'nothing left to decide' }).items).toMatchObject([
      { bookingId: booking.id },
    ]);
    await expectQuiet(world);
  });

  it('answers itself when the booking changes and the event is made again', async () => {
    editBooking({ title: 'Second visit' });
    await world.sync();
    expectInStep(world);
    expect(world.app.conflicts()).toEqual([]);
  });
});

describe('an event that somebody else keeps rewriting', () => {
  beforeEach(async () => {
    await synced();
    for (let time = 1; time <= 4; time += 1) {
      editEvent({ summary: `Rewritten ${time}` });
      await world.sync();
    }
  });

  it('is left alone after three times, and reported once', async () => {
    expect(event()?.summary).toBe('Rewritten 4');
    expect(onlyConflict()).toMatchObject({
      kind: 'parked',
      booking: { title: 'Job at 9' },
      calendar: { title: 'Rewritten 4' },
    });
    world.sandbox.faults.journal.clear();
    editEvent({ summary: 'Rewritten 5' });
    expect(onlyMapping(await world.sync())).toMatchObject({ conflicts: 0, exported: { skipped: 1 } });
    await world.sync();
    expect(writes(world)).toEqual([]);
    expect(world.app.conflicts()).toHaveLength(1);
    expect(world.app.explain(booking.id).links).toMatchObject([{ state: 'parked' }]);
  });

  it('is taken up again when the booking changes, and the report is settled', async () => {
    editBooking({ location: '14 Mill Lane' });
    await world.sync();
    expectInStep(world);
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
    editEvent({ summary: 'Rewritten once more' });
    await world.sync();
    expect(event()?.summary).toBe('Job at 9');
  });

  it('is taken up again when the technician says so', async () => {
    await decide('booking');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('is left alone for good when the technician says so', async () => {
    await decide('calendar');
    expect(event()?.summary).toBe('Rewritten 4');
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });

  it('goes when its booking is cancelled', async () => {
    world.sandbox.booking.bookings.cancel(booking.id);
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(exported(world)).toEqual([]);
  });
});

it('an event that is deleted again and again is left alone after three times', async () => {
  await synced();
  for (let time = 1; time <= 4; time += 1) {
    world.sandbox.google.deleteEvent(CALENDAR, event()?.id ?? '');
    await world.sync();
  }
  expect(exported(world)).toEqual([]);
  expect(onlyConflict().kind).toBe('parked');
  await expectQuiet(world);
  editBooking({ title: 'Second visit' });
  await world.sync();
  expectInStep(world);
  await expectQuiet(world);
});
