import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import { eventRow, isOwn } from '../store/observed-row.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { drop } from './drop-entry.ts';
import { resendBatches } from './execute-blocks.ts';
import { sendProposal } from './execute-proposals.ts';
import { inParallel } from './in-parallel.ts';
import type { EventIntent } from './intent.ts';
import { isAsSent } from './planner/fingerprint.ts';
import { noteGone, settleDeleted, settleWritten } from './settle-event.ts';

/**
 * Takes up what an earlier run left in the journal, before anything new is planned. Prepared: nothing had left, so
 * it is dropped and planned again. Sent: it may have had its effect, so that is found out first.
 */
export async function recover(run: RunContext, account: AccountContext): Promise<void> {
  const { journal } = run.store;
  for (const context of account.mappings) {
    // What this very run has planned or sent is under way: another account's turn, or a round before.
    run.store.transaction(() => {
      for (const entry of journal.allPrepared(context.mapping.id, run.runId)) drop(run, context, entry);
    });
    const sent = journal.sent(context.mapping.id, run.runId);
    const blocks = sent.filter(
      ({ operation }) => operation === 'upsert-block' || operation === 'delete-block',
    );
    await resendBatches(run, account, context, blocks);
    const proposals = sent.filter(({ operation }) => operation === 'propose');
    for (const entry of proposals) await sendProposal(run, account, context, entry);
    const events = sent.filter((entry) => !blocks.includes(entry) && !proposals.includes(entry));
    await inParallel(events, account.provider.capabilities.concurrency, (entry) =>
      probeEvent(run, account, context, entry),
    );
  }
}

async function probeEvent(
  run: RunContext,
  { provider }: AccountContext,
  context: MappingContext,
  entry: JournalRow,
): Promise<void> {
  const { store } = run;
  const lookup = await provider.get(context.mapping.calendarId, entry.target_id);
  const intent = JSON.parse(entry.intent) as EventIntent;
  if (entry.operation === 'delete-event' && lookup.kind !== 'found') {
    settleDeleted(run, context, entry, 0);
    return;
  }
  if (lookup.kind === 'found' && entry.operation !== 'delete-event' && isOwn(lookup.event)) {
    if (lookup.event.tag?.sent === intent.sent && isAsSent(lookup.event, intent.sent)) {
      settleWritten(run, context, entry, lookup.event, 0);
      return;
    }
  }
  store.transaction(() => {
    if (lookup.kind === 'found') store.calendars.put(context.calendar, eventRow(lookup.event));
    else noteGone(run, context, entry.target_id);
    if (entry.operation === 'create-event' && lookup.kind === 'found') {
      linkUnmarked(run, entry, lookup.event, intent);
    }
    drop(run, context, entry);
  });
}

/** Created, and edited before its tag was complete: nothing but the name it was created under tells whose it is. */
function linkUnmarked(
  { store }: RunContext,
  entry: JournalRow,
  event: CalendarEvent,
  intent: EventIntent,
): void {
  const link = store.links.get(entry.link_id);
  if (link === undefined || event.tag?.self !== '' || event.tag.bookingId !== link.source_id) return;
  store.links.update(link, {
    state: 'live',
    event_id: event.id,
    ical_uid: event.iCalUid,
    incarnation: intent.incarnation,
    // An edit made meanwhile is then seen as such.
    sent: event.tag.sent,
    shown: event.tag.sent,
    rewrites: 0,
    basis: '',
  });
}
