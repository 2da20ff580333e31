import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportCandidate } from '../../src/main/engine/planner/import-plan.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { anEvent, hourAt } from '../support/planner-builders.ts';
import { ImportWorld } from '../support/planner-import-world.ts';
import { shuffledBy } from '../support/planner-world.ts';

/** Blocks first, then what is recorded of events that lost theirs. */
const FEW_ROUNDS = 2;
const MEETINGS = ['meeting_0', 'meeting_1', 'meeting_2'] as const;

const content: fc.Arbitrary<Partial<CalendarEvent>> = fc.record(
  {
    time: fc.constantFrom(hourAt(1), hourAt(1, 2), hourAt(-29), hourAt(-40), hourAt(200)),
    title: fc.constantFrom('Dentist', 'Lunch with Kim'),
    location: fc.constantFrom('', 'Main Street 1'),
    transparency: fc.constantFrom('busy', 'free'),
    response: fc.constantFrom('accepted', 'declined', 'tentative'),
    visibility: fc.constantFrom('default', 'private'),
  },
  { requiredKeys: [] },
);

const settings: fc.Arbitrary<Partial<Mapping>> = fc.record(
  {
    visibility: fc.constantFrom('busy-only', 'details'),
    direction: fc.constantFrom('import', 'two-way', 'export'),
    skip: fc.subarray(['tentative' as const, 'private' as const]),
    skipTitle: fc.constantFrom(null, '^lunch'),
  },
  { requiredKeys: [] },
);

type Act =
  | {
      readonly kind: 'put';
      readonly calendar: number;
      readonly uid: string;
      readonly content: Partial<CalendarEvent>;
    }
  | { readonly kind: 'remove' | 'export'; readonly calendar: number; readonly uid: string }
  | { readonly kind: 'map'; readonly calendar: number; readonly settings: Partial<Mapping> }
  | { readonly kind: 'days'; readonly days: number };

const place = { calendar: fc.nat(1), uid: fc.constantFrom(...MEETINGS) };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), ...place, content }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'export' as const), ...place }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('map' as const), calendar: fc.nat(1), settings }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.constantFrom(1, 3, 45) }),
  },
);

const phase = fc.record({ acts: fc.array(act, { maxLength: 8 }), losesDatabase: fc.boolean() });

function perform(world: ImportWorld, done: Act): void {
  if (done.kind === 'days') world.passDays(done.days);
  else if (done.kind === 'map') world.changeMapping(done.calendar, done.settings);
  else {
    const entries = world.calendars[done.calendar]?.entries;
    const known = entries?.get(done.uid) ?? {
      event: anEvent({ id: done.uid, iCalUid: done.uid }),
      live: true,
      ours: false,
    };
    entries?.set(done.uid, {
      event: { ...known.event, ...(done.kind === 'put' ? done.content : {}) },
      live: done.kind !== 'remove',
      ours: done.kind === 'export' ? !known.ours : known.ours,
    });
  }
}

/** Whether an event has to have a block, said anew: in the words of the design. */
function blocksTime(one: ImportCandidate, hadBlockOf: ReadonlyMap<string, string>, now: Date): boolean {
  const { event, live, ours, mapping, blockId } = one;
  const { direction, skip, skipTitle } = mapping.mapping;
  const midnight = new Date(now.toISOString().slice(0, 10)).getTime();
  const day = 86_400_000;
  const leftOut =
    (skip.includes('tentative') && event.response === 'tentative') ||
    (skip.includes('private') && event.visibility === 'private') ||
    (skipTitle !== null && event.title.startsWith('Lunch'));
  if (
    !live ||
    ours ||
    direction === 'export' ||
    event.transparency === 'free' ||
    event.response === 'declined'
  )
    return false;
  if (Date.parse(event.time.end) <= midnight - 30 * day) return hadBlockOf.get(blockId) === event.time.start;
  return Date.parse(event.time.start) < midnight + 181 * day && !leftOut;
}

/** What is wrong once all is quiet. */
function* broken(world: ImportWorld, before: ReadonlyMap<string, string>): Generator<string> {
  for (const group of world.groups()) {
    const owner = group
      .filter((one) => blocksTime(one, before, world.now))
      .map(({ blockId }) => blockId)
      .sort()
      .at(0);
    for (const { blockId, event, mapping } of group) {
      const block = world.blocks.get(blockId);
      if ((block !== undefined) !== (blockId === owner)) yield `${event.iCalUid} has the wrong blocks`;
      if (block === undefined) continue;
      if (block.start !== event.time.start || block.end !== event.time.end)
        yield 'a block is of another time';
      const details = mapping.mapping.visibility === 'details' && event.visibility !== 'private';
      if (block.title !== (details ? event.title : undefined)) yield 'a block says too much or too little';
    }
  }
}

describe('two calendars that people keep changing', () => {
  it('always come to one block for each meeting that blocks time, and then to rest', () => {
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 4 }), fc.nat(), (phases, seed) => {
        const world = new ImportWorld();
        const shuffle = shuffledBy(seed);
        for (const { acts, losesDatabase } of phases) {
          const before = new Map([...world.blocks].map(([id, { start }]) => [id, start]));
          for (const each of acts) perform(world, each);
          if (losesDatabase) world.loseDatabase();
          for (let round = 1; round <= FEW_ROUNDS; round += 1) world.round(shuffle);
          expect([...world.round(shuffle), ...world.round(shuffle)]).toEqual([]);
          expect([...broken(world, before)]).toEqual([]);
        }
      }),
      { seed: 20261125, numRuns: 1000 },
    );
  });

  it('never offer a time in between that is blocked before and after', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 8 }),
        fc.array(act, { maxLength: 4 }),
        fc.nat(),
        (first, then, seed) => {
          const world = new ImportWorld();
          const shuffle = shuffledBy(seed);
          const blocked = (): ReadonlyMap<string | null, boolean> =>
            new Map(
              world
                .groups()
                .map((group) => [
                  group[0]?.event.iCalUid ?? null,
                  group.some(({ blockId }) => world.blocks.has(blockId)),
                ]),
            );
          for (const each of first) perform(world, each);
          for (let round = 1; round <= FEW_ROUNDS; round += 1) world.round(shuffle);
          for (const each of then) perform(world, each);
          const before = blocked();
          const gaps = new Set<string | null>();
          world.round(shuffle, (uid) => {
            if (before.get(uid) === true && blocked().get(uid) === false) gaps.add(uid);
          });
          const after = blocked();
          expect([...gaps].filter((uid) => after.get(uid))).toEqual([]);
        },
      ),
      { seed: 20261126, numRuns: 1000 },
    );
  });
});
