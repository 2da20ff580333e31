import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import {
  addBooking,
  addPersonal,
  CALENDAR,
  createWorld,
  exported,
  TECHNICIAN,
  type World,
} from '../support/world.ts';

let world: World;
let booking: Booking;
let personal: string;

beforeEach(async () => {
  world = await createWorld();
  booking = addBooking(world, 9);
  personal = addPersonal(world, 10);
  await world.sync();
});
afterEach(() => world.close());

/** What the log says since the given entry, oldest first. */
function said(since = 0): readonly object[] {
  return world.app
    .logs({})
    .items.filter(({ id }) => id > since)
    .toReversed()
    .map(({ operation, status, direction, bookingId, externalId, code }) => ({
      operation,
      status,
      direction,
      bookingId,
      externalId,
      code,
    }));
}
const latest = (): number => world.app.logs({}).items[0]?.id ?? 0;
const eventId = (): string => exported(world)[0]?.id ?? '';

describe('the sync log', () => {
  it('has each operation once, with both ids', () => {
    const entries = said().filter((entry) => 'direction' in entry && entry.direction !== null);
    expect(entries).toEqual([
      {
        operation: 'create',
        status: 'ok',
        direction: 'export',
        bookingId: booking.id,
        externalId: eventId(),
        code: null,
      },
      {
        operation: 'create',
        status: 'ok',
        direction: 'import',
        bookingId: null,
        externalId: personal,
        code: null,
      },
    ]);
    expect(world.app.logs({ search: booking.id }).items[0]).toMatchObject({
      provider: 'google',
      technicianId: TECHNICIAN,
      runId: world.app.status().lastRun?.runId,
      message: expect.stringContaining('Job at 9'),
      attempt: 1,
    });
  });

  it('has changes, moves and deletions in the order they were made', async () => {
    const before = latest();
    const event = eventId();
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
    await world.sync();
    world.sandbox.google.moveEvent(CALENDAR, event, { byMinutes: 60 });
    await world.sync();
    world.sandbox.google.editEvent(CALENDAR, personal, { transparency: 'transparent' });
    world.sandbox.booking.bookings.cancel(booking.id);
    await world.sync();
    expect(said(before)).toMatchObject([
      { operation: 'update', direction: 'export', bookingId: booking.id, externalId: event },
      { operation: 'propose', direction: 'import', bookingId: booking.id, externalId: event },
      { operation: 'delete', direction: 'export', bookingId: booking.id, externalId: event },
      { operation: 'delete', direction: 'import', externalId: personal },
    ]);
  });

  it('has nothing of a quiet sync', async () => {
    const before = latest();
    await world.sync();
    expect(said(before)).toEqual([]);
  });

  it('has every wait for another try, and what failed for good with its code', async () => {
    const before = latest();
    addBooking(world, 13);
    const effect = { kind: 'status', status: 503, when: 'before' } as const;
    world.sandbox.faults.add({ service: 'google', method: 'POST', path: '/events', times: 2, effect });
    await world.sync();
    expect(said(before)).toMatchObject([
      { operation: 'request', status: 'retry' },
      { operation: 'request', status: 'retry' },
      { operation: 'create', status: 'ok' },
    ]);
    addBooking(world, 16);
    world.sandbox.faults.add({ service: 'google', method: 'POST', path: '/events', times: null, effect });
    await world.sync();
    expect(world.app.logs({ status: 'error' }).items[0]).toMatchObject({
      operation: 'create',
      code: 'PROVIDER_ERROR',
      message: expect.stringContaining('It is tried again with the next sync.'),
    });
  });

  it('does not tell of private matters in what was sent', () => {
    expect(JSON.stringify(world.app.logs({ search: personal }).items)).not.toContain('Private 10');
  });
});

describe('explain', () => {
  it('says of a booking where its event is and why', () => {
    const explained = world.app.explain(booking.id);
    expect(explained.links).toMatchObject([
      {
        kind: 'export',
        bookingId: booking.id,
        eventId: eventId(),
        state: 'live',
        reason: 'The booking is new here.',
      },
    ]);
    expect(explained.mapping?.id).toBe(world.app.mappings()[0]?.id);
    expect(explained.decisions).toMatchObject([{ operation: 'create' }]);
  });

  it('says of an event that no longer blocks when and why that was', async () => {
    world.sandbox.google.editEvent(CALENDAR, personal, { transparency: 'transparent' });
    await world.sync();
    expect(
      world.app.explain(personal).decisions.map(({ operation, reason }) => `${operation}: ${reason}`),
    ).toEqual([
      expect.stringMatching(/^create: Blocked .* It blocks time in your calendar\.$/),
      expect.stringMatching(/^delete: Freed .* It is marked as free time\.$/),
      'skip: It is marked as free time.',
    ]);
  });

  it('says of a booking that was seen why it is in no calendar', async () => {
    const reasons = (id: string): readonly string[] =>
      world.app.explain(id).decisions.map(({ operation, reason }) => `${operation}: ${reason}`);
    const farAway = { start: '2028-01-01T09:00:00Z', end: '2028-01-01T10:00:00Z' };
    const later = addBooking(world, 9, farAway).id;
    const cancelled = addBooking(world, 9, { status: 'cancelled' }).id;
    await world.sync();
    expect(reasons(later)).toEqual([
      expect.stringMatching(/^leave-out: It lies outside the days that mapping/),
    ]);
    expect(reasons(cancelled)).toEqual(['leave-out: The booking was cancelled.']);
  });

  it('says of an event that was seen why it blocks no time', async () => {
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { direction: 'export' });
    const id = addPersonal(world, 12);
    await world.sync();
    expect(world.app.explain(id).decisions.map(({ reason }) => reason)).toEqual([
      `Mapping ${mapping?.id}: This mapping does not import.`,
    ]);
  });

  it('knows nothing of what it never saw', () => {
    expect(world.app.explain('nothing')).toEqual({ id: 'nothing', links: [], mapping: null, decisions: [] });
  });
});
