import { expect } from 'vitest';
import { blocks, CALENDAR, exported, shown, TECHNICIAN, type World, writes } from './world.ts';

interface Personal {
  readonly id: string;
  readonly status?: string;
  readonly transparency?: string;
  readonly eventType?: string;
  readonly start?: { readonly dateTime?: string; readonly date?: string };
  readonly attendees?: readonly { readonly self?: boolean; readonly responseStatus?: string }[];
  readonly extendedProperties?: { readonly private?: Record<string, string> };
}

/**
 * Both sides say the same, judged by what the servers hold and nothing else: each of the technician's bookings is one
 * event with the booking's words and time, nothing else of ours is there, and each single appointment that takes
 * time is one busy block.
 */
export function expectInStep(world: World, calendar = CALENDAR): void {
  const wanted = world.sandbox.booking.bookings
    .all()
    .filter(({ status, technicianIds }) => status !== 'cancelled' && technicianIds.includes(TECHNICIAN))
    .map(({ id, title, location, start, end }) => ({ bookingId: id, summary: title, location, start, end }));
  const present = exported(world, calendar).map(({ bookingId, summary, location, start, end }) => ({
    bookingId,
    summary,
    location,
    start,
    end,
  }));
  expect(sorted(present)).toEqual(sorted(wanted.map(inUtc)));
  const busy = (world.sandbox.google.events(calendar) as readonly Personal[]).filter(takesTime);
  expect(
    blocks(world)
      .map(({ start }) => start)
      .sort(),
  ).toEqual(busy.map(startOf).sort());
}

function takesTime(event: Personal): boolean {
  return (
    event.extendedProperties?.private?.calendarSyncBooking === undefined &&
    event.transparency !== 'transparent' &&
    event.eventType !== 'workingLocation' &&
    event.eventType !== 'birthday' &&
    !event.attendees?.some(({ self, responseStatus }) => self === true && responseStatus === 'declined')
  );
}

const startOf = ({ start }: Personal): string => start?.date ?? new Date(start?.dateTime ?? '').toISOString();

const moment = (text: string): string => (text.length === 10 ? text : new Date(text).toISOString());

function inUtc<T extends { readonly start: string; readonly end: string }>(booking: T): T {
  return { ...booking, start: moment(booking.start), end: moment(booking.end) };
}

const sorted = <T extends { readonly bookingId: string | null }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => String(a.bookingId).localeCompare(String(b.bookingId)));

/** Whatever happened: the next sync settles it, and the two after it have nothing to write and nothing to say. */
export async function expectQuiet(world: World): Promise<void> {
  await world.sync();
  world.sandbox.faults.journal.clear();
  const calendar = shown(world);
  const busy = structuredClone(blocks(world));
  expect((await world.sync()).ok).toBe(true);
  expect((await world.sync()).ok).toBe(true);
  expect(writes(world)).toEqual([]);
  expect(shown(world)).toEqual(calendar);
  expect(blocks(world)).toEqual(busy);
  const { checks } = await world.app.doctor();
  expect(checks.find(({ id }) => id === 'agreement')).toMatchObject({ status: 'ok' });
}
