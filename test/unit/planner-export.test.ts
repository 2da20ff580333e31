import { describe, expect, it } from 'vitest';
import { desiredEvent } from '../../src/main/engine/planner/desired-event.ts';
import { exportBasis, planExport } from '../../src/main/engine/planner/export-plan.ts';
import type { OwnershipTag } from '../../src/shared/domain/calendar-event.ts';
import { aBooking, aMapping, anEvent, anExport, fromNow, hourAt, seen } from '../support/planner-builders.ts';
import { cellOf, type Scene } from '../support/planner-scene.ts';
import { PlannerWorld, type WorldSettings } from '../support/planner-world.ts';

/** An exported booking of which nothing has changed, but for what a test says. */
const scene = (changes: Partial<Scene>): Scene => ({
  link: 'live',
  booking: 'selected',
  event: 'single',
  changes: {},
  direction: 'two-way',
  onDelete: 'restore',
  canReschedule: true,
  refused: false,
  rewrites: 0,
  place: 'inside',
  shows: 'exactly',
  ...changes,
});

const inOrder = <T>(items: readonly T[]): readonly T[] => items;

function worldOf(settings: Partial<WorldSettings> = {}): PlannerWorld {
  const world = new PlannerWorld({
    mapping: aMapping(),
    canReschedule: true,
    fixed: new Set(),
    render: (event) => event,
    ...settings,
  });
  world.book(aBooking());
  settle(world);
  return world;
}

/** Runs until there is nothing to do, and tells what was done. */
function settle(world: PlannerWorld): readonly string[] {
  const done: string[] = [];
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const operations = world.round(inOrder);
    if (operations.length === 0) return done;
    done.push(...operations.map((each) => (each.kind === 'settle' ? each.state : each.kind)));
  }
  throw new RangeError(`It does not come to rest: ${done}`);
}

const eventIn = (world: PlannerWorld) => world.exportsOf('booking_1').at(0);
const edit = (world: PlannerWorld, changes: object): void => {
  const event = eventIn(world);
  if (event !== undefined) world.put({ ...event, ...changes });
};
const rebook = (world: PlannerWorld, changes: object): void => {
  const booking = world.bookings.get('booking_1');
  if (booking !== undefined) world.book({ ...booking, ...changes });
};

describe('a decision that was made before', () => {
  it('is not made again while its inputs are what they were', () => {
    const cell = cellOf(scene({ changes: { title: 'calendar' } }));
    const decided = { ...cell, link: cell.link && { ...cell.link, basis: exportBasis(cell) } };
    expect(planExport(decided)).toEqual([]);
    const mapping = { ...cell.mapping, revision: 2 };
    expect(planExport({ ...decided, mapping })).toMatchObject([{ kind: 'update-event' }]);
  });

  it('has no inputs to be compared by where a side is missing', () => {
    expect(exportBasis(cellOf(scene({ event: 'deleted' })))).toBe('');
    expect(exportBasis(cellOf(scene({ booking: 'cancelled' })))).toBe('');
  });
});

describe('an event that no link follows', () => {
  const tag: OwnershipTag = {
    bookingId: 'booking_1',
    incarnation: 4,
    self: 'event_1',
    scope: 'tech_tess',
    sent: '',
  };

  it.each(['none', 'pending', 'deleted', 'left', 'asked'] as const)(
    'link %s: is left alone without our tag',
    (link) => {
      for (const booking of ['selected', 'cancelled', 'deleted', 'deselected', 'unproven'] as const) {
        const cell = cellOf(scene({ link, booking }));
        expect(planExport({ ...cell, event: seen(anEvent()) })).toEqual([]);
      }
    },
  );

  it('keeps its incarnation when it is adopted and written', () => {
    const cell = cellOf(scene({ link: 'none' }));
    const event = anEvent({ ...anExport(desiredEvent(aBooking()), 'booking_1', 4), title: 'Mine', tag });
    expect(planExport({ ...cell, event: seen(event) })).toMatchObject([
      { kind: 'adopt', incarnation: 4 },
      { kind: 'update-event', incarnation: 4 },
    ]);
  });

  it('is taken for changed on both sides where its tag cannot be read, so that nothing is lost', () => {
    const cell = cellOf(scene({ link: 'none' }));
    const event = anEvent({ ...anExport(desiredEvent(aBooking()), 'booking_1', 4), title: 'Mine', tag });
    const [, update] = planExport({ ...cell, event: seen(event) });
    expect(update).toMatchObject({
      kind: 'update-event',
      lost: { kind: 'both-edited', state: 'open', fields: ['title'] },
    });
  });
});

