import { imports, writesEvents } from '../../shared/domain/mapping.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { HoldItem } from '../store/hold-repository.ts';
import { bookingFromRow, bookingRow, eventFromRow, eventRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
import { logEntry } from './log-entry.ts';
import { type Disappearance, guard } from './planner/guard.ts';
import { selects } from './planner/selection.ts';

interface Missing extends Disappearance {
  readonly side: 'booking' | 'event';
  readonly title: string;
  readonly start: string;
}

interface MissingRow {
  readonly link_id: number;
  readonly state: string;
  readonly series_id: string | null;
  readonly content: string;
}

/**
 * Judges what seems to have gone, before anything is planned: too much at once waits for a person (a hold), the rest
 * is proven. What is held stays out of the plan, and the listing it was inferred from is read again next time.
 */
export function judgeDisappearances(run: RunContext, context: MappingContext): void {
  const { store } = run;
  const missing = [...missingEvents(run, context), ...missingBookings(run, context)];
  const released = store.holds.released(context.mapping.id);
  const open = store.holds.openOf(context.mapping.id);
  if (missing.length === 0 && released.size === 0 && open === undefined) return;
  const orphans = orphanBlocks(run, context);
  for (const linkId of released) {
    if (orphans.has(linkId) || missing.some((one) => one.linkId === linkId)) continue;
    store.holds.forgetReleased(context.mapping.id, linkId);
  }
  const verdict = guard({
    disappearances: missing,
    total: store.links.liveCount(context.mapping.id),
    suddenlyEmpty:
      store.calendars.position(context.calendar).suddenlyEmpty || store.bookings.position().suddenlyEmpty,
    released,
  });
  const held = missing.filter(({ linkId }) => verdict.held.has(linkId));
  for (const { linkId } of held) run.held.add(linkId);
  store.transaction(() => {
    if (held.some(({ side, proof }) => side === 'event' && proof === 'inferred')) {
      store.calendars.clearCursor(context.calendar);
    }
    if (held.some(({ side, proof }) => side === 'booking' && proof === 'inferred'))
      store.bookings.clearCursor();
    const waiting = waitingItems(run, context).filter(({ linkId }) => orphans.has(linkId));
    holdDeletions(run, context, [...held, ...waiting], verdict.reason);
  });
}

/** Blocks that were found without an event: only once the import is planned is it known whether theirs has gone. */
function orphanBlocks({ store }: RunContext, { mapping }: MappingContext): ReadonlySet<number> {
  if (!imports(mapping.direction)) return new Set();
  return new Set(store.links.blocksWithoutEvent(mapping.id).map(({ id }) => id));
}

/** A deletion that waits for a person's answer. */
export interface Held {
  readonly linkId: number;
  readonly title: string;
  readonly start: string;
}

/** What the mapping's open hold says. */
export function waitingItems({ store }: RunContext, { mapping }: MappingContext): readonly Held[] {
  const open = store.holds.openOf(mapping.id);
  if (open === undefined) return [];
  return store.holds.items(open.id).map(({ link_id: linkId, title, start }) => ({ linkId, title, start }));
}

/**
 * Makes the mapping's open hold say exactly what is held now, or ends it.
 * @param reason null where nothing was added to what waited before, whose reason stays
 */
export function holdDeletions(
  run: RunContext,
  context: MappingContext,
  held: readonly Held[],
  reason: string | null,
): void {
  const { store } = run;
  const at = run.clock.now().toISOString();
  const open = store.holds.openOf(context.mapping.id);
  if (held.length === 0) {
    if (open !== undefined) store.holds.close(open.id, 'ended', at);
    return;
  }
  const items = new Map<number, HoldItem>();
  for (const { linkId, title, start } of held) items.set(linkId, { link_id: linkId, title, start });
  store.holds.put({
    id: `hold_${run.random.uuid()}`,
    mappingId: context.mapping.id,
    reason: reason ?? open?.reason ?? '',
    at,
    items: [...items.values()],
  });
  if (open !== undefined) return;
  store.syncLog.append(
    logEntry(run, context, {
      direction: null,
      operation: 'hold',
      status: 'ok',
      message: `${reason ?? ''} ${items.size} deletions wait for your decision; everything else goes on.`,
      code: 'HELD',
    }),
  );
}

function missingEvents(run: RunContext, context: MappingContext): readonly Missing[] {
  const rows = run.store.db
    .prepare<[string, number], MissingRow & { kind: string }>(
      // By the partial index over missing rows, and from there to the links: else a quiet run would walk them all.
      `SELECT l.id AS link_id, l.kind, o.state, o.series_id, o.content FROM observed_event o INDEXED BY observed_event_gone
         CROSS JOIN event_mapping l ON l.mapping_id = ? AND l.event_id = o.event_id
       WHERE o.calendar = ? AND o.state <> 'live' AND o.state IN ('absent', 'cancelled') AND l.state IN ('live', 'parked')
         AND (l.kind = 'import' OR o.state = 'absent')`,
    )
    .all(context.mapping.id, context.calendar);
  return rows.map((row) => {
    const event = eventFromRow({ content: row.content, etag: null });
    return {
      linkId: row.link_id,
      side: 'event',
      proof: row.state === 'absent' ? 'inferred' : 'explicit',
      seriesKey: row.series_id ?? `link ${row.link_id}`,
      title: event.title ?? '',
      start: event.time?.start ?? '',
    };
  });
}

function missingBookings(run: RunContext, context: MappingContext): readonly Missing[] {
  if (!writesEvents(context.mapping.direction)) return [];
  const rows = run.store.db
    .prepare<
      [string],
      { link_id: number; state: string; version: string; content: string; revision: number }
    >(
      `SELECT l.id AS link_id, b.state, b.version, b.content, l.revision FROM touched t
         CROSS JOIN event_mapping l ON l.mapping_id = t.mapping_id AND l.kind = 'export' AND l.source_id = t.id
         CROSS JOIN observed_booking b ON b.id = t.id
       WHERE t.mapping_id = ? AND t.side = 'booking' AND l.state IN ('live', 'parked')`,
    )
    .all(context.mapping.id);
  const missing: Missing[] = [];
  for (const row of rows) {
    const booking = bookingFromRow(row);
    const gone =
      row.state === 'absent' ||
      row.state === 'deleted' ||
      (row.state === 'live' && (booking.status === 'cancelled' || !selects(context.mapping, booking)));
    // What the user's own change of the mapping deselects is meant, not a mass deletion.
    if (!gone || (row.state === 'live' && row.revision !== context.mapping.revision)) continue;
    missing.push({
      linkId: row.link_id,
      side: 'booking',
      proof: row.state === 'absent' ? 'inferred' : 'explicit',
      seriesKey: `link ${row.link_id}`,
      title: booking.title ?? '',
      start: booking.start ?? '',
    });
  }
  return missing;
}

/**
 * Finds out about events that are missing and not held. Our own are looked up by id: alive elsewhere or in another
 * form they are merged, never created again. Others are gone once a complete listing does not show them.
 */
export async function proveEvents(
  run: RunContext,
  provider: CalendarProvider,
  calendar: number,
  mappings: readonly MappingContext[],
  complete: boolean,
): Promise<void> {
  const { store } = run;
  const writer = mappings.find(({ mapping }) => writesEvents(mapping.direction));
  const position = store.calendars.position(calendar);
  for (const row of store.calendars.absent(calendar)) {
    if (isHeld(run, mappings, row.event_id)) continue;
    const own =
      writer !== undefined && (row.booking_id !== null || ownLink(run, writer, row.event_id) !== null);
    if (!own && complete) {
      store.calendars.setState(calendar, row.event_id, 'cancelled');
      continue;
    }
    const lookup = await provider.get(position.calendarId, row.event_id);
    store.transaction(() => {
      if (lookup.kind === 'found') store.calendars.put(calendar, eventRow(lookup.event));
      else store.calendars.setState(calendar, row.event_id, 'cancelled');
      touchEvent(run, mappings, row.event_id, row.booking_id);
    });
  }
}

/** Finds out about bookings that are missing and not held, and about those that only an event of ours names. */
export async function proveBookings(
  run: RunContext,
  booking: BookingApi,
  mappings: readonly MappingContext[],
): Promise<void> {
  const { store } = run;
  const writers = mappings.filter(({ mapping }) => writesEvents(mapping.direction));
  const unknown = new Set<string>();
  for (const { mapping } of writers) {
    const rows = store.db
      .prepare<[string], { id: string; link_id: number | null }>(
        `SELECT t.id, l.id AS link_id FROM touched t LEFT JOIN observed_booking b ON b.id = t.id
           LEFT JOIN event_mapping l ON l.mapping_id = t.mapping_id AND l.kind = 'export' AND l.source_id = t.id
         WHERE t.mapping_id = ? AND t.side = 'booking' AND (b.id IS NULL OR b.state = 'absent')`,
      )
      .all(mapping.id);
    for (const row of rows) if (row.link_id === null || !run.held.has(row.link_id)) unknown.add(row.id);
  }
  for (const id of unknown) {
    const found = await booking.get(id);
    if (found === 'unaddressable') {
      noteUnaddressable(run, id);
      continue;
    }
    store.bookings.put(bookingRow(found === 'missing' ? { id, deleted: true, version: '' } : found));
  }
}

/** Its event stays as it is: nobody has said that the booking is gone. */
function noteUnaddressable(run: RunContext, id: string): void {
  run.store.syncLog.append(
    logEntry(run, null, {
      direction: 'export',
      operation: 'look-up',
      status: 'error',
      bookingId: id,
      message: `The booking “${id}” is not listed any more, and its id cannot be part of a web address, so it cannot be asked about. Its event is left as it is. Ask dispatch whether the job is gone, and then delete the event.`,
      code: 'INVALID_INPUT',
    }),
  );
}

function isHeld(run: RunContext, mappings: readonly MappingContext[], eventId: string): boolean {
  if (run.held.size === 0) return false;
  return run.store.links
    .ofEvent(eventId)
    .some((link) => run.held.has(link.id) && mappings.some(({ mapping }) => mapping.id === link.mapping_id));
}

function ownLink(run: RunContext, writer: MappingContext, eventId: string): number | null {
  const link = run.store.links
    .ofEvent(eventId)
    .find(({ kind, mapping_id }) => kind === 'export' && mapping_id === writer.mapping.id);
  return link?.id ?? null;
}

/** Puts an event before the next plan of every mapping that it concerns. */
function touchEvent(
  run: RunContext,
  mappings: readonly MappingContext[],
  eventId: string,
  bookingId: string | null,
): void {
  const { store } = run;
  for (const { mapping } of mappings) {
    if (mapping.direction !== 'export') store.touched.touch(mapping.id, 'event', eventId);
    if (mapping.direction === 'import') continue;
    if (bookingId !== null) store.touched.touch(mapping.id, 'booking', bookingId);
    for (const link of store.links.ofEvent(eventId)) {
      if (link.mapping_id === mapping.id && link.kind === 'export') {
        store.touched.touch(mapping.id, 'booking', link.source_id);
      }
    }
  }
}
