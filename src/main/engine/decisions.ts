import { assertNever } from '../../shared/assert-never.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { ConflictRow } from '../store/conflict-repository.ts';
import type { LinkRow } from '../store/link-repository.ts';
import type { Store } from '../store/store.ts';
import { bookingState } from './booking-state.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { EventIntent, EventVersion } from './intent.ts';
import { logEntry } from './log-entry.ts';
import { bookingNotes, desiredEvent } from './planner/desired-event.ts';
import type { BookingState, LostEdit } from './planner/export-plan.ts';
import { fingerprint, type OwnedField } from './planner/fingerprint.ts';
import { exportScope } from './planner/selection.ts';
import { REVOCABLE_MS } from './revocable-decisions.ts';

const notWaiting = (what: 'conflict' | 'hold', id: string): AppError =>
  new AppError('NOT_FOUND', `No ${what} ${id} waits for an answer (any more).`, {
    command: `“calendar-sync ${what}s” lists those that wait.`,
  });

/**
 * Notes a person's answer to an inbox item; the next run carries it out, one that nobody asked for only after ten
 * seconds.
 * @param at UTC instant
 * @throws AppError NOT_FOUND, or INVALID_INPUT when the item cannot be answered that way
 */
export function decideConflict(store: Store, id: string, keep: 'booking' | 'calendar', at: string): void {
  const conflict = store.conflicts.get(id);
  if (conflict === undefined || (conflict.state !== 'open' && conflict.state !== 'decided')) {
    throw notWaiting('conflict', id);
  }
  if (conflict.kind === 'edited-then-cancelled' && keep === 'calendar') {
    throw new AppError(
      'INVALID_INPUT',
      'The booking was cancelled, so your version has nothing to belong to. Keep the booking’s version, and ask dispatch to book it again.',
    );
  }
  const isVersion = ['both-edited', 'put-back', 'proposal-refused'].includes(conflict.kind);
  if (keep === 'calendar' && isVersion && store.mappings.get(conflict.mapping_id)?.direction !== 'two-way') {
    throw new AppError(
      'INVALID_INPUT',
      'This mapping only exports, so your version cannot be proposed. Keep the booking’s version, or make the mapping two-way first.',
    );
  }
  store.conflicts.decide(id, keep, at);
}

/**
 * Takes an answer back; the item waits again.
 * @throws AppError NOT_FOUND, or CONFLICT when a run carries it out already
 */
export function undoConflict(store: Store, id: string): void {
  const conflict = store.conflicts.get(id);
  if (conflict === undefined) {
    throw notWaiting('conflict', id);
  }
  if (conflict.state === 'open') return;
  const isUnderWay = conflict.link_id !== null && store.journal.isOpen(conflict.link_id);
  if (conflict.state !== 'decided' || isUnderWay) {
    throw new AppError('CONFLICT', 'It has been carried out already and cannot be taken back any more.');
  }
  store.conflicts.reopen(id);
}

/**
 * Notes a person's answer to held deletions. Released: the next run carries them out. Discarded: what was missing
 * counts as still there until it is seen again.
 * @throws AppError NOT_FOUND
 */
export function decideHold(store: Store, id: string, answer: 'released' | 'discarded', at: string): number {
  const hold = store.holds.get(id);
  if (hold?.state !== 'open') {
    throw notWaiting('hold', id);
  }
  const items = store.holds.items(id);
  store.transaction(() => {
    store.holds.close(id, answer, at);
    if (answer === 'discarded') {
      for (const { link_id } of items) keepMissing(store, link_id, at);
    }
  });
  return items.length;
}

