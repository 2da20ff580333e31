import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  onlyAccount,
  onlyMapping,
  type SavedDatabase,
  TECHNICIAN,
  type World,
  writes,
} from '../support/world.ts';

const MOVED = {
  start: { dateTime: '2026-11-24T18:00:00Z', timeZone: 'Europe/London' },
  end: { dateTime: '2026-11-24T20:00:00Z', timeZone: 'Europe/London' },
};

let world: World;
let booking: Booking;
let personal: string;

beforeEach(async () => {
  world = await createWorld();
  booking = addBooking(world, 9);
  addBooking(world, 13);
  personal = addPersonal(world, 10);
  addPersonal(world, 12);
  await world.sync();
});
afterEach(() => world.close());

const eventOf = (id = booking.id) => exported(world).find(({ bookingId }) => bookingId === id);
const edit = (patch: object): unknown => world.sandbox.google.editEvent(CALENDAR, eventOf()?.id ?? '', patch);
const stored = (): Booking | undefined => world.sandbox.booking.bookings.get(booking.id);

/** The one run in which it is found out what is there. */
async function adopting(): Promise<void> {
  world.sandbox.faults.journal.clear();
  expect(onlyAccount(await world.sync()).error).toBeNull();
}

describe('after the local database was lost', () => {
  async function lose(mapping = {}): Promise<void> {
    await world.restart({ forget: true });
    await world.reconnect(mapping);
    await adopting();
  }

  it('everything is recognised and nothing written', async () => {
    await lose();
    expect(writes(world)).toEqual([]);
    expectInStep(world);
    expect(world.app.conflicts()).toEqual([]);
    await expectQuiet(world);
  });

  it('a move made meanwhile is proposed, not overwritten', async () => {
    edit(MOVED);
    await lose();
    expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
    expect(eventOf()?.start).toBe('2026-11-24T18:00:00.000Z');
    await expectQuiet(world);
    expectInStep(world);
  });

  it('a title changed meanwhile is put back and kept on record', async () => {
    edit({ summary: 'My own words' });
    await lose();
    expect(eventOf()?.summary).toBe('Job at 9');
    await expectQuiet(world);
  });

  it('a booking changed meanwhile is brought up to date', async () => {
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
    await lose();
    expect(eventOf()?.summary).toBe('Second visit');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a booking cancelled meanwhile goes', async () => {
    world.sandbox.booking.bookings.cancel(booking.id);
    await lose();
    expect(eventOf()).toBeUndefined();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a booking deleted meanwhile goes', async () => {
    world.sandbox.booking.bookings.delete(booking.id);
    await lose();
    expect(eventOf()).toBeUndefined();
    await expectQuiet(world);
  });

  it('an event deleted meanwhile is restored', async () => {
    const before = eventOf()?.id ?? '';
    world.sandbox.google.deleteEvent(CALENDAR, before);
    await lose({ onDelete: 'restore' });
    expect(eventOf()?.id).not.toBe(before);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('an event deleted meanwhile is left away where that is the policy', async () => {
    world.sandbox.google.deleteEvent(CALENDAR, eventOf()?.id ?? '');
    await lose({ onDelete: 'leave' });
    expect(eventOf()).toBeUndefined();
    expect(exported(world)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('an event deleted meanwhile is asked about where that is the policy', async () => {
    world.sandbox.google.deleteEvent(CALENDAR, eventOf()?.id ?? '');
    await lose({ onDelete: 'ask' });
    expect(eventOf()).toBeUndefined();
    expect(world.app.conflicts()).toMatchObject([{ bookingId: booking.id, kind: 'deleted' }]);
    await expectQuiet(world);
  });

  it('an event dragged out of the window is found under its id, and the move proposed', async () => {
    edit({ start: { dateTime: '2028-01-10T09:00:00Z' }, end: { dateTime: '2028-01-10T11:00:00Z' } });
    await lose();
    expect(stored()?.start).toBe('2028-01-10T09:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a booking that is new since is added, once', async () => {
    addBooking(world, 17);
    await lose();
    expect(onlyMapping(await world.sync()).exported).toMatchObject({ created: 0, unchanged: 3 });
    expectInStep(world);
  });

  it('the block of an appointment deleted meanwhile goes', async () => {
    world.sandbox.google.deleteEvent(CALENDAR, personal);
    await lose();
    expect(blocks(world).map(({ start }) => start)).toEqual(['2026-11-25T12:00:00.000Z']);
    await expectQuiet(world);
  });

  it('the block of an appointment made free meanwhile goes', async () => {
    world.sandbox.google.editEvent(CALENDAR, personal, { transparency: 'transparent' });
    await lose();
    expectInStep(world);
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });

  it('the block of an appointment moved meanwhile moves', async () => {
    world.sandbox.google.editEvent(CALENDAR, personal, {
      start: { dateTime: '2026-11-25T15:00:00Z' },
      end: { dateTime: '2026-11-25T16:00:00Z' },
    });
    await lose();
    expectInStep(world);
    expect(blocks(world)).toHaveLength(2);
    await expectQuiet(world);
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
    world.sandbox.booking.blocks.put(foreign);
    await lose();
    expect(world.sandbox.booking.blocks.get(foreign.id)).toEqual(foreign);
    expect(writes(world)).toEqual([]);
  });
});

describe('after an older database was put back', () => {
  let older: SavedDatabase;
  beforeEach(() => {
    older = world.save();
  });

  async function goBack(): Promise<void> {
    await world.restart({ from: older });
    await adopting();
  }

  it('what was made since is recognised', async () => {
    addBooking(world, 17);
    addPersonal(world, 16);
    await world.sync();
    await goBack();
    expect(writes(world).filter((write) => write.includes('/google'))).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('an event that was restored since is recognised under its new identity', async () => {
    world.sandbox.google.deleteEvent(CALENDAR, eventOf()?.id ?? '');
    await world.sync();
    const restored = eventOf()?.id;
    await goBack();
    expect(writes(world)).toEqual([]);
    expect(eventOf()?.id).toBe(restored);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a booking that was updated since is not taken for an edit of the technician', async () => {
    world.sandbox.booking.bookings.patch(booking.id, {
      title: 'Second visit',
      start: '2026-11-24T15:30:00Z',
      end: '2026-11-24T17:00:00Z',
    });
    await world.sync();
    await goBack();
    expect(writes(world)).toEqual([]);
    expect(world.app.conflicts()).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a move made since, and accepted, stays', async () => {
    edit(MOVED);
    await world.sync();
    await goBack();
    expect(writes(world)).toEqual([]);
    expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a move made since, and not yet proposed, is', async () => {
    addBooking(world, 21);
    await world.sync();
    edit(MOVED);
    await goBack();
    expect(stored()?.start).toBe('2026-11-24T18:00:00.000Z');
    expectInStep(world);
    await expectQuiet(world);
  });

  it('what was deleted since stays deleted, on both sides', async () => {
    world.sandbox.booking.bookings.cancel(booking.id);
    world.sandbox.google.deleteEvent(CALENDAR, personal);
    await world.sync();
    await goBack();
    expect(eventOf()).toBeUndefined();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a block whose appointment came and went since does not stay for ever', async () => {
    const brief = addPersonal(world, 16);
    await world.sync();
    await world.restart({ from: older });
    world.sandbox.google.deleteEvent(CALENDAR, brief);
    await world.sync();
    world.clock.advance(86_400_000);
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('blocks that were removed since are made again by the next complete listing', async () => {
    world.sandbox.google.deleteEvent(CALENDAR, personal);
    await world.sync();
    world.sandbox.google.editEvent(CALENDAR, personal, { status: 'confirmed' });
    await goBack();
    world.clock.advance(86_400_000);
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });
});
