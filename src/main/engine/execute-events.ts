import { type AppError, toAppError } from '../../shared/rpc/errors.ts';
import { type EventLookup, ID_USED_UP } from '../providers/provider.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import { eventRow, isOwn, removedRow } from '../store/observed-row.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { drop } from './drop-entry.ts';
import { inParallel } from './in-parallel.ts';
import type { EventIntent } from './intent.ts';
import { isAsSent } from './planner/fingerprint.ts';
import { noteGone, settleDeleted, settleFailed, settleWritten } from './settle-event.ts';

/** A precondition that fails this often in one run means that somebody else is writing: leave it to the next run. */
const MAX_CONTESTED = 3;
/** So many failures in one run are no longer about single events: stop asking. */
const MAX_FAILURES = 10;
/**
 * Operations that share the transactions before and after their requests, per request at once: a commit costs about
 * as much as a request's own share of the work. What a crash leaves in the journal is probed, so a few more cost
 * little.
 */
const GROUP_PER_SLOT = 4;

/** What an answer leads to, kept until its group is settled in one transaction. */
type Settle = (settlement: () => void) => void;

/**
 * Sends the prepared event operations of one account, as many at once as its mailbox allows. They are marked as sent
 * before any of their requests leaves, and settled together with the bases of the next merge.
 */
export async function executeEvents(run: RunContext, account: AccountContext): Promise<number> {
  let sent = 0;
  const group = account.provider.capabilities.concurrency * GROUP_PER_SLOT;
  for (const context of account.mappings) {
    for (;;) {
      const entries = run.store.journal.prepared(
        context.mapping.id,
        ['create-event', 'update-event', 'delete-event'],
        group,
      );
      if (entries.length === 0) break;
      await executeGroup(run, account, context, entries);
      sent += entries.length;
    }
  }
  return sent;
}

async function executeGroup(
  run: RunContext,
  account: AccountContext,
  context: MappingContext,
  entries: readonly JournalRow[],
): Promise<void> {
  run.store.transaction(() => {
    run.store.journal.markSent(entries);
    if (account.provider.capabilities.readAfterWrite !== true) return;
    run.store.calendars.written.note(
      context.calendar,
      entries.map(({ target_id }) => target_id),
    );
  });
  const waiting = new Set(entries);
  const settlements: (() => void)[] = [];
  try {
    await inParallel(entries, account.provider.capabilities.concurrency, async (entry) => {
      run.signal.throwIfAborted();
      waiting.delete(entry);
      await executeEvent(run, account, context, entry, (settlement) => settlements.push(settlement));
      run.progress.settled(context.account.id, context.mapping.id, entry.operation);
    });
  } finally {
    run.store.transaction(() => {
      for (const settlement of settlements) settlement();
      // Marked with its group, but its request never left.
      for (const entry of waiting) drop(run, context, entry);
    });
  }
}

/**
 * Sends one operation.
 * @throws AppError for what concerns the whole account: no sign-in, no network, rate limit
 */
async function executeEvent(
  run: RunContext,
  account: AccountContext,
  context: MappingContext,
  entry: JournalRow,
  settle: Settle,
): Promise<void> {
  const started = run.clock.now().getTime();
  const elapsed = (): number => run.clock.now().getTime() - started;
  try {
    await sendEvent(run, account, context, entry, elapsed, settle);
  } catch (thrown) {
    const error = toAppError(thrown);
    settleFailed(run, context, entry, error, elapsed());
    account.error ??= error;
    account.failures += 1;
    if (concernsAccount(error) || account.failures >= MAX_FAILURES) throw error;
  }
}

