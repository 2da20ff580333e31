import fc from 'fast-check';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import { aBooking, fromNow, hourAt } from './planner-builders.ts';
import type { PlannerWorld } from './planner-world.ts';

/** What dispatchers, technicians and bad luck do to a `PlannerWorld`. */

/** Few values, so that both sides sometimes write the same. */
const TIMES: readonly EventTime[] = [
  hourAt(1),
  hourAt(1, 2),
  hourAt(2),
  {
    kind: 'all-day',
    start: fromNow(3).slice(0, 10),
    end: fromNow(4).slice(0, 10),
    timeZone: 'Europe/Berlin',
  },
  // After the window, before it, and more than two windows ago.
  hourAt(200),
  hourAt(-45),
  hourAt(-70),
];
const TEXTS = ['', 'Boiler service', 'Boiler replacement', 'Prüfung & Wartung 🔧'] as const;
export const BOOKINGS: readonly string[] = ['booking_0', 'booking_1', 'booking_2'];

type Content = Pick<CalendarEvent, 'time' | 'title' | 'description' | 'location' | 'status'>;

const content: fc.Arbitrary<Partial<Content>> = fc.record(
  {
    time: fc.constantFrom(...TIMES),
    title: fc.constantFrom(...TEXTS.slice(1)),
    description: fc.constantFrom(...TEXTS),
    location: fc.constantFrom(...TEXTS),
    status: fc.constantFrom('confirmed', 'tentative'),
  },
  { requiredKeys: [] },
);

interface Act {
  readonly kind: keyof typeof ACTS;
  readonly booking: string;
  readonly content: Partial<Content>;
}

/** The newest of our events of a booking that lie in the bin. */
function newestInBin(world: PlannerWorld, booking: string): CalendarEvent | undefined {
  return [...world.bin.values()]
    .filter(({ tag }) => tag?.bookingId === booking)
    .sort((a, b) => (b.tag?.incarnation ?? 0) - (a.tag?.incarnation ?? 0))
    .at(0);
}

function changeBooking(world: PlannerWorld, id: string, changes: Partial<Booking>): void {
  const booking = world.bookings.get(id);
  if (booking !== undefined) world.book({ ...booking, ...changes });
}

function changeEvent(world: PlannerWorld, id: string, changes: Partial<CalendarEvent>): void {
  const event = world.exportsOf(id).at(0);
  if (event !== undefined) world.put({ ...event, ...changes });
}

const ACTS = {
  /** Books it, books it again, or changes it. */
  book: (world: PlannerWorld, { booking, content: { time, ...rest } }: Act) => {
    world.removed.delete(booking);
    const known = world.bookings.get(booking) ?? aBooking({ id: booking });
    const moved = time === undefined ? {} : { start: time.start, end: time.end };
    const status = known.status === 'cancelled' ? 'confirmed' : known.status;
    world.book({ ...known, status, technicianIds: ['tech_tess'], ...moved, ...rest });
  },
  cancel: (world: PlannerWorld, { booking }: Act) => changeBooking(world, booking, { status: 'cancelled' }),
  reassign: (world: PlannerWorld, { booking }: Act) =>
    changeBooking(world, booking, { technicianIds: ['tech_other'] }),
  remove: (world: PlannerWorld, { booking }: Act) => {
    if (world.bookings.has(booking)) world.removed.add(booking);
  },
  edit: (world: PlannerWorld, { booking, content: changes }: Act) => changeEvent(world, booking, changes),
  repeat: (world: PlannerWorld, { booking }: Act) => changeEvent(world, booking, { form: 'series' }),
  bin: (world: PlannerWorld, { booking }: Act) => {
    for (const { id } of world.exportsOf(booking)) world.bury(id);
  },
  /** Takes the event out of the bin again. */
  unbin: (world: PlannerWorld, { booking }: Act) => {
    const event = newestInBin(world, booking);
    if (event === undefined || world.exportsOf(booking).length > 0) return;
    world.bin.delete(event.id);
    world.put(event);
  },
  /** A copy has the tag of the original, but an id of its own: it is the technician's. */
  copy: (world: PlannerWorld, { booking }: Act) => {
    const event = world.exportsOf(booking).at(0);
    if (event !== undefined) world.put({ ...event, id: `copy-of-${event.id}`, title: 'My copy' });
  },
  /** The next run does not see the event that it follows: a server that answers badly. */
  hide: (world: PlannerWorld, { booking }: Act) => {
    const link = world.links.get(booking);
    if (link?.state === 'live' || link?.state === 'parked') world.hidden.add(link.eventId);
  },
  loseAnswer: (world: PlannerWorld, { booking }: Act) => world.deaf.add(booking),
  loseDatabase: (world: PlannerWorld) => world.links.clear(),
} as const satisfies Record<string, (world: PlannerWorld, act: Act) => unknown>;

/** What can happen while requests are on their way. */
const MEANWHILE = ['book', 'cancel', 'reassign', 'edit', 'bin', 'copy'] as const;

const acts = (kinds: readonly (keyof typeof ACTS)[], maxLength: number): fc.Arbitrary<readonly Act[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      booking: fc.constantFrom(...BOOKINGS),
      content,
    }),
    { maxLength },
  );

/** What happens between two times of quiet: before the next run, and while it carries out its plan. */
export interface Phase {
  readonly before: readonly Act[];
  readonly meanwhile: readonly Act[];
}

export const phase: fc.Arbitrary<Phase> = fc.record({
  // Twice as often what makes for conflicts.
  before: acts([...(Object.keys(ACTS) as (keyof typeof ACTS)[]), 'book', 'edit', 'book', 'edit'], 8),
  meanwhile: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: acts(MEANWHILE, 3) },
  ),
});

export function perform(world: PlannerWorld, performed: readonly Act[]): void {
  for (const act of performed) ACTS[act.kind](world, act);
}
