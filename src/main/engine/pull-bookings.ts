import { writesEvents } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { BookingApi, BookingPage } from '../booking/booking-port.ts';
import { bookingRow } from '../store/observed-row.ts';
import type { RunContext } from './context.ts';
import { mappingWindow, type Span, unionWindow } from './planner/selection.ts';
import { enteredSpan } from './pull-calendar.ts';
import { noteUnseen } from './unseen-technicians.ts';

/**
 * Reads the booking system to its end and makes that the picture: by cursor one request for all mappings, and a
 * complete listing when there is no cursor or the window has moved a day. The cursor even then: a change outside the
 * window is told by it alone.
 */
export async function pullBookings(run: RunContext, booking: BookingApi): Promise<void> {
  const writers = run.mappings.filter(({ mapping }) => writesEvents(mapping.direction));
  if (writers.length === 0) return;
  const { bookings } = run.store;
  const position = bookings.position();
  const window = unionWindow(writers.map(({ mapping }) => mappingWindow(mapping, run.startedAt)));
  const technicians = [...new Set(writers.map(({ mapping }) => mapping.technicianId))].sort();
  const selection = technicians.join('\n');
  const moved = position.windowFrom !== window.from || position.windowTo !== window.to;
  const cursor = selection === position.selection ? position.cursor : null;

  bookings.clearStage();
  let nextCursor = cursor === null ? null : await stageChanges(run, booking.changes(cursor));
  const complete = run.full || moved || nextCursor === null;
  if (complete) {
    if (nextCursor === null) bookings.clearStage();
    const listedAt = await stageListings(run, booking, technicians, window);
    // Where nobody may be seen, nothing that is known is believed gone.
    if (listedAt === null) return bookings.clearStage();
    if (nextCursor === null) await stageBeyond(run, booking, window);
    // The earlier position: what changes while listing is then told again.
    nextCursor ??= listedAt;
  }
  const seen = technicians.filter((id) => !run.unseen.has(id));
  bookings.promote({
    complete,
    cursor: nextCursor,
    // Whoever is not in it is asked for again by the next run.
    selection: seen.join('\n'),
    technicians: seen,
    window,
    mappings: writers.map(({ mapping }) => ({
      id: mapping.id,
      entered: enteredSpan(position.windowTo, window.to, mappingWindow(mapping, run.startedAt)),
    })),
  });
}

/** Stages the pages of the change feed; null when the cursor has expired. */
async function stageChanges(run: RunContext, pages: AsyncIterable<BookingPage>): Promise<string | null> {
  let cursor: string | null = null;
  for await (const page of pages) {
    run.signal.throwIfAborted();
    if (page.kind === 'cursor-expired') return null;
    run.store.bookings.stage(page.items.map(bookingRow));
    run.progress.read(null, null, 'read-bookings', page.items.length);
    cursor = page.nextCursor;
  }
  return cursor ?? incomplete();
}

/**
 * Lists every technician's bookings but those that the booking system does not show this device. The first cursor is
 * kept: it misses nothing that changed while listing. Null where this device is shown nobody.
 */
async function stageListings(
  run: RunContext,
  booking: BookingApi,
  technicians: readonly string[],
  window: Span,
): Promise<string | null> {
  let first: string | null = null;
  let refused = 0;
  for (const technicianId of technicians) {
    try {
      const cursor = await stageChanges(
        run,
        booking.list({ technicianId, from: window.from, to: window.to }),
      );
      first ??= cursor;
      run.unseen.delete(technicianId);
    } catch (thrown) {
      noteUnseen(run, technicianId, thrown);
      refused += 1;
    }
  }
  if (refused > 0 && refused === technicians.length) return null;
  return first ?? incomplete();
}

/** Without a cursor, what lies beyond the window is asked for one by one: few, for few are moved so far. */
async function stageBeyond(run: RunContext, booking: BookingApi, window: Span): Promise<void> {
  const { bookings } = run.store;
  for (const id of bookings.exportedFrom(window.to)) {
    run.signal.throwIfAborted();
    const found = await booking.get(id);
    if (found === 'unaddressable') continue;
    bookings.stage([bookingRow(found === 'missing' ? { id, deleted: true, version: '' } : found)]);
  }
}

function incomplete(): never {
  throw new AppError(
    'PROVIDER_ERROR',
    'The booking system ended its listing without a position. It is tried again next time.',
  );
}
