import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import { addBooking, addPersonal, createWorld, exported, type World } from '../support/world.ts';

const DAY_MS = 86_400_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
  addBooking(world, 9);
  addPersonal(world, 10);
  await world.sync();
});
afterEach(() => world.close());

describe('a clock that was set', () => {
  it.each([-400, -2, 2, 20, 400])(
    '%i days wrong changes nothing that people did not change, and is got over',
    async (days) => {
      world.sandbox.faults.journal.clear();
      world.clock.advance(days * DAY_MS);
      addBooking(world, 13);
      addPersonal(world, 14);
      await world.sync();
      await world.sync();
      world.clock.advance(-days * DAY_MS);

      expect((await world.sync()).ok).toBe(true);
      expect(exported(world)).toHaveLength(2);
      expectInStep(world);
      await expectQuiet(world);
      expect(world.app.holds()).toEqual([]);
      const ids = new Set(exported(world).map(({ bookingId }) => bookingId));
      expect(ids.size).toBe(2);
    },
  );
});
