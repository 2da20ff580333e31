import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import { imports } from '../../shared/domain/mapping.ts';
import type { AppError } from '../../shared/rpc/errors.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import { eventRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
import { planAgain } from './drop-entry.ts';
import { afterFailure, isPassing } from './failed-exports.ts';
import type { BlockIntent, EventIntent } from './intent.ts';
import { logEntry } from './log-entry.ts';
import { fingerprint } from './planner/fingerprint.ts';
import { putOffDeletions } from './put-off.ts';
import { recordLost } from './record-lost.ts';

/** The provider stored our event: its answer becomes the base, so that our own write is never taken for an edit. */
export function settleWritten(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  event: CalendarEvent,
  durationMs: number,
): void {
  const { store } = run;
  const intent = JSON.parse(entry.intent) as EventIntent;
  const created = entry.operation === 'create-event';
  store.transaction(() => {
    const link = store.links.get(entry.link_id);
    if (link === undefined) return store.journal.close(entry.id);
    const row = eventRow(event);
    store.calendars.put(context.calendar, row);
    store.retries.clear(link.id);
    store.links.update(link, {
      state: 'live',
      event_id: event.id,
      ical_uid: event.iCalUid,
      incarnation: intent.incarnation,
      sent: intent.sent,
      shown: fingerprint(event),
      refused: null,
      rewrites: intent.rewrites,
      basis: `${intent.bookingHash}/${row.hash}@${intent.revision}`,
      revision: intent.revision,
      reason: intent.reason,
      decided_at: run.clock.now().toISOString(),
    });
    // Its tag is still to be completed.
    if (event.tag?.self === '') store.touched.touch(context.mapping.id, 'booking', link.source_id);
    if (created) touchImporters(run, context, event.id);
    endSeries(run, context, event.id);
    if (intent.lost !== null) recordLost(run, context, link.id, link.source_id, intent.lost);
    if (intent.conflictId !== null) store.conflicts.resolve(intent.conflictId, run.clock.now().toISOString());
    store.journal.close(entry.id);
    store.syncLog.append(
      logEntry(run, context, {
        direction: 'export',
        operation: created ? 'create' : 'update',
        status: 'ok',
        bookingId: link.source_id,
        externalId: event.id,
        message: `${created ? 'Added' : 'Updated'} “${intent.title}” in the calendar. ${intent.reason}`,
        durationMs,
        attempt: entry.attempt + 1,
        payload: entry.body,
      }),
    );
  });
  context.tally.looked = true;
  if (created) context.tally.exported.created += 1;
  else context.tally.exported.updated += 1;
}

/** An event of ours is gone: whoever imports the calendar need not say any longer why it leaves it out. */
export function noteGone(run: RunContext, context: MappingContext, eventId: string): void {
  run.store.calendars.setState(context.calendar, eventId, 'cancelled');
  touchImporters(run, context, eventId);
  endSeries(run, context, eventId);
}

/** What the technician made a series of is a single event again, or gone. */
function endSeries(run: RunContext, context: MappingContext, eventId: string): void {
  for (const id of run.store.calendars.endSeries(context.calendar, eventId)) touchImporters(run, context, id);
}

/** Mappings that import the same calendar put on record why they leave this event out. */
function touchImporters(run: RunContext, { calendar }: MappingContext, eventId: string): void {
  for (const other of run.mappings) {
    if (other.calendar === calendar && imports(other.mapping.direction)) {
      run.store.touched.touch(other.mapping.id, 'event', eventId);
    }
  }
}

/**
 * The event is gone; the link stays as a tombstone, so that a later event gets the next incarnation. Or it was one too
 * many: then the link goes on with the other.
 */
export function settleDeleted(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  durationMs: number,
): void {
  const { store } = run;
  const intent = JSON.parse(entry.intent) as EventIntent;
  store.transaction(() => {
    const link = store.links.get(entry.link_id);
    noteGone(run, context, entry.target_id);
    store.journal.close(entry.id);
    if (link === undefined) return;
    store.retries.clear(link.id);
    if (link.event_id === entry.target_id) {
      store.links.update(link, {
        state: 'deleted',
        basis: '',
        rewrites: 0,
        reason: intent.reason,
        decided_at: run.clock.now().toISOString(),
      });
    } else store.touched.touch(context.mapping.id, 'booking', link.source_id);
    if (intent.lost !== null) recordLost(run, context, link.id, link.source_id, intent.lost);
    store.syncLog.append(
      logEntry(run, context, {
        direction: 'export',
        operation: 'delete',
        status: 'ok',
        bookingId: link.source_id,
        externalId: entry.target_id,
        message: `Removed “${intent.title}” from the calendar. ${intent.reason}`,
        durationMs,
        attempt: entry.attempt + 1,
      }),
    );
  });
  context.tally.looked = true;
  context.tally.exported.deleted += 1;
}

/**
 * An operation failed. Where it may have had its effect all the same it stays in the journal, to be probed by the
 * next run; else it is dropped and planned again then.
 */
export function settleFailed(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  error: AppError,
  durationMs: number,
): void {
  const { store } = run;
  const intent = JSON.parse(entry.intent) as Pick<EventIntent, 'title'>;
  run.failed.add(entry.link_id);
  store.transaction(() => {
    const link = store.links.get(entry.link_id);
    if (error.effect === 'none') store.journal.close(entry.id);
    const block = entry.operation.endsWith('block');
    const { status, attempt, what } =
      link === undefined
        ? {
            status: 'error' as const,
            attempt: entry.attempt + 1,
            what: 'It is tried again with the next sync.',
          }
        : queue(run, entry, error);
    planAgain(run, context, entry);
    store.syncLog.append(
      logEntry(run, context, {
        direction: block ? 'import' : 'export',
        operation: entry.operation.split('-')[0] ?? entry.operation,
        status,
        bookingId: block ? null : (link?.source_id ?? null),
        externalId: entry.operation.endsWith('event') ? entry.target_id : (link?.event_id ?? null),
        message: `“${intent.title}”: ${error.sentence} ${what}`,
        code: error.code,
        durationMs,
        attempt,
        payload: { detail: error.detail, body: entry.body },
      }),
    );
  });
}

/** Notes when a failed write is due again, or that it is given up; says so for the log. */
function queue(
  run: RunContext,
  entry: JournalRow,
  error: AppError,
): { readonly status: 'retry' | 'error'; readonly attempt: number; readonly what: string } {
  const { retries } = run.store;
  const { basis, attempt = basis } = JSON.parse(entry.intent) as Partial<EventIntent & BlockIntent>;
  const before = retries.get(entry.link_id);
  const row = afterFailure(entry.link_id, before, attempt ?? '', error, run.clock.now(), run.random.unit());
  retries.put(row);
  if (entry.operation === 'upsert-block' && isPassing(error)) {
    run.blocksPutOff = true;
    // One that may have arrived is sent again before anything is planned.
    if (error.effect === 'none' && row.next_attempt_at !== null) putOffDeletions(run, row.next_attempt_at);
  }
  // Whoever synced by hand sees a failure; nothing says that somebody is there to try again.
  if (!run.unattended) {
    return { status: 'error', attempt: row.attempts, what: 'It is tried again with the next sync.' };
  }
  return row.next_attempt_at === null
    ? {
        status: 'error',
        attempt: row.attempts,
        what: `Given up after ${row.attempts} attempts: sync by hand to try again, or change the entry.`,
      }
    : { status: 'retry', attempt: row.attempts, what: `Next attempt at ${row.next_attempt_at}.` };
}
