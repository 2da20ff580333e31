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

/** Calendar and bookings at one moment. */
interface Moment {
  readonly calendar: ReadonlyMap<string, CalendarEvent>;
  readonly bin: ReadonlyMap<string, CalendarEvent>;
  /** Our living events. */
  readonly own: readonly CalendarEvent[];
  /** What is not ours: without our tag, with the tag of another scope, or a copy of what is ours. */
  readonly foreign: readonly CalendarEvent[];
  readonly bookings: ReadonlyMap<string, Booking>;
  readonly selected: ReadonlySet<string>;
  /** How many edits were kept so far. */
  readonly kept: number;
}

function look(world: PlannerWorld): Moment {
  const ids = [...world.bookings.keys()];
  return {
    calendar: new Map(world.calendar),
    bin: new Map(world.bin),
    own: ids.flatMap((id) => world.exportsOf(id)),
    foreign: [...world.calendar.values()].filter(
      ({ id, tag }) => tag?.self !== id || tag.scope !== 'tech_tess',
    ),
    bookings: new Map(world.bookings),
    selected: new Set(ids.filter((id) => world.isSelected(id))),
    kept: world.kept.length,
  };
}

/** One phase, by its moments: the last quiet, when the plan was made, and when everybody but the engine was done. */
interface Account {
  readonly quiet: Moment;
  readonly planned: Moment;
  readonly done: Moment;
  /** Something is adopted, so the base is what its tag says: a move that was agreed on since is not in it. */
  readonly adopts: boolean;
}

const fieldOf = (event: DesiredEvent, field: Field): unknown =>
  field === 'time' ? [event.time.start, event.time.end] : event[field];
const endOf = ({ end }: { readonly end: string }): string =>
  end.length === 10 ? `${end}T00:00:00.000Z` : end;
const bookingIdOf = ({ tag }: CalendarEvent): string => tag?.bookingId ?? '';

/** Lets one phase happen, waits for quiet, and tells which promises were broken. */
export function live(world: PlannerWorld, { before, meanwhile }: Phase, shuffle: Shuffle): readonly string[] {
  const quiet = look(world);
  let planned = quiet;
  let done = quiet;
  perform(world, before);
  world.round(shuffle, () => {
    planned = look(world);
    perform(world, meanwhile);
    done = look(world);
  });
  for (let rounds = 1; world.round(shuffle).length > 0; rounds += 1) {
    if (rounds > FEW_ROUNDS) return [`it does not come to rest in ${FEW_ROUNDS} rounds`];
  }
  const adopts = before.some(({ kind }) => kind === 'loseDatabase' || kind === 'unbin');
  return [...broken(world, { quiet, planned, done, adopts }, shuffle)];
}

function* broken(world: PlannerWorld, account: Account, shuffle: Shuffle): Generator<string> {
  const later = [...world.round(shuffle), ...world.round(shuffle)];
  if (later.length > 0) yield `I8 quiet does not stay quiet: ${later.map(({ kind }) => kind)}`;
  if (!isDeepStrictEqual(look(world).foreign, account.done.foreign)) yield 'I4 something foreign was written';
  for (const booking of world.bookings.values()) yield* disagreements(world, booking);
  yield* unprovenDeletions(world, account);
  yield* lostEdits(world, account);
  yield* disturbedBookings(world, account);
  yield* unwantedReturns(world, account);
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
function* unprovenDeletions(world: PlannerWorld, { planned, done }: Account): Generator<string> {
  for (const [id, event] of world.bin) {
    const bookingId = bookingIdOf(event);
    const stands = planned.selected.has(bookingId) && world.isSelected(bookingId);
    if (stands && !done.bin.has(id)) yield `I6 the event of ${bookingId} was deleted`;
  }
}

/** I3: what a person typed is in the calendar, kept, or what the booking says, or said when that was looked at. */
function* lostEdits(world: PlannerWorld, { quiet, planned, done }: Account): Generator<string> {
  const { render } = world.settings;
  for (const event of done.own) {
    const id = bookingIdOf(event);
    const was = quiet.calendar.get(event.id) ?? quiet.bin.get(event.id) ?? event;
    const recorded = world.kept.slice(quiet.kept).filter(({ bookingId }) => bookingId === id);
    const booked = [world.bookings.get(id), planned.bookings.get(id)];
    const places: readonly DesiredEvent[] = [
      ...world.exportsOf(id),
      ...recorded.map(({ calendarSide }) => calendarSide),
      ...booked.flatMap((booking) => (booking === undefined ? [] : [desiredEvent(booking)])),
    ];
    for (const field of FIELDS) {
      // Typing what the calendar only shows in another form is not a change.
      if (isDeepStrictEqual(fieldOf(render(event), field), fieldOf(render(was), field))) continue;
      if (!places.some((place) => isDeepStrictEqual(fieldOf(place, field), fieldOf(event, field))))
        yield `I3 the ${field} that somebody gave ${id} is lost`;
    }
  }
}

/** Nothing of a booking changes but its time, and that only to what the technician chose and dispatch may accept. */
function* disturbedBookings(
  world: PlannerWorld,
  { quiet, planned, done, adopts }: Account,
): Generator<string> {
  const { mapping, canReschedule, fixed } = world.settings;
  for (const [id, was] of done.bookings) {
    const is = world.bookings.get(id) ?? was;
    if (!isDeepStrictEqual({ ...is, version: '' }, { ...was, start: is.start, end: is.end, version: '' }))
      yield `I4 ${id} was changed beyond its time`;
    if (is.start === was.start && is.end === was.end) continue;
    if (mapping.direction !== 'two-way' || !canReschedule || fixed.has(id))
      yield `${id} was moved without leave`;
    const shown = [...planned.own, ...done.own].filter((event) => bookingIdOf(event) === id);
    if (!shown.some(({ time }) => time.start === is.start && time.end === is.end))
      yield `${id} was moved to where nobody moved it`;
    const before = standing(id, quiet);
    if (before !== undefined && !adopts && (before.start !== was.start || before.end !== was.end))
      yield `${id} was moved although dispatch moved it`;
  }
}

/** I13: what the technician deleted stays deleted, unless the policy restores it or the booking changes. */
function* unwantedReturns(world: PlannerWorld, { quiet, done }: Account): Generator<string> {
  if (world.settings.mapping.onDelete === 'restore') return;
  for (const event of quiet.own) {
    const id = bookingIdOf(event);
    const before = standing(id, quiet);
    const unchanged = before !== undefined && before === done.bookings.get(id);
    if (unchanged && done.bin.has(event.id) && world.exportsOf(id).length > 0) yield `I13 ${id} came back`;
  }
}

/** A booking that was kept up to date at that moment: what is history may have an older base. */
function standing(bookingId: string, { bookings, selected }: Moment): Booking | undefined {
  const booking = bookings.get(bookingId);
  return booking !== undefined && selected.has(bookingId) && endOf(booking) > HISTORY ? booking : undefined;
}
