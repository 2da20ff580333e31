import type { CalendarEvent, DesiredEvent } from '../../shared/domain/calendar-event.ts';
import { writesEvents } from '../../shared/domain/mapping.ts';
import type { CalendarProvider, NewIdentity } from '../providers/provider.ts';
import type { LinkRow } from '../store/link-repository.ts';
import { bookingFromRow, eventFromRow, type ObservedEventRow } from '../store/observed-row.ts';
import { bookingState } from './booking-state.ts';
import type { MappingContext, RunContext } from './context.ts';
import { attemptBasis, isWaiting } from './failed-exports.ts';
import type { EventIntent, EventVersion, LostRecord } from './intent.ts';
import { logEntry } from './log-entry.ts';
import { desiredEvent } from './planner/desired-event.ts';
import {
  type BookingState,
  type EventState,
  type ExportCell,
  type ExportLink,
  type ExportOperation,
  exportBasis,
  type LostEdit,
  planExport,
} from './planner/export-plan.ts';
import { changedFields, fingerprint } from './planner/fingerprint.ts';
import { exportScope } from './planner/selection.ts';
import { recordLost } from './record-lost.ts';

const CHUNK = 500;

/**
 * Plans every touched booking of a writing mapping. What needs no request is done at once; what does is journalled
 * with its exact bytes. Both happen in the transaction that takes the booking off the list.
 */
export function planExports(run: RunContext, context: MappingContext, provider: CalendarProvider): number {
  const { touched } = run.store;
  let planned = 0;
  let after = '';
  for (;;) {
    const ids = touched.next(context.mapping.id, 'booking', after, CHUNK);
    if (ids.length === 0) return planned;
    after = ids.at(-1) ?? after;
    run.store.transaction(() => {
      for (const id of ids) planned += planBooking(run, context, provider, id);
    });
  }
}

function planBooking(
  run: RunContext,
  context: MappingContext,
  provider: CalendarProvider,
  bookingId: string,
): number {
  const { store } = run;
  const row = store.links.ofBooking(context.mapping.id, bookingId);
  if (row !== undefined && (run.held.has(row.id) || run.failed.has(row.id) || store.journal.isOpen(row.id)))
    return 0;
  if (!writesEvents(context.mapping.direction) && row?.state !== 'live' && row?.state !== 'parked') {
    // It takes back what it exported before it became an import; what others left there is not its own.
    store.touched.clear(context.mapping.id, 'booking', [bookingId]);
    return 0;
  }
  const cell = loadCell(run, context, bookingId, row);
  const retry = row === undefined ? undefined : store.retries.get(row.id);
  // It stays touched, so that the run in which it is due finds it.
  if (retry !== undefined && run.unattended && isWaiting(retry, attemptBasis(cell), run.clock.now()))
    return 0;
  const twin = twinOf(run, context, bookingId, cell);
  if (twin !== null) {
    // The booking stays touched: it is planned once there is one event again.
    carryOut(run, context, provider, { ...cell, event: twin }, bookingId, row, retire(twin.event));
    return 1;
  }
  const operations = planExport(cell);
  let link = row;
  for (const operation of operations)
    link = carryOut(run, context, provider, cell, bookingId, link, operation);
  context.tally.looked = true;
  // Nothing is left to send of what failed.
  if (retry !== undefined && !store.journal.isOpen(retry.link_id)) store.retries.clear(retry.link_id);
  const adopted = operations.some(({ kind }) => kind === 'adopt');
  if (adopted && ownEvents(run, context, bookingId).length > 1) {
    return operations.length + planBooking(run, context, provider, bookingId);
  }
  store.touched.clear(context.mapping.id, 'booking', [bookingId]);
  return operations.length;
}

/** Both sides and the base of one booking, as the store knows them. */
function loadCell(
  run: RunContext,
  context: MappingContext,
  bookingId: string,
  row: LinkRow | undefined,
): ExportCell {
  const { event, link } = eventState(run, context, bookingId, row);
  return {
    mapping: context.mapping,
    booking: bookingState(run, context, bookingId),
    link,
    event,
    canReschedule: run.canReschedule,
    now: run.startedAt,
  };
}