function keepMissing(store: Store, linkId: number, at: string): void {
  const link = store.links.get(linkId);
  if (link === undefined) return;
  const calendar = store.mappings.calendarOf(link.mapping_id);
  const event = store.calendars.get(calendar, link.event_id);
  if (event !== undefined && event.state !== 'live')
    store.calendars.setState(calendar, link.event_id, 'kept');
  if (link.kind === 'export') {
    const booking = store.bookings.get(link.source_id);
    if (booking !== undefined && (event === undefined || event.state === 'live')) {
      store.bookings.keep(link.source_id);
    }
    return;
  }
  if (link.event_id !== '') return;
  // A block found in the booking system without an event is nobody's, and stays: also when both are compared again.
  store.links.update(link, { state: 'skipped', reason: 'You kept it.', decided_at: at });
  store.mappings.markBlocksAdopted(link.mapping_id);
}

/** Turns the answers that were given into operations of this run. */
export function planDecisions(run: RunContext, context: MappingContext, provider: CalendarProvider): number {
  const { store } = run;
  const until = run.clock.now().getTime() - (run.unattended ? REVOCABLE_MS : 0);
  const decided = store.conflicts.decided(context.mapping.id, new Date(until).toISOString());
  for (const conflict of decided) {
    store.transaction(() => planDecision(run, context, provider, conflict));
    context.tally.looked = true;
  }
  return decided.length;
}

function planDecision(
  run: RunContext,
  context: MappingContext,
  provider: CalendarProvider,
  conflict: ConflictRow,
): void {
  const { store } = run;
  const at = run.clock.now().toISOString();
  const link = conflict.link_id === null ? undefined : store.links.get(conflict.link_id);
  if (link === undefined) {
    store.conflicts.resolve(conflict.id, at);
    return;
  }
  if (run.failed.has(link.id) || store.journal.isOpen(link.id)) return;
  const kind = conflict.kind as LostEdit['kind'];
  if (link.state !== (STANDS_WHILE[kind] ?? link.state)) {
    const message = 'There is nothing left to decide: its booking has changed since, and that went before.';
    settle(run, context, conflict, link, message);
    return;
  }
  switch (kind) {
    case 'both-edited':
    case 'put-back':
    case 'proposal-refused':
      if (conflict.keep === 'calendar') {
        proposeVersion(run, context, conflict, link);
        return;
      }
      break;
    case 'edited-then-cancelled':
      break;
    case 'deleted':
      if (conflict.keep === 'booking') {
        restore(run, context, provider, conflict, link);
        return;
      }
      store.links.update(link, { state: 'left', reason: 'You left it away.', decided_at: at });
      break;
    case 'parked':
      if (conflict.keep === 'booking') {
        store.links.update(link, { state: 'live', rewrites: 0, basis: '', decided_at: at });
        store.touched.touch(context.mapping.id, 'booking', link.source_id);
      }
      break;
    default:
      assertNever(kind);
  }
  const message = `Resolved as you decided: the ${conflict.keep ?? 'booking'}’s version stays.`;
  settle(run, context, conflict, link, message);
}

function settle(
  run: RunContext,
  context: MappingContext,
  conflict: ConflictRow,
  link: LinkRow,
  message: string,
): void {
  run.store.conflicts.resolve(conflict.id, run.clock.now().toISOString());
  note(run, context, link, message);
}

function note(run: RunContext, context: MappingContext, link: LinkRow, message: string): void {
  run.store.syncLog.append(
    logEntry(run, context, {
      direction: 'export',
      operation: 'resolve',
      status: 'ok',
      bookingId: link.source_id,
      externalId: link.event_id,
      message,
    }),
  );
}

const WAITS =
  'Your answer waits: whether the booking is gone is not certain yet. It is carried out once the booking shows again.';

/**
 * The booking as an answer finds it; null where that leaves nothing to do. An answer waits for what is not proven, or
 * held, until that is known, the answer is taken back or both versions are over, and says so once; one whose booking is
 * gone is settled.
 */
