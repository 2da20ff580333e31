import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ListedEvent } from '../../src/sandbox/google/event.ts';
import { eventPage, NO_LISTING_FAULTS } from '../../src/sandbox/google/event-page.ts';
import { GoogleError } from '../../src/sandbox/google/google-error.ts';
import { GoogleState } from '../../src/sandbox/google/state.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { silentCallbacks } from '../support/silent-callbacks.ts';

const CALENDAR = 'anna@gmail.example';
const ZONE = 'Europe/London';
const NOW = Date.parse('2026-03-02T08:00:00Z');
const WINDOW = { timeMin: ['2026-03-09T00:00:00Z'], timeMax: ['2026-04-06T00:00:00Z'] };
const RULES = ['RRULE:FREQ=WEEKLY', 'RRULE:FREQ=WEEKLY;BYDAY=TU,FR', 'RRULE:FREQ=DAILY;INTERVAL=5;COUNT=6'];

type Edit =
  | { readonly kind: 'add'; readonly day: number }
  | { readonly kind: 'rename' | 'delete' | 'restore' | 'make-single'; readonly which: number }
  | { readonly kind: 'move'; readonly which: number; readonly days: number }
  | { readonly kind: 'recur'; readonly which: number; readonly rule: number };

const which = fc.nat({ max: 40 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('add'), day: fc.nat({ max: 50 }) }),
  fc.record({ kind: fc.constantFrom('rename', 'delete', 'restore', 'make-single'), which }),
  fc.record({ kind: fc.constant('move'), which, days: fc.integer({ min: -20, max: 20 }) }),
  fc.record({ kind: fc.constant('recur'), which, rule: fc.nat({ max: RULES.length - 1 }) }),
);
/** Edits, each with the pages that a client reads after it: fresh ones and stale ones. */
const pages = fc.array(fc.constantFrom('fresh', 'fresh', 'stale'), { maxLength: 3 });
const history = fc.array(fc.tuple(edit, pages), { minLength: 1, maxLength: 40 });

function createCalendar() {
  const clock = { now: () => new Date(NOW), sleep: async () => undefined };
  const state = new GoogleState(clock, seededRandom(5), silentCallbacks(clock));
  const calendar = { id: CALENDAR, summary: 'Anna', timeZone: ZONE, primary: true };
  const account = { email: CALENDAR, sub: '1', name: 'Anna' };
  state.addAccount({ ...account, calendars: [{ ...calendar, accessRole: 'owner' as const }] });
  return state;
}

/** What stands in the window: events by id, as a client that lists single events sees them. */
function listed(state: GoogleState): Map<string, ListedEvent> {
  const parameters = { singleEvents: ['true'], maxResults: ['2500'], ...WINDOW };
  const { items } = eventPage(state.calendar(CALENDAR), parameters, NOW);
  return new Map(items.map((item) => [item.id, item]));
}

/** Everything that can be touched: single events, series and some of their occurrences. */
function targets(state: GoogleState): readonly string[] {
  const written = state.events(CALENDAR, { includeDeleted: true }).map(({ id }) => id);
  return [...new Set([...written, ...listed(state).keys()])];
}

function add(state: GoogleState, day: number): unknown {
  const time = { dateTime: new Date(Date.UTC(2026, 1, 25 + day, 10)).toISOString(), timeZone: ZONE };
  return state.addEvent(CALENDAR, { summary: 'New', start: time, end: time });
}

function apply(state: GoogleState, change: Edit): unknown {
  const ids = targets(state);
  const id = ids['which' in change ? change.which % Math.max(1, ids.length) : 0] ?? 'nothing';
  switch (change.kind) {
    case 'add':
      return add(state, change.day);
    case 'rename':
      return state.editEvent(CALENDAR, id, {
        summary: `Renamed ${state.calendar(CALENDAR).events.position}`,
      });
    case 'delete':
      return state.deleteEvent(CALENDAR, id);
    case 'restore':
      return state.editEvent(CALENDAR, id, { status: 'confirmed' });
    case 'make-single':
      return state.editEvent(CALENDAR, id, { recurrence: null });
    case 'move':
      return state.moveEvent(CALENDAR, id, { byMinutes: change.days * 24 * 60 });
    case 'recur':
      return state.makeRecurring(CALENDAR, id, [RULES[change.rule] ?? '']);
  }
}

/** What a person cannot do (delete twice, make an occurrence recur) is simply not done. */
function attempt(state: GoogleState, change: Edit): void {
  try {
    apply(state, change);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
  }
}

/** A client that keeps a copy of the window, page by small page. */
function createMirror(state: GoogleState) {
  const held = new Map<string, ListedEvent>();
  let next: Readonly<Record<string, readonly string[]>> = { singleEvents: ['true'], ...WINDOW };
  const read = (staleRead = false): boolean => {
    const faults = { ...NO_LISTING_FAULTS, staleRead };
    const page = eventPage(state.calendar(CALENDAR), { ...next, maxResults: ['3'] }, NOW, faults);
    for (const item of page.items) {
      if (item.status === 'cancelled' || !touchesWindow(item)) {
        held.delete(item.id);
        continue;
      }
      held.set(item.id, item);
      // A single event that has become a series is never reported as gone: its instances take its place.
      if (item.recurringEventId !== undefined) held.delete(item.recurringEventId);
    }
    next =
      page.nextPageToken === undefined
        ? { syncToken: [page.nextSyncToken ?? ''] }
        : { pageToken: [page.nextPageToken] };
    return page.nextSyncToken !== undefined;
  };
  return { held, read };
}

function touchesWindow(item: ListedEvent): boolean {
  if (!('start' in item)) return false;
  const start = Date.parse(item.start.dateTime ?? '');
  return start >= Date.parse(WINDOW.timeMin[0] ?? '') && start < Date.parse(WINDOW.timeMax[0] ?? '');
}

/** A single event that became a series without an instance in the window leaves nothing to be told. */
function withoutSeries(state: GoogleState, held: ReadonlyMap<string, ListedEvent>) {
  return new Map([...held].filter(([id]) => state.event(CALENDAR, id)?.recurrence === undefined));
}

it('a client that only ever reads what has changed ends up with what is there', () => {
  fc.assert(
    fc.property(history, (edits) => {
      const state = createCalendar();
      const mirror = createMirror(state);
      for (const [change, read] of edits) {
        attempt(state, change);
        for (const page of read) mirror.read(page === 'stale');
      }
      while (!mirror.read());
      while (!mirror.read());
      const held = withoutSeries(state, mirror.held);
      expect(Object.fromEntries([...held].sort())).toEqual(Object.fromEntries([...listed(state)].sort()));
    }),
    { numRuns: 150, seed: 20260302 },
  );
});