/** The event of a booking: by its link, or by our tag where the link is missing, older, or at its end. */
function eventState(
  run: RunContext,
  context: MappingContext,
  bookingId: string,
  row: LinkRow | undefined,
): { event: EventState; link: ExportLink | null } {
  const linked =
    row === undefined || row.event_id === ''
      ? undefined
      : run.store.calendars.get(context.calendar, row.event_id);
  const link = row === undefined ? null : exportLink(row);
  if (linked?.state === 'live' && (link?.state === 'live' || link?.state === 'parked')) {
    return { event: seen(linked), link };
  }
  if (linked?.state === 'absent' || linked?.state === 'kept') return { event: { kind: 'unproven' }, link };
  const [tagged] = ownEvents(run, context, bookingId);
  if (tagged !== undefined) {
    // Alive under another identity than the link says: an older database was restored. The calendar is right.
    const known = link?.state === 'live' || link?.state === 'parked';
    return { event: seen(tagged), link: known ? null : link };
  }
  return { event: linked?.state === 'cancelled' ? { kind: 'deleted' } : { kind: 'unproven' }, link };
}

type SeenEvent = Extract<EventState, { kind: 'seen' }>;

function seen(row: ObservedEventRow): SeenEvent {
  return { kind: 'seen', event: eventFromRow(row), hash: row.hash };
}

/** A second live event of a booking: an earlier one that the technician took out of the bin. */
function twinOf(
  run: RunContext,
  context: MappingContext,
  bookingId: string,
  { event, link }: ExportCell,
): SeenEvent | null {
  if (event.kind !== 'seen' || (link?.state !== 'live' && link?.state !== 'parked')) return null;
  const row = ownEvents(run, context, bookingId).find(({ event_id }) => event_id !== event.event.id);
  return row === undefined ? null : seen(row);
}

function retire(event: CalendarEvent): ExportOperation {
  const fields = event.tag === null ? [] : [...changedFields(event.tag.sent, fingerprint(event))];
  return {
    kind: 'delete-event',
    event,
    lost: fields.length === 0 ? null : { kind: 'put-back', state: 'recorded', fields },
    reason: 'The booking has another event in this calendar: one is enough.',
  };
}

/** The live events that our tag marks as this booking's, written for whom this mapping writes; the latest first. */
function ownEvents(run: RunContext, context: MappingContext, bookingId: string): readonly ObservedEventRow[] {
  const rows = run.store.calendars.ownEvents(context.calendar, bookingId);
  const scope = exportScope(context.mapping);
  return rows
    .map((row) => ({ row, tag: eventFromRow(row).tag }))
    .filter(({ row, tag }) => tag?.self === row.event_id && tag.scope === scope)
    .sort((a, b) => (b.tag?.incarnation ?? 0) - (a.tag?.incarnation ?? 0))
    .map(({ row }) => row);
}

function exportLink(row: LinkRow): ExportLink {
  return {
    id: row.id,
    // The schema allows 'skipped' for imports only.
    state: row.state === 'skipped' ? 'pending' : row.state,
    eventId: row.event_id,
    incarnation: row.incarnation,
    sent: row.sent,
    shown: row.shown,
    refused: row.refused,
    rewrites: row.rewrites,
    basis: row.basis,
  };
}

