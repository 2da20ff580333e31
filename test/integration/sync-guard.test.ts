import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  TECHNICIAN,
  type World,
  writes,
} from '../support/world.ts';

type Service = 'google' | 'booking';

const DAY = 86_400_000;

let world: World;
afterEach(() => world.close());

/** Eight bookings and eight appointments, in step. */
async function eightOfEach(): Promise<void> {
  world = await createWorld();
  for (let index = 0; index < 8; index += 1) {
    addBooking(world, 5 + 2 * index);
    addPersonal(world, 5 + index);
  }
  await world.sync();
}

const LISTINGS: Record<Service, string> = { google: '/events\\?', booking: '/bookings\\?' };

/** The next complete listings of a service show nothing, as if that were the truth. */
function showNothing(service: Service, times: number | null = null): void {
  if (service === 'google') world.sandbox.google.expireSyncTokens();
  else world.sandbox.booking.expireCursors();
  world.sandbox.faults.add({
    service,
    path: LISTINGS[service],
    times,
    effect: { kind: 'hook', name: 'empty-listing' },
  });
}

const onlyHold = () => {
  const [hold, ...more] = world.app.holds();
  expect(more).toEqual([]);
  return hold;
};
const personalIds = (): readonly string[] =>
  world.sandbox.google
    .events(CALENDAR)
    .filter(({ summary }) => summary?.startsWith('Private'))
    .map(({ id }) => id);