describe('a move', () => {
  it('is proposed, and the booking says it from then on', () => {
    const world = worldOf();
    edit(world, { time: hourAt(2) });
    expect(settle(world)).toEqual(['propose', 'rebase']);
    expect(world.bookings.get('booking_1')).toMatchObject({ start: hourAt(2).start, end: hourAt(2).end });
    expect(world.kept).toEqual([]);
  });

  it('that is refused is put back, kept for the inbox, and not proposed a second time', () => {
    const world = worldOf({ fixed: new Set(['booking_1']) });
    edit(world, { time: hourAt(2) });
    expect(settle(world)).toEqual(['propose', 'update-event']);
    expect(eventIn(world)?.time).toEqual(hourAt(1));
    expect(world.kept[0]).toMatchObject({
      kind: 'proposal-refused',
      state: 'open',
      calendarSide: { time: hourAt(2) },
    });
  });

  it('to yet another time is proposed although the first was refused', () => {
    const refused = cellOf(scene({ changes: { time: 'calendar' }, refused: true }));
    expect(planExport(refused)).toMatchObject([{ kind: 'update-event' }]);
    const elsewhere = { ...refused, link: refused.link && { ...refused.link, refused: 'another time' } };
    expect(planExport(elsewhere)).toMatchObject([{ kind: 'propose' }]);
  });

  it('goes first, and what else was changed is put back once it is answered', () => {
    const world = worldOf();
    edit(world, { time: hourAt(2), title: 'Mine' });
    expect(settle(world)).toEqual(['propose', 'update-event']);
    expect(eventIn(world)).toMatchObject({ time: hourAt(2), title: 'Boiler service' });
  });

  it('into another zone at the same instants is none', () => {
    const world = worldOf();
    edit(world, { time: { ...hourAt(1), timeZone: 'Asia/Tokyo' } });
    expect(settle(world)).toEqual(['rebase']);
  });

  it('to whole days is proposed as days', () => {
    const world = worldOf();
    edit(world, {
      time: { kind: 'all-day', start: '2026-11-26', end: '2026-11-27', timeZone: 'Europe/Berlin' },
    });
    settle(world);
    expect(world.bookings.get('booking_1')).toMatchObject({ start: '2026-11-26', end: '2026-11-27' });
  });

  it('of which the booking system cannot be asked waits in the inbox', () => {
    const world = worldOf({ canReschedule: false });
    edit(world, { time: hourAt(2) });
    expect(settle(world)).toEqual(['update-event']);
    expect(world.kept).toMatchObject([{ kind: 'proposal-refused', state: 'open', fields: ['time'] }]);
  });
});

describe('somebody else who keeps rewriting an event', () => {
  const robot = (world: PlannerWorld): readonly string[] => {
    edit(world, { title: 'Synced by another program' });
    return settle(world);
  };

  it('is put back three times, then left alone until the booking changes', () => {
    const world = worldOf();
    const rounds = [1, 2, 3, 4, 5].map(() => robot(world));
    expect(rounds).toEqual([['update-event'], ['update-event'], ['update-event'], ['parked'], []]);
    expect(world.kept.at(-1)).toMatchObject({ kind: 'parked', state: 'open', fields: ['title'] });

    rebook(world, { location: 'Side Street 2' });
    expect(settle(world)).toEqual(['update-event']);
    expect(eventIn(world)).toMatchObject({ title: 'Boiler service', location: 'Side Street 2' });
    expect(robot(world), 'the count starts again').toEqual(['update-event']);
  });

  it('is not counted over changes of the booking', () => {
    const world = worldOf();
    for (const title of ['A', 'B', 'C', 'D', 'E']) {
      expect(robot(world)).toEqual(['update-event']);
      rebook(world, { title });
      expect(settle(world)).toEqual(['update-event']);
    }
  });

  it('counts deletions with it', () => {
    const world = worldOf();
    const rounds = [1, 2, 3, 4].map(() => {
      world.bury(eventIn(world)?.id ?? '');
      return settle(world);
    });
    expect(rounds).toEqual([['create-event'], ['create-event'], ['create-event'], ['parked']]);
    expect([...world.bin.keys()]).toEqual(['booking_1-0', 'booking_1-1', 'booking_1-2', 'booking_1-3']);
    world.book(aBooking({ title: 'Boiler replacement' }));
    expect(settle(world)).toEqual(['create-event']);
    expect(eventIn(world)?.id).toBe('booking_1-4');
  });
});

describe('history', () => {
  it('takes the event along when its booking is moved there', () => {
    const world = worldOf();
    rebook(world, { start: fromNow(-70), end: fromNow(-70, 1) });
    expect(settle(world)).toEqual(['update-event']);
    expect(eventIn(world)?.time).toEqual(hourAt(-70));
  });

  it('does not bring back what was left away, whatever changes', () => {
    const left = scene({ link: 'left', event: 'deleted', place: 'history', changes: { title: 'booking' } });
    expect(planExport(cellOf(left))).toEqual([]);
    expect(planExport(cellOf({ ...left, place: 'past' }))).toMatchObject([{ kind: 'create-event' }]);
  });
});
