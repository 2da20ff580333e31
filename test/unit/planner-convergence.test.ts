import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import { aBooking, aMapping, anEvent } from '../support/planner-builders.ts';
import { BOOKINGS, phase } from '../support/planner-people.ts';
import { live } from '../support/planner-promises.ts';
import { asHtml } from '../support/planner-scene.ts';
import { PlannerWorld, shuffledBy, type WorldSettings } from '../support/planner-world.ts';

const asSent = (event: DesiredEvent): DesiredEvent => event;
const asRendered = (event: DesiredEvent): DesiredEvent => ({
  ...event,
  description: asHtml(event.description),
});

const settings: fc.Arbitrary<WorldSettings> = fc.record({
  mapping: fc
    .record({
      direction: fc.constantFrom('export' as const, 'two-way' as const),
      onDelete: fc.constantFrom('restore' as const, 'leave' as const, 'ask' as const),
    })
    .map(aMapping),
  canReschedule: fc.boolean(),
  fixed: fc.subarray(BOOKINGS.slice(1)).map((ids) => new Set(ids)),
  render: fc.constantFrom(asSent, asRendered),
});

/** Everything is booked and exported, beside events that are none of our business. */
function agreedWorld(of: WorldSettings): PlannerWorld {
  const world = new PlannerWorld(of);
  for (const id of BOOKINGS) world.book(aBooking({ id, title: `Job ${id}` }));
  world.put(anEvent({ id: 'dentist' }));
  const colleagues = {
    bookingId: 'booking_0',
    incarnation: 0,
    self: 'colleague',
    scope: 'tech_other',
    sent: '',
  };
  world.put(anEvent({ id: 'colleague', tag: colleagues }));
  // The first run exports them, the second has nothing left to do.
  expect([1, 2].map(() => world.round((items) => items).length)).toEqual([BOOKINGS.length, 0]);
  return world;
}

/** What is there in the end, whatever order, etags and versions led to it. */
const outcome = (world: PlannerWorld): unknown => [
  new Map([...world.calendar].map(([id, event]) => [id, { ...event, etag: '' }])),
  new Map([...world.bookings].map(([id, booking]) => [id, { ...booking, version: '' }])),
];

/** Every operation, every end of a link and every kind of kept edit that there is. */
const EVERYTHING = [
  'adopt',
  'asked',
  'create-event',
  'delete-event',
  'deleted',
  'kept: both-edited',
  'kept: deleted',
  'kept: edited-then-cancelled',
  'kept: parked',
  'kept: proposal-refused',
  'kept: put-back',
  'left',
  'parked',
  'propose',
  'rebase',
  'update-event',
];

describe('a booking system and a calendar that people keep changing', () => {
  it('agree again in a few rounds, with nothing lost, doubled or touched that is not ours', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(settings, fc.array(phase, { minLength: 1, maxLength: 4 }), fc.nat(), (of, phases, seed) => {
        const world = agreedWorld(of);
        for (const one of phases) expect(live(world, one, shuffledBy(seed))).toEqual([]);
        for (const kind of world.reached) reached.add(kind);
      }),
      { seed: 20261123, numRuns: 1500 },
    );
    expect([...reached].sort(), 'nothing is proven by runs that never got there').toEqual(EVERYTHING);
  });

  it('end up the same in whatever order a batch is worked off', () => {
    fc.assert(
      fc.property(settings, phase, fc.nat(), fc.nat(), (of, one, seed, otherSeed) => {
        const [first, second] = [seed, otherSeed].map((each) => {
          const world = agreedWorld(of);
          expect(live(world, one, shuffledBy(each))).toEqual([]);
          return outcome(world);
        });
        expect(first).toEqual(second);
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });
});
