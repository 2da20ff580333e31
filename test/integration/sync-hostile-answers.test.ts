import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { type HostileNetwork, hostileNetwork, type Shape } from '../support/hostile-answers.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import { moveToOutlook, OUTLOOK, outlookWrites, shownInOutlook } from '../support/outlook.ts';
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
let network: HostileNetwork;
afterEach(() => world.close());

async function open(): Promise<void> {
  world = await createWorld({
    network: (direct) => {
      network = hostileNetwork(direct);
      return network.fetch;
    },
  });
}

/** A run may fail, but only in our own words: whatever else is thrown fails the test. */
async function attempt(options: { readonly full?: boolean } = {}): Promise<void> {
  try {
    await world.sync(options);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
  }
}

/** What people do meanwhile: every kind of change, on both sides. */
function change(round: number): void {
  const hour = 8 + round;
  const booking = addBooking(world, hour);
  const moved = addBooking(world, hour + 1, { title: `Moved ${round}` });
  world.sandbox.booking.bookings.patch(booking.id, { title: `Renamed ${round}` });
  addPersonal(world, hour);
  const event = exported(world).find(({ bookingId }) => bookingId !== booking.id && bookingId !== moved.id);
  if (event !== undefined) world.sandbox.google.editEvent(CALENDAR, event.id, { summary: 'Scribbled on' });
}

const internal = (): readonly string[] =>
  world.app.logs({}).items.flatMap(({ code, message }) => (code === 'INTERNAL' ? [message] : []));

async function throughHostileRuns(
  seed: number,
  shape: Shape,
  people: (round: number) => void = change,
): Promise<number> {
  let spoilt = 0;
  for (let round = 0; round < 4; round += 1) {
    people(round);
    network.spoil({ seed: seed * 100 + round, shape });
    for (let run = 0; run < 3; run += 1) await attempt({ full: run === 2 });
    spoilt += network.spoilt();
    network.spoil(null);
  }
  return spoilt;
}

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('servers that answer what no contract allows', () => {
  it.each(seeds(6))('lose nothing and leave nothing twice, seed %i', async (seed) => {
    await open();
    expect(await throughHostileRuns(seed, 'malformed')).toBeGreaterThan(0);
    await expectQuiet(world);
    expectInStep(world);
    expect(internal()).toEqual([]);
  });
});

describe('servers that answer absurdities', () => {
  it.each(seeds(6))('neither stop the program nor touch what is not ours, seed %i', async (seed) => {
    await open();
    expect(await throughHostileRuns(seed, 'anything')).toBeGreaterThan(0);
    // Whatever was believed, a fresh look at both sides sets it right.
    await attempt({ full: true });
    await attempt({ full: true });
    expect(internal()).toEqual([]);
  });
});

describe('a mailbox whose servers answer what no contract allows', () => {
  const people = (round: number): void => {
    // Enough for batches.
    for (const part of [1, 2, 3, 4])
      addBooking(world, 4 + round * 4 + part, { title: `Job ${round}.${part}` });
    const at = (hours: number) => ({ dateTime: `2026-11-25T${10 + hours}:00:00`, timeZone: 'UTC' });
    world.sandbox.microsoft.addEvent(OUTLOOK, {
      subject: `Own ${round}`,
      start: at(round),
      end: at(round + 1),
    });
    const ours = shownInOutlook(world).find(({ isOurs }) => isOurs);
    if (ours !== undefined) world.sandbox.microsoft.editEvent(OUTLOOK, ours.id, { subject: 'Scribbled on' });
  };

  it.each(seeds(6))('loses nothing and holds nothing twice, seed %i', async (seed) => {
    await open();
    await moveToOutlook(world);
    expect(await throughHostileRuns(seed, 'malformed', people)).toBeGreaterThan(0);
    await world.sync();
    await world.sync();
    const jobs = shownInOutlook(world).filter(({ isOurs }) => isOurs);
    const wanted = [0, 1, 2, 3].flatMap((round) => [1, 2, 3, 4].map((part) => `Job ${round}.${part}`));
    expect(jobs.map(({ subject }) => subject)).toEqual(wanted);
    expect(blocks(world)).toHaveLength(4);
    world.sandbox.faults.journal.clear();
    expect((await world.sync()).ok).toBe(true);
    expect(outlookWrites(world)).toEqual([]);
    expect(internal()).toEqual([]);
  });
});
