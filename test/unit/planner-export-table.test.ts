import { describe, expect, it } from 'vitest';
import { planExport } from '../../src/main/engine/planner/export-plan.ts';
import { brokenRules } from '../support/planner-oracle.ts';
import { type Change, type Changes, cellOf, FIELDS, type Scene } from '../support/planner-scene.ts';

type State = Pick<Scene, 'link' | 'booking' | 'event' | 'changes'>;
type Circumstances = Omit<Scene, keyof State>;

const LINKS = ['none', 'pending', 'live', 'deleted', 'left', 'asked', 'parked'] as const;
const BOOKINGS = ['selected', 'cancelled', 'deleted', 'deselected', 'unproven'] as const;
const EVENTS = ['single', 'series', 'deleted', 'unproven'] as const;
const CHANGES = ['same', 'booking', 'calendar', 'both-alike', 'both-apart'] as const;
const DIRECTIONS = ['export', 'two-way'] as const;
const BOTH = [true, false] as const;

/** What can have happened to a field, given what there is on either side to be changed. */
function possibleChanges(booking: Scene['booking'], event: Scene['event']): readonly Change[] {
  const there = event === 'single' || event === 'series';
  if (booking === 'selected') return there ? CHANGES : ['same', 'booking'];
  return there ? ['same', 'calendar'] : ['same'];
}

function* everyState(link: Scene['link']): Generator<State> {
  for (const booking of BOOKINGS) {
    for (const event of EVENTS) {
      const possible = possibleChanges(booking, event);
      for (const time of possible) {
        // The time may be shared, the rest belongs to the booking: the title stands for all the rest.
        for (const title of possible) yield { link, booking, event, changes: { time, title } };
      }
    }
  }
}

function every<K extends string, V>(name: K, values: readonly V[]): readonly Record<K, V>[] {
  return values.map((value) => ({ [name]: value }) as Record<K, V>);
}

const SETTINGS = every('direction', DIRECTIONS).flatMap((direction) =>
  every('onDelete', ['restore', 'leave', 'ask'] as const).flatMap((onDelete) =>
    every('canReschedule', BOTH).flatMap((canReschedule) =>
      every('place', ['inside', 'beyond', 'past', 'history'] as const).map((place) => ({
        ...direction,
        ...onDelete,
        ...canReschedule,
        ...place,
      })),
    ),
  ),
);

function* everyCircumstance({ link, changes }: State): Generator<Circumstances> {
  const remembers = link !== 'none';
  const shows = link === 'live' || link === 'parked' ? 'as-html' : 'exactly';
  for (const settings of SETTINGS) {
    for (const rewrites of remembers ? [0, 1, 2, 3] : [0]) {
      for (const refused of remembers && changes.time === 'calendar' ? BOTH : [false]) {
        yield { ...settings, rewrites, refused, shows };
      }
    }
  }
}

/** Plans a scene and says what is wrong with the plan. */
function faults(scene: Scene): readonly string[] {
  const cell = cellOf(scene);
  const plan = planExport(cell);
  return brokenRules(scene, cell, plan).map(
    (rule) => `${rule}: ${JSON.stringify(scene)} → ${plan.map(({ kind }) => kind).join(', ') || 'nothing'}`,
  );
}

describe('every state of booking, event and link', () => {
  it.each(LINKS)('link %s: is planned as the design says, whatever the circumstances', (link) => {
    const found: string[] = [];
    let scenes = 0;
    for (const state of everyState(link)) {
      for (const circumstances of everyCircumstance(state)) {
        scenes += 1;
        if (found.length < 5) found.push(...faults({ ...state, ...circumstances }));
      }
    }
    expect(found).toEqual([]);
    // 98 states in 48 settings, most of them once more for every number of rewrites and for a refused move.
    expect(scenes).toBe(link === 'none' ? 98 * 48 : (98 + 26) * 48 * 4);
  });
});

describe('every combination of changed fields', () => {
  function* everyChange(fields: readonly (typeof FIELDS)[number][] = FIELDS): Generator<Changes> {
    const [field, ...rest] = fields;
    if (field === undefined) return yield {};
    for (const others of everyChange(rest)) {
      for (const change of CHANGES) {
        // A status has two values: changed on both sides, it is the same.
        if (field !== 'status' || change !== 'both-apart') yield { [field]: change, ...others };
      }
    }
  }

  const CASES = DIRECTIONS.flatMap((direction) =>
    BOTH.map((canReschedule) => ({ direction, canReschedule })),
  );
  const UNTOUCHED = { onDelete: 'restore', refused: false, rewrites: 0, place: 'inside' } as const;

  it.each(CASES)('$direction, may propose: $canReschedule: is merged field by field', (settings) => {
    const found: string[] = [];
    let scenes = 0;
    for (const changes of everyChange()) {
      for (const event of ['single', 'series'] as const) {
        for (const shows of ['exactly', 'as-html'] as const) {
          const state = { link: 'live', booking: 'selected', event, changes } as const;
          scenes += 1;
          if (found.length < 5) found.push(...faults({ ...state, ...UNTOUCHED, ...settings, shows }));
        }
      }
    }
    expect(found).toEqual([]);
    expect(scenes).toBe(5 ** 4 * 4 * 2 * 2);
  });
});