function carryOut(
  run: RunContext,
  context: MappingContext,
  provider: CalendarProvider,
  cell: ExportCell,
  bookingId: string,
  link: LinkRow | undefined,
  operation: ExportOperation,
): LinkRow {
  const { store } = run;
  const at = run.clock.now().toISOString();
  const decision = { reason: operation.reason, decided_at: at, revision: context.mapping.revision };
  const known = link ?? newLink(run, context, bookingId, at);
  const journal = (
    kind: 'create-event' | 'update-event' | 'delete-event' | 'propose',
    entry: { target: string; body: string; precondition: string | null; intent: EventIntent },
  ): void =>
    store.journal.prepare({
      link_id: known.id,
      run_id: run.runId,
      operation: kind,
      target_id: entry.target,
      body: entry.body,
      precondition: entry.precondition,
      idempotency_key: run.random.uuid(),
      intent: JSON.stringify(entry.intent),
    });
  const intent = (of: Partial<EventIntent>): EventIntent => ({
    reason: operation.reason,
    title: '',
    start: '',
    incarnation: known.incarnation,
    sent: known.sent,
    rewrites: known.rewrites,
    bookingHash: cell.booking.kind === 'selected' ? cell.booking.hash : '',
    revision: context.mapping.revision,
    basis: attemptBasis(cell),
    lost: null,
    conflictId: null,
    ...of,
  });

  switch (operation.kind) {
    case 'adopt': {
      store.links.update(known, {
        ...decision,
        state: 'live',
        event_id: operation.event.id,
        ical_uid: operation.event.iCalUid,
        incarnation: operation.incarnation,
        sent: operation.base,
        shown: operation.base,
        basis: '',
      });
      store.syncLog.append(
        logEntry(run, context, {
          direction: 'export',
          operation: 'adopt',
          status: 'ok',
          bookingId,
          externalId: operation.event.id,
          message: `Recognised “${operation.event.title}” in the calendar. ${operation.reason}`,
        }),
      );
      break;
    }
    case 'rebase':
      store.links.update(known, {
        ...decision,
        state: 'live',
        sent: operation.sent,
        shown: operation.shown,
        basis: exportBasis(cell),
      });
      break;
    case 'settle': {
      store.links.update(known, { ...decision, state: operation.state, basis: '' });
      const lost = lostRecord(run, cell, bookingId, operation.lost);
      if (lost !== null) recordLost(run, context, known.id, bookingId, lost);
      store.syncLog.append(
        logEntry(run, context, {
          direction: 'export',
          operation: operation.state === 'deleted' ? 'forget' : operation.state,
          status: 'ok',
          bookingId,
          externalId: known.event_id,
          message: operation.reason,
        }),
      );
      break;
    }
    case 'create-event': {
      const identity = newIdentity(context, bookingId, operation.incarnation, operation.desired);
      const prepared = provider.prepareCreate(context.mapping.calendarId, operation.desired, identity);
      store.links.update(known, { ...decision, state: 'pending', incarnation: operation.incarnation });
      journal('create-event', {
        target: prepared.eventId,
        body: prepared.body,
        precondition: null,
        intent: intent({
          ...titled(operation.desired),
          incarnation: operation.incarnation,
          sent: identity.sent,
          rewrites: operation.rewrites,
        }),
      });
      break;
    }
    case 'update-event': {
      const identity = newIdentity(context, bookingId, operation.incarnation, operation.desired);
      const { event, desired } = operation;
      const prepared = provider.prepareUpdate(event.id, desired, identity, event);
      journal('update-event', {
        target: prepared.eventId,
        body: prepared.body,
        precondition: operation.event.etag,
        intent: intent({
          ...titled(operation.desired),
          sent: identity.sent,
          rewrites: operation.rewrites,
          lost: lostRecord(run, cell, bookingId, operation.lost),
        }),
      });
      break;
    }
    case 'delete-event':
      journal('delete-event', {
        target: operation.event.id,
        body: '',
        precondition: operation.event.etag,
        intent: intent({
          ...titled(operation.event),
          lost: lostRecord(run, cell, bookingId, operation.lost),
        }),
      });
      break;
    case 'propose': {
      const { start, end, timeZone } = operation.event.time;
      journal('propose', {
        target: operation.booking.id,
        body: JSON.stringify({ start, end, timeZone }),
        precondition: operation.booking.version,
        intent: intent(titled(operation.event)),
      });
      break;
    }
  }
  return store.links.get(known.id) ?? known;
}

function newLink(run: RunContext, context: MappingContext, bookingId: string, at: string): LinkRow {
  const id = run.store.links.insert({
    mapping_id: context.mapping.id,
    kind: 'export',
    source_id: bookingId,
    event_id: '',
    state: 'pending',
    decided_at: at,
  });
  const link = run.store.links.get(id);
  if (link === undefined) throw new RangeError(`Link ${id} is gone`);
  return link;
}

function newIdentity(
  { mapping }: MappingContext,
  bookingId: string,
  incarnation: number,
  desired: DesiredEvent,
): NewIdentity {
  return { bookingId, incarnation, scope: exportScope(mapping), sent: fingerprint(desired) };
}

const titled = (event: Pick<DesiredEvent, 'title' | 'time'>): { title: string; start: string } => ({
  title: event.title,
  start: event.time.start,
});

function lostRecord(
  run: RunContext,
  cell: ExportCell,
  bookingId: string,
  lost: LostEdit | null,
): LostRecord | null {
  if (lost === null) return null;
  const calendarSide = cell.event.kind === 'seen' ? version(cell.event.event) : null;
  const bookingSide = bookingVersion(run, cell.booking, bookingId);
  const either = calendarSide ?? bookingSide;
  if (either === null) return null;
  return { ...lost, bookingSide: bookingSide ?? either, calendarSide: calendarSide ?? either };
}

/** What the booking says; of one that is gone, what it said last. */
function bookingVersion(run: RunContext, state: BookingState, bookingId: string): EventVersion | null {
  if (state.kind === 'selected') return version(desiredEvent(state.booking));
  const row = run.store.bookings.get(bookingId);
  // Of one that was never seen alive, nothing is known.
  if (state.kind === 'unproven' || row === undefined || row.hash === '') return null;
  const last = version(desiredEvent(bookingFromRow(row)));
  return state.why === 'deselected' ? last : { ...last, status: 'cancelled' };
}

function version(event: CalendarEvent | DesiredEvent): EventVersion {
  const { title, description, location, time, status } = event;
  return { title, description, location, time, status };
}
