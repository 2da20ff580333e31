import type { Booking } from '../../../shared/domain/booking.ts';
import type { BusyBlock } from '../../../shared/domain/busy-block.ts';
import type { Request, SandboxEvent, SandboxView, Slot } from './sandbox-view.ts';

/** What the demo claims, each as the sandbox sees it. */
export interface DemoChecks {
  readonly noDuplicates: boolean;
  readonly everyBookingPresent: boolean;
  readonly offeredSlotsRemovedByBusyBlocks: boolean;
  readonly secondRunWroteNothing: boolean;
  readonly noPrivateTitleSent: boolean;
  readonly personalEventsUntouched: boolean;
}

export interface Evidence {
  /** Before the first run. */
  readonly before: SandboxView;
  /** After the second. */
  readonly after: SandboxView;
  /** The calendar that bookings are exported to. */
  readonly calendarId: string;
  /** What the second run changed. */
  readonly secondRunWrites: readonly Request[];
  /** The days that are kept in step. */
  readonly window: { readonly from: Date; readonly to: Date };
  /** IANA zone in which the technician's days begin. */
  readonly timeZone: string;
}

export function demoChecks(evidence: Evidence): DemoChecks {
  const { before, after, secondRunWrites } = evidence;
  const exported = exportedEvents(evidence).map(eventKey);
  const bookings = bookingsToExport(evidence).map(bookingKey);
  const blocks = after.blocks.map(({ start, end, source }) => JSON.stringify([source, start, end]));
  return {
    noDuplicates: isUnique(exported) && isUnique(blocks),
    everyBookingPresent: bookings.length > 0 && sameMembers(bookings, exported),
    offeredSlotsRemovedByBusyBlocks: areSlotsRemoved(
      before.slots,
      after.slots,
      after.blocks,
      evidence.timeZone,
    ),
    secondRunWroteNothing: secondRunWrites.length === 0,
    noPrivateTitleSent: after.blocks.length > 0 && !mentions(after.blocks, personalTitles(before)),
    personalEventsUntouched: [...before.events].every(([calendarId, events]) =>
      isSubset(events.map(identity), (after.events.get(calendarId) ?? []).map(identity)),
    ),
  };
}

/** The bookings that belong into the calendar. */
export function bookingsToExport({ after, window }: Pick<Evidence, 'after' | 'window'>): readonly Booking[] {
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
  calendarId,
}: Pick<Evidence, 'before' | 'after' | 'calendarId'>): readonly SandboxEvent[] {
  const known = new Set((before.events.get(calendarId) ?? []).map(({ id }) => id));
  return (after.events.get(calendarId) ?? []).filter(({ id }) => !known.has(id));
}

const bookingKey = ({ title, start, end }: Booking): string =>
  JSON.stringify([title, Date.parse(start), Date.parse(end)]);

const eventKey = ({ summary, start, end }: SandboxEvent): string =>
  JSON.stringify([
    summary,
    Date.parse(start.dateTime ?? start.date ?? ''),
    Date.parse(end.dateTime ?? end.date ?? ''),
  ]);

const identity = ({ id, etag }: SandboxEvent): string => `${id} ${etag}`;

const personalTitles = ({ events }: SandboxView): readonly string[] =>
  [...events.values()].flat().flatMap(({ summary }) => (summary === '' ? [] : [summary]));

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