async function sendEvent(
  run: RunContext,
  { provider }: AccountContext,
  context: MappingContext,
  entry: JournalRow,
  elapsed: () => number,
  settle: Settle,
): Promise<void> {
  const { calendarId } = context.mapping;
  const prepared = { eventId: entry.target_id, body: entry.body };
  switch (entry.operation) {
    case 'create-event':
      try {
        const event = await provider.create(calendarId, prepared);
        const durationMs = elapsed();
        settle(() => settleWritten(run, context, entry, event, durationMs));
      } catch (thrown) {
        const { code, detail } = toAppError(thrown);
        if (code !== 'CONFLICT') throw thrown;
        const lookup = await provider.get(calendarId, entry.target_id);
        // A name that is taken by nothing that is there was used up by an event that was deleted, or went elsewhere.
        const mayBeUsedUp = !provider.capabilities.ownId || detail === ID_USED_UP;
        const usedUp = mayBeUsedUp && lookup.kind === 'missing';
        const known = usedUp ? ({ kind: 'cancelled', sent: null } as const) : lookup;
        if (!settleTaken(run, context, entry, known, elapsed)) throw thrown;
      }
      return;
    case 'update-event':
    case 'delete-event':
      try {
        if (entry.operation === 'update-event') {
          const event = await provider.update(calendarId, prepared, entry.precondition);
          const durationMs = elapsed();
          settle(() => settleWritten(run, context, entry, event, durationMs));
        } else {
          await provider.delete(calendarId, entry.target_id, entry.precondition);
          const durationMs = elapsed();
          settle(() => settleDeleted(run, context, entry, durationMs));
        }
      } catch (thrown) {
        const { code } = toAppError(thrown);
        if (code !== 'PRECONDITION_FAILED' && code !== 'NOT_FOUND') throw thrown;
        await settleContested(run, context, provider, entry, thrown, elapsed);
      }
      return;
    default:
      throw new RangeError(`${entry.operation} is not an event operation`);
  }
}

/**
 * The id is taken: by our own earlier attempt, by us on another machine, or by an event that was deleted since.
 * @returns whether that is so, as far as can be seen
 */
function settleTaken(
  run: RunContext,
  context: MappingContext,
  entry: JournalRow,
  lookup: EventLookup,
  elapsed: () => number,
): boolean {
  const { store } = run;
  const intent = JSON.parse(entry.intent) as EventIntent;
  const link = store.links.get(entry.link_id);
  if (lookup.kind === 'missing' || link === undefined) return false;
  if (lookup.kind === 'found') {
    if (!isOwn(lookup.event) || lookup.event.tag?.bookingId !== link.source_id) return false;
    // Untouched since we wrote it: nothing is left to merge.
    if (lookup.event.tag.sent === intent.sent && isAsSent(lookup.event, intent.sent)) {
      settleWritten(run, context, entry, lookup.event, elapsed());
      return true;
    }
  }
  store.transaction(() => {
    const row =
      lookup.kind === 'found' ? eventRow(lookup.event) : removedRow(entry.target_id, null, 'cancelled');
    store.calendars.put(context.calendar, row);
    // Merge from what its tag says we sent: an edit or a deletion made meanwhile is then seen as such.
    const base = (lookup.kind === 'found' ? lookup.event.tag?.sent : lookup.sent) ?? intent.sent;
    store.links.update(link, {
      state: 'live',
      event_id: lookup.kind === 'found' ? lookup.event.id : entry.target_id,
      ical_uid: lookup.kind === 'found' ? lookup.event.iCalUid : null,
      incarnation: intent.incarnation,
      sent: base,
      shown: base,
      rewrites: 0,
      basis: '',
    });
    store.journal.close(entry.id);
    store.touched.touch(context.mapping.id, 'booking', link.source_id);
  });
  return true;
}

/** It changed, or went, since it was planned: take what is there now and plan again. */
async function settleContested(
  run: RunContext,
  context: MappingContext,
  provider: AccountContext['provider'],
  entry: JournalRow,
  contested: unknown,
  elapsed: () => number,
): Promise<void> {
  const { store } = run;
  const intent = JSON.parse(entry.intent) as EventIntent;
  const times = (run.contested.get(entry.link_id) ?? 0) + 1;
  run.contested.set(entry.link_id, times);
  if (times > MAX_CONTESTED) throw contested;
  const lookup = await provider.get(context.mapping.calendarId, entry.target_id);
  const event = lookup.kind === 'found' ? lookup.event : null;
  // A repeated request whose first answer was lost: what is there is what we sent.
  if (entry.operation === 'update-event' && event !== null && isAsSent(event, intent.sent)) {
    return settleWritten(run, context, entry, event, elapsed());
  }
  store.transaction(() => {
    if (event === null) noteGone(run, context, entry.target_id);
    else store.calendars.put(context.calendar, eventRow(event));
    store.journal.close(entry.id);
    const link = store.links.get(entry.link_id);
    if (link !== undefined) store.touched.touch(context.mapping.id, 'booking', link.source_id);
  });
}

/** Failures after which further requests to the same account are no use in this run. */
export function concernsAccount(error: AppError): boolean {
  return error.code === 'AUTH_EXPIRED' || error.code === 'OFFLINE' || error.code === 'RATE_LIMITED';
}
