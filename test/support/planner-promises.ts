import { isDeepStrictEqual } from 'node:util';
import { desiredEvent } from '../../src/main/engine/planner/desired-event.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent, DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import { fromNow } from './planner-builders.ts';
import { type Phase, perform } from './planner-people.ts';
import { FIELDS, type Field } from './planner-scene.ts';
import type { PlannerWorld, Shuffle } from './planner-world.ts';

/** What the design promises of whole runs, judged from outside: by what is in the calendar and in the bookings. */

/** A proposal and its answer, then the other fields, then a look that finds nothing; some more for taken ids. */
const FEW_ROUNDS = 8;
const HISTORY = fromNow(-60);

interface Edit {
  readonly bookingId: string;
  readonly field: Field;
  readonly value: unknown;
}

/** All that is remembered of a phase in order to judge its end. */
interface Record {
  /** At the last quiet: the calendar with its bin, and the bookings that were to be exported. */
  readonly calendar: ReadonlyMap<string, CalendarEvent>;
  readonly bookings: ReadonlyMap<string, Booking>;
  readonly own: readonly CalendarEvent[];
  /** The base is what the tag says was written last: a move that was agreed on since is not known any more. */
  readonly adopts: boolean;
  readonly kept: number;
  /** When the plan was made. */
  planned: {
    readonly selected: ReadonlySet<string>;
    readonly bookings: ReadonlyMap<string, Booking>;
    readonly own: readonly CalendarEvent[];
  };
  /** When everybody but the engine was done. */
  done: {
    readonly edits: readonly Edit[];
    readonly own: readonly CalendarEvent[];
    readonly bookings: ReadonlyMap<string, Booking>;
    readonly bin: ReadonlySet<string>;
    readonly foreign: readonly CalendarEvent[];
  };
}

const fieldOf = (event: DesiredEvent, field: Field): unknown =>
  field === 'time' ? [event.time.start, event.time.end] : event[field];
const endOf = ({ end }: { readonly end: string }): string =>
  end.length === 10 ? `${end}T00:00:00.000Z` : end;

const own = (world: PlannerWorld): readonly CalendarEvent[] =>
  [...world.bookings.keys()].flatMap((id) => world.exportsOf(id));

/** What is not ours: without our tag, with the tag of another scope, or a copy of what is ours. */
const foreign = (world: PlannerWorld): readonly CalendarEvent[] =>
  [...world.calendar.values()].filter(({ id, tag }) => tag?.self !== id || tag.scope !== 'tech_tess');

/**
 * The fields of our events that people have changed since, and not changed back. Typing what the calendar only shows
 * in another form is not a change.
 */
function editsSince(before: ReadonlyMap<string, CalendarEvent>, world: PlannerWorld): readonly Edit[] {
  const { render } = world.settings;
  return own(world).flatMap((event) => {
    const was = before.get(event.id);
    if (was === undefined) return [];
    return FIELDS.filter(
      (field) => !isDeepStrictEqual(fieldOf(render(event), field), fieldOf(render(was), field)),
    ).map((field) => ({ bookingId: event.tag?.bookingId ?? '', field, value: fieldOf(event, field) }));
  });
}

/** Lets one phase happen, waits for quiet, and tells which promises were broken. */
export function live(world: PlannerWorld, { before, meanwhile }: Phase, shuffle: Shuffle): readonly string[] {
  const record: Record = {
    calendar: new Map([...world.bin, ...world.calendar]),
    bookings: new Map([...world.bookings].filter(([id]) => world.isSelected(id))),
    adopts: before.some(({ kind }) => kind === 'loseDatabase' || kind === 'unbin'),
    own: own(world),
    kept: world.kept.length,
    planned: { selected: new Set(), bookings: new Map(), own: [] },
    done: { edits: [], own: [], bookings: new Map(), bin: new Set(), foreign: [] },
  };
  perform(world, before);
  world.round(shuffle, () => {
    const selected = [...world.bookings.keys()].filter((id) => world.isSelected(id));
    record.planned = {
      selected: new Set(selected),
      bookings: new Map(world.bookings),
      own: own(world),
    };
    perform(world, meanwhile);
    record.done = {
      edits: editsSince(record.calendar, world),
      own: own(world),
      bookings: new Map(world.bookings),
      bin: new Set(world.bin.keys()),
      foreign: foreign(world),
    };
  });
  let rounds = 1;
  while (world.round(shuffle).length > 0) {
    rounds += 1;
    if (rounds > FEW_ROUNDS) return [`it does not come to rest in ${FEW_ROUNDS} rounds`];
  }
  return [...broken(world, record, shuffle)];
}

function* broken(world: PlannerWorld, record: Record, shuffle: Shuffle): Generator<string> {
  const later = [...world.round(shuffle), ...world.round(shuffle)];
  if (later.length > 0) yield `I8 quiet does not stay quiet: ${later.map(({ kind }) => kind)}`;
  if (!isDeepStrictEqual(foreign(world), record.done.foreign)) yield 'I4 something foreign was written';
  for (const booking of world.bookings.values()) yield* disagreements(world, booking);
  yield* unprovenDeletions(world, record);
  yield* lostEdits(world, record);
  yield* disturbedBookings(world, record);
  yield* unwantedReturns(world, record);
}

