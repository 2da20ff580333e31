import { afterEach, describe, expect, it } from 'vitest';
import {
  addBooking,
  addPersonal,
  blocks,
  createWorld,
  exported,
  onlyAccount,
  onlyMapping,
  type World,
  writes,
} from '../support/world.ts';

let world: World;
afterEach(() => world.close());

describe('the first two-way sync', () => {
  it('puts each booking into the calendar once and each appointment into the booking system once', async () => {
    world = await createWorld();
    const booking = addBooking(world, 9);
    addBooking(world, 13);
    addPersonal(world, 10);
    const result = await world.sync();

    expect(onlyAccount(result).error).toBeNull();
    expect(onlyMapping(result)).toMatchObject({
      imported: { created: 1, updated: 0, deleted: 0 },
      exported: { created: 2, updated: 0, deleted: 0 },
    });
    expect(exported(world)).toHaveLength(2);
    expect(exported(world).find(({ bookingId }) => bookingId === booking.id)).toMatchObject({
      summary: 'Job at 9',
      location: '12 Mill Lane',
      start: '2026-11-24T09:00:00.000Z',
      end: '2026-11-24T11:00:00.000Z',
    });
    expect(blocks(world)).toHaveLength(1);
    expect(blocks(world)[0]).toMatchObject({ start: '2026-11-25T10:00:00.000Z', visibility: 'busy-only' });
    expect(JSON.stringify(blocks(world))).not.toContain('Private');
  });

  it('writes nothing in a second run, with one listing request for each side', async () => {
    world = await createWorld();
    addBooking(world, 9);
    addPersonal(world, 10);
    await world.sync();
    world.sandbox.faults.journal.clear();
    const result = await world.sync();

    expect(writes(world)).toEqual([]);
    expect(onlyAccount(result).requests).toEqual({ provider: 1, booking: 1 });
    expect(onlyMapping(result)).toMatchObject({
      imported: { created: 0, updated: 0, deleted: 0, unchanged: 1, skipped: 1 },
      exported: { created: 0, updated: 0, deleted: 0, unchanged: 1 },
    });
  });

  it('adopts what is there when the local database was lost, and writes nothing', async () => {
    world = await createWorld();
    addBooking(world, 9);
    addPersonal(world, 10);
    await world.sync();
    await world.restart({ forget: true });
    await world.reconnect();
    world.sandbox.faults.journal.clear();
    const result = await world.sync();

    expect(onlyAccount(result).error).toBeNull();
    expect(writes(world)).toEqual([]);
    expect(exported(world)).toHaveLength(1);
    expect(blocks(world)).toHaveLength(1);
  });
});
