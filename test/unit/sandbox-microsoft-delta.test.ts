import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MicrosoftCalendar } from '../../src/sandbox/microsoft/calendar.ts';
import { calendarView } from '../../src/sandbox/microsoft/calendar-view.ts';
import {
  deltaPage,
  firstToken,
  NO_DELTA_FAULTS,
  type StateToken,
} from '../../src/sandbox/microsoft/delta.ts';
import type { CalendarEvent } from '../../src/sandbox/microsoft/event.ts';
import { GraphError } from '../../src/sandbox/microsoft/graph-error.ts';
import { storeKey } from '../../src/sandbox/microsoft/item-id.ts';
import { MicrosoftState } from '../../src/sandbox/microsoft/state.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { silentCallbacks } from '../support/silent-callbacks.ts';

const CALENDAR = 'AAMkAGAnna=';
const NOW = Date.parse('2026-03-02T08:00:00Z');
const WINDOW = { from: Date.parse('2026-03-09T00:00:00Z'), to: Date.parse('2026-04-06T00:00:00Z') };
const PATTERNS = [
  { type: 'weekly', interval: 1, daysOfWeek: ['tuesday', 'friday'] },
  { type: 'daily', interval: 5 },
  { type: 'absoluteMonthly', interval: 1, dayOfMonth: 31 },
];

type Edit =
  | { readonly kind: 'add'; readonly day: number }
  | { readonly kind: 'rename' | 'delete' | 'restore' | 'make-single'; readonly which: number }
  | { readonly kind: 'move'; readonly which: number; readonly days: number }
  | { readonly kind: 'recur'; readonly which: number; readonly pattern: number };

const which = fc.nat({ max: 40 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('add'), day: fc.nat({ max: 50 }) }),
  fc.record({ kind: fc.constantFrom('rename', 'delete', 'restore', 'make-single'), which }),
  fc.record({ kind: fc.constant('move'), which, days: fc.integer({ min: -20, max: 20 }) }),
  fc.record({ kind: fc.constant('recur'), which, pattern: fc.nat({ max: PATTERNS.length - 1 }) }),
);
/** Edits, each with the pages that a client reads after it: fresh ones and stale ones. */
const pages = fc.array(fc.constantFrom('fresh', 'fresh', 'stale'), { maxLength: 3 });
const history = fc.array(fc.tuple(edit, pages), { minLength: 1, maxLength: 40 });

function createCalendar() {
  const clock = { now: () => new Date(NOW), sleep: async () => undefined };
  const state = new MicrosoftState(clock, seededRandom(5), silentCallbacks(clock));
  const calendars = [{ id: CALENDAR, name: 'Calendar', isDefault: true }];
  const account = { email: 'anna@x.example', name: 'Anna', oid: '1', timeZone: 'Europe/London' };
  state.addAccount({ ...account, calendars });
  return { state, calendar: state.calendar(CALENDAR), deleted: new Set<string>() };
}

type World = ReturnType<typeof createCalendar>;

const nameOf = ({ key, date }: CalendarEvent) => ({ key, date });

/** Everything that can be touched: single events, series and the occurrences that stand in the window. */
function targets({ calendar }: World): readonly CalendarEvent[] {
  const items = Array.from({ length: calendar.items.size }, (_, index) => calendar.items.itemAt(index));
  return [...items.flatMap((item) => item?.event ?? []), ...calendarView(calendar, WINDOW)];
}

function add(state: MicrosoftState, day: number): void {
  const time = { dateTime: new Date(Date.UTC(2026, 1, 25 + day, 10)).toISOString(), timeZone: 'UTC' };
  state.addEvent(CALENDAR, { subject: 'New', start: time, end: time });
}

function apply(world: World, change: Edit): void {
  if (change.kind === 'add') {
    add(world.state, change.day);
    return;
  }
  const all = targets(world);
  const target = all[change.which % Math.max(1, all.length)];
  if (target !== undefined) applyTo(world, target, change);
}

function applyTo(
  { calendar, deleted }: World,
  target: CalendarEvent,
  change: Exclude<Edit, { kind: 'add' }>,
): void {
  const name = nameOf(target);
  const patch = (fields: object): unknown => calendar.update(name, fields, 'person');
  switch (change.kind) {
    case 'rename':
      patch({ subject: `Renamed ${calendar.items.position}` });
      break;
    case 'delete':
      calendar.delete(name);
      if (target.date !== null) deleted.add(storeKey(name));
      break;
    case 'restore':
      calendar.restore(name);
      break;
    case 'make-single':
      patch({ recurrence: null });
      break;
    case 'move': {
      const moved = Date.parse(`${target.start.wall}Z`) + change.days * 86_400_000;
      const dateTime = new Date(moved).toISOString().slice(0, 19);
      const time = { dateTime, timeZone: target.start.zoneName };
      patch({ start: time, end: time });
      break;
    }
    case 'recur': {
      const range = { type: 'noEnd', startDate: target.start.wall.slice(0, 10) };
      patch({ recurrence: { pattern: PATTERNS[change.pattern], range } });
      break;
    }
  }
}

/** A client that keeps what delta tells: of a series, what it was last told of it as a whole. */
class Follower {
  readonly #calendar: MicrosoftCalendar;
  readonly held = new Map<string, CalendarEvent>();
  #token: StateToken;

  constructor(calendar: MicrosoftCalendar) {
    this.#calendar = calendar;
    this.#token = firstToken(calendar, WINDOW);
  }

  /** Reads a page, and answers whether it was the last of its round. */
  read(staleRead: boolean): boolean {
    const { entries, next } = deltaPage(this.#calendar, this.#token, 2, { ...NO_DELTA_FAULTS, staleRead });
    this.#token = next;
    for (const entry of entries) {
      const name = entry.kind === 'removed' ? entry.name : nameOf(entry.event);
      if (name.date === null) this.#forget(name.key);
      if (entry.kind === 'removed') this.held.delete(storeKey(name));
      else if (entry.event.type !== 'seriesMaster') this.held.set(storeKey(name), entry.event);
    }
    return next.kind === 'delta';
  }

  #forget(key: string): void {
    for (const [held, event] of this.held) if (event.key === key) this.held.delete(held);
  }
}

const shown = (events: Iterable<CalendarEvent>, except: ReadonlySet<string>) =>
  [...events]
    .filter((event) => !except.has(storeKey(event)))
    .map((event) => [storeKey(event), event.subject, event.start.wall])
    .toSorted();

it('a client that follows delta sees what a fresh listing shows, deleted occurrences aside', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const world = createCalendar();
      const follower = new Follower(world.calendar);
      for (const [change, reads] of steps) {
        try {
          apply(world, change);
        } catch (error) {
          if (!(error instanceof GraphError)) throw error;
        }
        for (const read of reads) follower.read(read === 'stale');
      }
      // The page under way ends its round, the next round tells the rest.
      while (!follower.read(false));
      while (!follower.read(false));
      const listed = calendarView(world.calendar, WINDOW);
      expect(shown(follower.held.values(), world.deleted)).toEqual(shown(listed, world.deleted));
    }),
    { seed: 20261214, numRuns: 300 },
  );
});