function bookingToDecide(
  run: RunContext,
  context: MappingContext,
  conflict: ConflictRow,
  link: LinkRow,
): Extract<BookingState, { kind: 'selected' }> | null {
  const state = bookingState(run, context, link.source_id);
  if (state.kind === 'selected') return state;
  if (state.kind === 'unproven' || run.held.has(link.id)) {
    if (isOver(run, conflict)) {
      const over = 'There is nothing left to decide: the booking is over, and has not shown again.';
      settle(run, context, conflict, link, over);
      return null;
    }
    if (link.reason === WAITS) return null;
    run.store.links.update(link, { reason: WAITS, decided_at: run.clock.now().toISOString() });
    note(run, context, link, WAITS);
    return null;
  }
  // It may have been cancelled, or given to somebody else, since the question was asked.
  const message =
    'There is nothing left to decide: the booking is cancelled, gone or somebody else’s by now.';
  settle(run, context, conflict, link, message);
  return null;
}

/** Whether the booking, and what the technician made of it, have ended. */
function isOver({ store, startedAt }: RunContext, conflict: ConflictRow): boolean {
  const { time } = JSON.parse(conflict.calendar_side) as EventVersion;
  const ends = [store.bookings.get(conflict.booking_id)?.ends_at ?? time.end, time.end];
  return ends.every((end) => Date.parse(end) < startedAt.getTime());
}

/**
 * What a link is as long as it waits for the answer to such a question. A run that begins within the ten seconds in
 * which an answer can be taken back may make the event again, since its booking has changed: then the answer would make
 * it a second time.
 */
const STANDS_WHILE: Partial<Readonly<Record<LostEdit['kind'], LinkRow['state']>>> = {
  deleted: 'asked',
  parked: 'parked',
};

/** The technician's version wins: it is proposed to the booking system, and reaches the calendar from there. */
function proposeVersion(
  run: RunContext,
  context: MappingContext,
  conflict: ConflictRow,
  link: LinkRow,
): void {
  const state = bookingToDecide(run, context, conflict, link);
  if (state === null) return;
  const { booking, hash } = state;
  const calendar = JSON.parse(conflict.calendar_side) as EventVersion;
  const fields = JSON.parse(conflict.fields) as readonly OwnedField[];
  const change: Record<string, string> = {};
  for (const field of fields) {
    if (field === 'time') {
      change.start = calendar.time.start;
      change.end = calendar.time.end;
      change.timeZone = calendar.time.timeZone;
    } else if (field === 'description') change.description = bookingNotes(calendar.description, booking);
    else change[field] = calendar[field];
  }
  prepare(run, context, link, 'propose', link.source_id, JSON.stringify(change), booking.version, {
    title: calendar.title,
    start: calendar.time.start,
    incarnation: link.incarnation,
    sent: link.sent,
    rewrites: 0,
    bookingHash: hash,
    reason: 'You chose your version.',
    conflictId: conflict.id,
  });
}

function restore(
  run: RunContext,
  context: MappingContext,
  provider: CalendarProvider,
  conflict: ConflictRow,
  link: LinkRow,
): void {
  const state = bookingToDecide(run, context, conflict, link);
  if (state === null) return;
  const desired = desiredEvent(state.booking);
  const sent = fingerprint(desired);
  const incarnation = link.incarnation + 1;
  const prepared = provider.prepareCreate(context.mapping.calendarId, desired, {
    bookingId: link.source_id,
    incarnation,
    scope: exportScope(context.mapping),
    sent,
  });
  prepare(run, context, link, 'create-event', prepared.eventId, prepared.body, null, {
    title: desired.title,
    start: desired.time.start,
    incarnation,
    sent,
    rewrites: 0,
    bookingHash: state.hash,
    reason: 'You chose to restore it.',
    conflictId: conflict.id,
  });
}

function prepare(
  run: RunContext,
  context: MappingContext,
  link: LinkRow,
  operation: 'propose' | 'create-event',
  target: string,
  body: string,
  precondition: string | null,
  intent: Omit<EventIntent, 'revision' | 'lost' | 'basis'>,
): void {
  run.store.journal.prepare({
    link_id: link.id,
    run_id: run.runId,
    operation,
    target_id: target,
    body,
    precondition,
    idempotency_key: run.random.uuid(),
    intent: JSON.stringify({
      ...intent,
      revision: context.mapping.revision,
      basis: '',
      lost: null,
    } satisfies EventIntent),
  });
}
