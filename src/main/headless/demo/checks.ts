import type { Booking } from '../../../shared/domain/booking.ts';
import type { BusyBlock } from '../../../shared/domain/busy-block.ts';
import type { SandboxEvent } from './sandbox-event.ts';
import type { Request, SandboxView, Slot } from './sandbox-view.ts';

/** What the demo claims of all its people, each as the sandbox sees it. */
export interface DemoChecks {
  readonly noDuplicates: boolean;
  readonly everyBookingPresent: boolean;
  readonly sameMeetingBlocksOnce: boolean;
  readonly offeredSlotsRemovedByBusyBlocks: boolean;
  readonly secondRunWroteNothing: boolean;
  readonly noPrivateTitleSent: boolean;
  readonly personalEventsUntouched: boolean;
}

export interface Evidence {
  readonly people: readonly PersonEvidence[];
  /** What the second run changed. */
  readonly secondRunWrites: readonly Request[];
}

/** What is known of one technician. */
export interface PersonEvidence {
  /** Before the first run. */
  readonly before: SandboxView;
  /** After the second. */
  readonly after: SandboxView;
  /** The calendar that bookings are exported to, by the path that the sandbox shows its events at. */
  readonly exportedTo: string;
  /** The days that are kept in step. */
  readonly window: { readonly from: Date; readonly to: Date };
  /** IANA zone in which the technician's days begin. */
  readonly timeZone: string;
}

export function demoChecks({ people, secondRunWrites }: Evidence): DemoChecks {
  const everybody = (holds: (person: PersonEvidence) => boolean): boolean =>
    people.length > 0 && people.every(holds);
  return {
    noDuplicates: everybody(hasNoDuplicates),
    everyBookingPresent: everybody(hasEveryBooking),
    sameMeetingBlocksOnce: people.some(hasSharedMeeting) && everybody(blocksSharedMeetingsOnce),
    offeredSlotsRemovedByBusyBlocks: everybody(({ before, after, timeZone }) =>
      areSlotsRemoved(before.slots, after.slots, after.blocks, timeZone),
    ),
    secondRunWroteNothing: secondRunWrites.length === 0,
    noPrivateTitleSent: everybody(
      ({ before, after }) => after.blocks.length > 0 && !mentions(after.blocks, personalTitles(before)),
    ),
    personalEventsUntouched: everybody(({ before, after }) =>
      [...before.events].every(([calendar, events]) =>
        isSubset(events.map(identity), (after.events.get(calendar) ?? []).map(identity)),
      ),
    ),
  };
}

function hasNoDuplicates(person: PersonEvidence): boolean {
  const blocks = person.after.blocks.map(({ start, end, source }) => JSON.stringify([source, start, end]));
  return isUnique(exportedEvents(person).map(eventKey)) && isUnique(blocks);
}

function hasEveryBooking(person: PersonEvidence): boolean {
  const bookings = bookingsToExport(person).map(bookingKey);
  return bookings.length > 0 && sameMembers(bookings, exportedEvents(person).map(eventKey));
}

/** Single events that are in more than one of somebody's calendars. */
function sharedMeetings({ before }: PersonEvidence): readonly SandboxEvent[] {
  const calendars = [...before.events.values()];
  return calendars.flatMap((events, index) =>
    events.filter(({ uid }) =>
      calendars.slice(index + 1).some((others) => others.some((other) => other.uid === uid)),
    ),
  );
}

const hasSharedMeeting = (person: PersonEvidence): boolean => sharedMeetings(person).length > 0;

const blocksSharedMeetingsOnce = (person: PersonEvidence): boolean =>
  sharedMeetings(person).every(({ start, end }) => {
    const isSame = (block: BusyBlock): boolean =>
      Date.parse(block.start) === Date.parse(start) && Date.parse(block.end) === Date.parse(end);
    return person.after.blocks.filter(isSame).length === 1;
  });

/** The bookings that belong into the calendar. */
export function bookingsToExport({
  after,
  window,
}: Pick<PersonEvidence, 'after' | 'window'>): readonly Booking[] {
  return after.bookings.filter(
    ({ status, start, end }) =>
      status !== 'cancelled' &&
      Date.parse(end) > window.from.getTime() &&
      Date.parse(start) < window.to.getTime(),
  );
}

/** What was not there before. */
export function exportedEvents({
  before,
  after,
  exportedTo,
}: Pick<PersonEvidence, 'before' | 'after' | 'exportedTo'>): readonly SandboxEvent[] {
  const known = new Set((before.events.get(exportedTo) ?? []).map(({ id }) => id));
  return (after.events.get(exportedTo) ?? []).filter(({ id }) => !known.has(id));
}

const bookingKey = ({ title, start, end }: Booking): string =>
  JSON.stringify([title, Date.parse(start), Date.parse(end)]);

const eventKey = ({ title, start, end }: SandboxEvent): string =>
  JSON.stringify([title, Date.parse(start), Date.parse(end)]);

const identity = ({ id, version }: SandboxEvent): string => `${id} ${version}`;

const personalTitles = ({ events }: SandboxView): readonly string[] =>
  [...events.values()].flat().flatMap(({ title }) => (title === '' ? [] : [title]));

/** Opaque hashes are left out: one may happen to contain a short title. */
function mentions(blocks: readonly BusyBlock[], titles: readonly string[]): boolean {
  const text = JSON.stringify(blocks).replaceAll(/"[\w-]{22}"/g, '');
  return titles.some((title) => text.includes(JSON.stringify(title).slice(1, -1)));
}

const isUnique = (keys: readonly string[]): boolean => new Set(keys).size === keys.length;

const isSubset = (some: readonly string[], all: readonly string[]): boolean => {
  const known = new Set(all);
  return some.every((key) => known.has(key));
};

const sameMembers = (one: readonly string[], other: readonly string[]): boolean =>
  isSubset(one, other) && isSubset(other, one);

/** Exactly the slots that a busy block touches are gone, and there are some. */
function areSlotsRemoved(
  before: readonly Slot[],
  after: readonly Slot[],
  blocks: readonly BusyBlock[],
  timeZone: string,
): boolean {
  const left = before.filter((slot) => !blocks.some((block) => blocksSlot(block, slot, timeZone)));
  const key = ({ start, end }: Slot): string => `${Date.parse(start)} ${Date.parse(end)}`;
  return left.length < before.length && sameMembers(left.map(key), after.map(key));
}

/** Slots lie within working hours, so each is on one day. */
function blocksSlot(block: BusyBlock, slot: Slot, timeZone: string): boolean {
  if (block.start.length === 10) {
    const day = dateIn(slot.start, block.timeZone ?? timeZone);
    return block.start <= day && day < block.end;
  }
  return Date.parse(block.start) < Date.parse(slot.end) && Date.parse(slot.start) < Date.parse(block.end);
}

/** `YYYY-MM-DD` */
function dateIn(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(new Date(instant))
    .map(({ type, value }): [string, string] => [type, value]);
  const { year, month, day } = Object.fromEntries(parts);
  return `${year}-${month}-${day}`;
}
