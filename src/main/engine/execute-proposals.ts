import { assertNever } from '../../shared/assert-never.ts';
import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import { writesEvents } from '../../shared/domain/mapping.ts';
import { toAppError } from '../../shared/rpc/errors.ts';
import type { RescheduleResult } from '../booking/booking-port.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import type { LinkRow } from '../store/link-repository.ts';
import { bookingFromRow, bookingRow, eventFromRow } from '../store/observed-row.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { concernsAccount } from './execute-events.ts';
import type { EventIntent, EventVersion } from './intent.ts';
import { logEntry } from './log-entry.ts';
import { desiredEvent } from './planner/desired-event.ts';
import { fingerprint, timePrint, withField } from './planner/fingerprint.ts';
import { recordLost } from './record-lost.ts';
import { settleFailed } from './settle-event.ts';

/** Proposes the technician's moves to the booking system, one by one. */
export async function executeProposals(run: RunContext, account: AccountContext): Promise<number> {
  let sent = 0;
  for (const context of account.mappings) {
    for (;;) {
      const entries = run.store.journal.prepared(context.mapping.id, ['propose'], 50);
      if (entries.length === 0) break;
      for (const entry of entries) {
        run.signal.throwIfAborted();
        run.store.journal.markSent([entry]);
        await sendProposal(run, account, context, entry);
        run.progress.settled(context.account.id, context.mapping.id, entry.operation);
      }
      sent += entries.length;
    }
  }
  return sent;
}

/**
 * Sends one proposal and settles its answer. Sent again it carries the same bytes and key, and counts once.
 * @throws AppError for what concerns the whole account
 */
export async function sendProposal(
  run: RunContext,
  account: AccountContext,
  context: MappingContext,
  entry: JournalRow,
): Promise<void> {
  const started = run.clock.now().getTime();
  try {
    const result = await propose(account, entry);
    settleProposal(run, context, entry, result, run.clock.now().getTime() - started);
  } catch (thrown) {
    const error = toAppError(thrown);
    settleFailed(run, context, entry, error, run.clock.now().getTime() - started);
    account.error ??= error;
    if (concernsAccount(error)) throw error;
  }
}

async function propose({ booking }: AccountContext, entry: JournalRow): Promise<RescheduleResult> {
  try {
    return await booking.patch(entry.target_id, entry.precondition ?? '', entry.body, entry.idempotency_key);
  } catch (thrown) {
    const error = toAppError(thrown);
    // What it cannot make sense of today it will not tomorrow: a refusal, which must not be asked for ever.
    if (error.code === 'INVALID_INPUT') return { kind: 'not-allowed', detail: error.message };
    throw error;
  }
}

function settleProposal(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  result: RescheduleResult,
  durationMs: number,
): void {
  const { store } = run;
  store.transaction(() => {
    const link = store.links.get(entry.link_id);
    store.journal.close(entry.id);
    const message = applyAnswer(run, context, entry, link, result);
    touchWriters(run, entry.target_id);
    store.syncLog.append(
      logEntry(run, context, {
        direction: 'import',
        operation: 'propose',
        status: 'ok',
        bookingId: entry.target_id,
        externalId: link?.event_id ?? null,
        message,
        code: isRefusal(result) ? 'CONFLICT' : null,
        durationMs,
        attempt: entry.attempt + 1,
        payload: entry.body,
      }),
    );
  });
}

const isRefusal = (result: RescheduleResult): boolean =>
  result.kind === 'slot-unavailable' || result.kind === 'not-allowed';

/** Takes over what the booking system answered; says it in words for the log. */
function applyAnswer(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  link: LinkRow | undefined,
  result: RescheduleResult,
): string {
  const { store } = run;
  const { title, reason, conflictId } = JSON.parse(entry.intent) as EventIntent;
  const at = run.clock.now().toISOString();
  const shown = link === undefined ? undefined : store.calendars.get(context.calendar, link.event_id);
  const event = shown?.state === 'live' ? eventFromRow(shown) : null;
  switch (result.kind) {
    case 'ok':
      store.bookings.put(bookingRow(result.booking));
      if (conflictId !== null) store.conflicts.resolve(conflictId, at);
      else if (link !== undefined && event !== null) acceptTime(run, link, event, { reason, decided_at: at });
      context.tally.proposed += 1;
      return `Dispatch accepted the change of “${title}”.`;
    case 'stale':
      store.bookings.put(bookingRow(result.current));
      return `“${title}” was changed by dispatch meanwhile: merging again.`;
    case 'missing':
      store.bookings.setState(entry.target_id, 'deleted');
      if (conflictId !== null) store.conflicts.resolve(conflictId, at);
      return `The booking of “${title}” is gone.`;
    case 'slot-unavailable':
    case 'not-allowed':
      if (conflictId !== null) store.conflicts.reopen(conflictId);
      else if (link !== undefined && event !== null) {
        refuse(run, context, link.id, entry.target_id, event);
        store.links.update(link, { refused: timePrint(event.time), basis: '' });
      }
      return `Dispatch did not accept the change of “${title}”: ${result.detail} Your version is in the inbox.`;
    default:
      return assertNever(result);
  }
}

/**
 * Both sides now have the time that the event shows: it is the base of the next merge. Not so after a decision, whose
 * fields reach the event from the booking.
 */
function acceptTime(
  run: RunContext,
  link: LinkRow,
  event: CalendarEvent,
  decision: { readonly reason: string; readonly decided_at: string },
): void {
  const show = fingerprint(event);
  run.store.links.update(link, {
    ...decision,
    sent: withField(link.sent, 'time', show),
    shown: withField(link.shown, 'time', show),
    refused: null,
    rewrites: 0,
    basis: '',
  });
}

function refuse(
  run: RunContext,
  context: MappingContext,
  linkId: number,
  bookingId: string,
  event: EventVersion,
): void {
  const row = run.store.bookings.get(bookingId);
  const booking = row === undefined || row.content === '{}' ? null : desiredEvent(bookingFromRow(row));
  const version = ({ title, description, location, time, status }: EventVersion): EventVersion => ({
    title,
    description,
    location,
    time,
    status,
  });
  recordLost(run, context, linkId, bookingId, {
    kind: 'proposal-refused',
    state: 'open',
    fields: ['time'],
    bookingSide: version(booking ?? event),
    calendarSide: version(event),
  });
}

/** A booking changed: every mapping that writes its event looks at it again. */
function touchWriters(run: RunContext, bookingId: string): void {
  for (const { mapping } of run.mappings) {
    if (writesEvents(mapping.direction)) run.store.touched.touch(mapping.id, 'booking', bookingId);
  }
}