/** I1 and I2. */
function* disagreements(world: PlannerWorld, booking: Booking): Generator<string> {
  const [event, ...more] = world.exportsOf(booking.id);
  const link = world.links.get(booking.id);
  if (more.length > 0) yield `I2 ${booking.id} has two events`;
  if (!world.isSelected(booking.id)) {
    if (event !== undefined) yield `I1 ${booking.id} is gone and has an event`;
    return;
  }
  switch (link?.state) {
    case undefined:
    case 'pending':
    case 'deleted':
      if (event !== undefined) yield `I1 the event of ${booking.id} is not known`;
      if (endOf(booking) > fromNow(-30) && booking.start < fromNow(180))
        yield `I1 ${booking.id} is not exported`;
      return;
    case 'left':
    case 'asked':
      if (event !== undefined) yield `I1 ${booking.id} is left away and has an event`;
      if (world.settings.mapping.onDelete !== { left: 'leave', asked: 'ask' }[link.state])
        yield `I1 ${booking.id} is left away against the policy`;
      return;
    case 'parked':
      if (link.rewrites < 3) yield `I1 ${booking.id} is parked without a reason`;
      return;
    case 'live':
      if (event === undefined && endOf(booking) > HISTORY) yield `I1 ${booking.id} has no event`;
      if (event === undefined || (endOf(booking) < HISTORY && endOf(event.time) < HISTORY)) return;
      if (!agrees(world, event, booking)) yield `I1 the event of ${booking.id} says something else`;
  }
}

/** Whether an event says in every field what its booking says, in its words or as the calendar renders them. */
function agrees(world: PlannerWorld, event: CalendarEvent, booking: Booking): boolean {
  const wanted = desiredEvent(booking);
  const versions = [wanted, world.settings.render(wanted)];
  return (
    event.form === 'single' &&
    FIELDS.every((field) =>
      versions.some((version) => isDeepStrictEqual(fieldOf(event, field), fieldOf(version, field))),
    )
  );
}

/** I6: besides what people deleted themselves, only events of bookings that are gone are deleted. */
function* unprovenDeletions(world: PlannerWorld, { planned, done }: Record): Generator<string> {
  for (const [id, { tag }] of world.bin) {
    const bookingId = tag?.bookingId ?? '';
    const stands = planned.selected.has(bookingId) && world.isSelected(bookingId);
    if (!done.bin.has(id) && stands) yield `I6 the event of ${bookingId} was deleted`;
  }
}

/** I3: what a person typed is in the calendar, kept, or what the booking says, or said when that was looked at. */
function* lostEdits(world: PlannerWorld, { kept, planned, done }: Record): Generator<string> {
  for (const { bookingId, field, value } of done.edits) {
    const recorded = world.kept.slice(kept).filter((one) => one.bookingId === bookingId);
    const booked = [world.bookings.get(bookingId), planned.bookings.get(bookingId)];
    const places: readonly DesiredEvent[] = [
      ...world.exportsOf(bookingId),
      ...recorded.map(({ calendarSide }) => calendarSide),
      ...booked.flatMap((booking) => (booking === undefined ? [] : [desiredEvent(booking)])),
    ];
    if (!places.some((place) => isDeepStrictEqual(fieldOf(place, field), value)))
      yield `I3 the ${field} that somebody gave ${bookingId} is lost`;
  }
}

/** Nothing of a booking changes but its time, and that only to what the technician chose and dispatch may accept. */
function* disturbedBookings(world: PlannerWorld, record: Record): Generator<string> {
  const { mapping, canReschedule, fixed } = world.settings;
  for (const [id, was] of record.done.bookings) {
    const is = world.bookings.get(id) ?? was;
    if (!isDeepStrictEqual({ ...is, version: '' }, { ...was, start: is.start, end: is.end, version: '' }))
      yield `I4 ${id} was changed beyond its time`;
    if (is.start === was.start && is.end === was.end) continue;
    if (mapping.direction !== 'two-way' || !canReschedule || fixed.has(id))
      yield `${id} was moved without leave`;
    const before = record.bookings.get(id);
    // Where the base is older than the last quiet, a booking that moved back to it seems never to have moved.
    const recent = before !== undefined && !record.adopts && endOf(before) > HISTORY;
    if (recent && (before.start !== was.start || before.end !== was.end))
      yield `${id} was moved although dispatch moved it`;
    const shown = [...record.planned.own, ...record.done.own].filter(({ tag }) => tag?.bookingId === id);
    if (!shown.some(({ time }) => time.start === is.start && time.end === is.end))
      yield `${id} was moved to where nobody moved it`;
  }
}

/** I13: what the technician deleted stays deleted, unless the policy restores it or the booking changes. */
function* unwantedReturns(world: PlannerWorld, { own, bookings, done }: Record): Generator<string> {
  if (world.settings.mapping.onDelete === 'restore') return;
  for (const event of own) {
    const id = event.tag?.bookingId ?? '';
    const before = bookings.get(id);
    const unchanged = before !== undefined && before === done.bookings.get(id) && endOf(before) > HISTORY;
    if (unchanged && done.bin.has(event.id) && world.exportsOf(id).length > 0) yield `I13 ${id} came back`;
  }
}