describe.each<[Service, number, object]>([
  // Our own events are missing as well. What is new on the side that answers badly is not seen.
  ['google', 16, { exported: 9, blocks: 8 }],
  ['booking', 8, { exported: 8, blocks: 9 }],
])('an empty listing of %s after a full one', (service, count, meanwhile) => {
  beforeEach(eightOfEach);

  it('deletes nothing and waits for a decision', async () => {
    world.sandbox.faults.journal.clear();
    showNothing(service);
    const result = await world.sync();
    expect(onlyMapping(result).held).toBe(count);
    expect(writes(world)).toEqual([]);
    const hold = onlyHold();
    expect(hold?.reason).toBe('The listing was suddenly empty.');
    expect(hold?.deletions).toHaveLength(count);
    expect(hold?.deletions[0]).toMatchObject({ title: expect.stringMatching(/Job|Private/) });
    expect(world.app.status()).toMatchObject({ holds: 1, state: 'attention' });

    await world.sync();
    await world.sync();
    expect(onlyHold()?.id).toBe(hold?.id);
    expect(writes(world)).toEqual([]);
    expectInStep(world);
  });

  it('does everything else', async () => {
    showNothing(service);
    addBooking(world, 9, { start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' });
    addPersonal(world, 20);
    await world.sync();
    expect({ exported: exported(world).length, blocks: blocks(world).length }).toEqual(meanwhile);
    expect(world.app.holds()).toHaveLength(1);
  });

  it('is over when everything shows again', async () => {
    showNothing(service);
    await world.sync();
    world.sandbox.faults.clear();
    world.sandbox.faults.journal.clear();
    expect(onlyMapping(await world.sync()).held).toBe(0);
    expect(world.app.holds()).toEqual([]);
    expect(writes(world)).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('discarded: the answer is kept over the next complete listings', async () => {
    showNothing(service);
    await world.sync();
    expect(await world.app.decideHold(onlyHold()?.id ?? '', 'discarded')).toBe(count);
    world.sandbox.faults.journal.clear();
    for (let day = 0; day < 3; day += 1) {
      expect(onlyMapping(await world.sync()).held).toBe(0);
      world.clock.advance(DAY);
    }
    expect(writes(world)).toEqual([]);
    expectInStep(world);
  });

  it('discarded: what shows again later is kept in step again', async () => {
    showNothing(service);
    await world.sync();
    await world.app.decideHold(onlyHold()?.id ?? '', 'discarded');
    await world.sync();
    world.sandbox.faults.clear();
    world.clock.advance(DAY);
    await world.sync();
    world.sandbox.booking.bookings.cancel(exported(world)[0]?.bookingId ?? '');
    world.sandbox.google.deleteEvent(CALENDAR, personalIds()[0] ?? '');
    await world.sync();
    expect(exported(world)).toHaveLength(7);
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('a hold that is released', () => {
  beforeEach(eightOfEach);

  it('frees the time of appointments that are really gone', async () => {
    for (const id of personalIds()) world.sandbox.google.deleteEvent(CALENDAR, id);
    world.sandbox.google.expireSyncTokens();
    expect(onlyMapping(await world.sync()).held).toBe(8);
    expect(blocks(world)).toHaveLength(8);
    expect(await world.app.decideHold(onlyHold()?.id ?? '', 'released')).toBe(8);
    const result = await world.sync();
    expect(onlyMapping(result)).toMatchObject({ held: 0, imported: { deleted: 8 } });
    expect(blocks(world)).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('frees the time of appointments that nothing here was known of any more', async () => {
    const older = world.save();
    for (let index = 0; index < 8; index += 1) addPersonal(world, 14 + index);
    await world.sync();
    for (const id of personalIds()) world.sandbox.google.deleteEvent(CALENDAR, id);
    await world.restart({ from: older });
    // All is listed, and compared since the window has moved.
    world.sandbox.google.expireSyncTokens();
    world.clock.advance(DAY);

    expect(onlyMapping(await world.sync()).held).toBe(16);
    const hold = onlyHold();
    expect(onlyMapping(await world.sync()).held).toBe(16);
    expect(onlyHold()).toMatchObject({ id: hold?.id, deletions: { length: 16 } });
    expect(blocks(world)).toHaveLength(16);

    expect(await world.app.decideHold(hold?.id ?? '', 'released')).toBe(16);
    await world.sync();
    expect(blocks(world)).toEqual([]);
    expect(world.app.holds()).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('is not asked about again where more blocks turn up that nothing here was known of', async () => {
    for (let index = 0; index < 8; index += 1) addPersonal(world, 14 + index);
    await world.sync();
    for (const id of personalIds()) world.sandbox.google.deleteEvent(CALENDAR, id);
    const stored = world.sandbox.booking.blocks;
    const later = blocks(world).slice(8);
    for (const { id } of later) stored.delete(id);
    await world.restart({ forget: true });
    await world.reconnect();
    expect(onlyMapping(await world.sync()).held).toBe(8);
    const first = onlyHold()?.id;
    await world.app.decideHold(first ?? '', 'released');
    for (const block of later) stored.put(block);

    expect(onlyMapping(await world.sync())).toMatchObject({ held: 8, imported: { deleted: 8 } });
    expect(onlyHold()?.id).not.toBe(first);
    expect(blocks(world).map(({ id }) => id)).toEqual(later.map(({ id }) => id));
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('is kept as the answer for blocks that nothing here was known of, where they are to stay', async () => {
    for (const id of personalIds()) world.sandbox.google.deleteEvent(CALENDAR, id);
    await world.restart({ forget: true });
    await world.reconnect();
    expect(onlyMapping(await world.sync()).held).toBe(8);
    await world.app.decideHold(onlyHold()?.id ?? '', 'discarded');
    for (let run = 0; run < 2; run += 1) expect(onlyMapping(await world.sync()).held).toBe(0);
    // Another day lists and compares everything afresh.
    await world.clock.sleep(86_400_000);
    expect(onlyMapping(await world.sync()).held).toBe(0);
    expect(blocks(world)).toHaveLength(8);
  });

  it('removes the events of bookings that are really gone', async () => {
    for (const { id } of world.sandbox.booking.bookings.all()) world.sandbox.booking.bookings.delete(id);
    world.sandbox.booking.expireCursors();
    expect(onlyMapping(await world.sync()).held).toBe(8);
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    expect(exported(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('still asks after each booking before its event goes', async () => {
    showNothing('booking');
    await world.sync();
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('is an answer for once: the next empty listing is held again', async () => {
    showNothing('booking', 2);
    await world.sync();
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    await world.sync();
    showNothing('booking');
    expect(onlyMapping(await world.sync()).held).toBe(8);
    expectInStep(world);
  });
});

describe('many deletions at once', () => {
  const FORTY = 40;

  beforeEach(async () => {
    world = await createWorld();
  });

  function fortyBookings(): void {
    for (let index = 0; index < FORTY; index += 1) {
      const day = `2026-12-${String(1 + Math.floor(index / 4)).padStart(2, '0')}`;
      const hour = String(8 + 2 * (index % 4)).padStart(2, '0');
      addBooking(world, 9, {
        title: `Job ${index}`,
        start: `${day}T${hour}:00:00Z`,
        end: `${day}T${hour}:30:00Z`,
      });
    }
  }

  const cancelThirty = (): void => {
    for (const { id } of world.sandbox.booking.bookings.all().slice(0, 30))
      world.sandbox.booking.bookings.cancel(id);
  };

  it('30 of 40 bookings cancelled: held, and done when released', async () => {
    fortyBookings();
    await world.sync();
    cancelThirty();
    expect(onlyMapping(await world.sync()).held).toBe(30);
    expect(exported(world)).toHaveLength(FORTY);
    await world.sync();
    expect(onlyHold()?.deletions).toHaveLength(30);
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    expect(exported(world)).toHaveLength(10);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('30 of 40 bookings cancelled: the events stay when discarded, over the next complete listings', async () => {
    fortyBookings();
    await world.sync();
    cancelThirty();
    await world.sync();
    await world.app.decideHold(onlyHold()?.id ?? '', 'discarded');
    for (let day = 0; day < 3; day += 1) {
      expect(onlyMapping(await world.sync()).held).toBe(0);
      world.clock.advance(DAY);
    }
    expect(exported(world)).toHaveLength(FORTY);
    await expectQuiet(world);
    // Dispatch touches one again: that is news, and not many.
    const [first] = world.sandbox.booking.bookings.all();
    world.sandbox.booking.bookings.patch(first?.id ?? '', { title: 'Cancelled for good' });
    await world.sync();
    expect(exported(world)).toHaveLength(FORTY - 1);
  });

  it('30 of 40 appointments deleted one by one: held', async () => {
    for (let index = 0; index < FORTY; index += 1) {
      const day = `2026-12-${String(1 + Math.floor(index / 4)).padStart(2, '0')}`;
      const time = (minutes: string): { dateTime: string } => ({
        dateTime: `${day}T1${index % 4}:${minutes}:00Z`,
      });
      addPersonal(world, 9, { start: time('00'), end: time('30') });
    }
    await world.sync();
    for (const id of personalIds().slice(0, 30)) world.sandbox.google.deleteEvent(CALENDAR, id);
    expect(onlyMapping(await world.sync()).held).toBe(30);
    expect(blocks(world)).toHaveLength(FORTY);
    await world.app.decideHold(onlyHold()?.id ?? '', 'released');
    await world.sync();
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a series of 40 deleted by the technician counts once', async () => {
    const series = addPersonal(world, 9, { recurrence: ['RRULE:FREQ=DAILY;COUNT=40'] });
    await world.sync();
    expect(blocks(world)).toHaveLength(FORTY);
    world.sandbox.google.deleteEvent(CALENDAR, series);
    expect(onlyMapping(await world.sync())).toMatchObject({ held: 0, imported: { deleted: FORTY } });
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });

  it('30 of 40 of our events deleted by the technician: all restored, nothing deleted', async () => {
    fortyBookings();
    await world.sync();
    for (const { id } of exported(world).slice(0, 30)) world.sandbox.google.deleteEvent(CALENDAR, id);
    expect(onlyMapping(await world.sync())).toMatchObject({ held: 0, exported: { created: 30 } });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('a few at once are ordinary', async () => {
    fortyBookings();
    await world.sync();
    for (const { id } of world.sandbox.booking.bookings.all().slice(0, 5))
      world.sandbox.booking.bookings.cancel(id);
    expect(onlyMapping(await world.sync())).toMatchObject({ held: 0, exported: { deleted: 5 } });
  });

  it('another technician chosen for a mapping is no mass deletion', async () => {
    fortyBookings();
    await world.sync();
    world.sandbox.booking.addTechnician({ id: 'tech_tim', name: 'Tim' });
    const token = world.sandbox.booking.devices.addToken({ technicianId: TECHNICIAN, sees: ['tech_tim'] });
    await world.app.enrol({ url: world.sandbox.urls().booking, token });
    addBooking(world, 9, { technicianIds: ['tech_tim'] });
    await world.app.updateMapping(world.app.mappings()[0]?.id ?? '', { technicianId: 'tech_tim' });
    const result = await world.sync();
    expect(onlyAccount(result).error).toBeNull();
    expect(onlyMapping(result)).toMatchObject({ held: 0, exported: { created: 1, deleted: FORTY } });
    expect(exported(world)).toHaveLength(1);
    await expectQuiet(world);
  });
});
