import type { Discrepancy } from '../../shared/domain/discrepancy.ts';
import { removedRow } from '../store/observed-row.ts';
import type { AccountContext, MappingContext, Repair, RunContext } from './context.ts';
import { discrepancyText, type Found, findDiscrepancies } from './discrepancies.ts';
import type { BlockIntent, EventIntent } from './intent.ts';
import { guard } from './planner/guard.ts';

/**
 * Puts what is found in an account's calendars before the plan, once they have been listed afresh. What the planner can
 * decide is left to it: such bookings and events are looked at again. What it knows nothing of, because no mapping
 * stands for it, is journalled here, behind the same guard, and sent by the same hands.
 */
export function prepareRepair(run: RunContext, account: AccountContext, repair: Repair): void {
  const mine = findDiscrepancies(run.store).flatMap((found) => {
    const context = account.mappings.find(({ mapping }) => mapping.id === found.mappingId);
    return context === undefined ? [] : [{ found, context }];
  });
  const held = heldDeletions(run, mine, repair);
  run.store.transaction(() => {
    for (const { found, context } of mine) {
      const why = held.get(found) ?? null;
      repair.found.push(publicForm(found, why));
      if (why === null) prepare(run, context, found);
    }
  });
}

interface Mine {
  readonly found: Found;
  readonly context: MappingContext;
}

/** Deletions that no planner stands behind, and that are not to be made: too many, or reading is all that is allowed. */
function heldDeletions(
  run: RunContext,
  mine: readonly Mine[],
  repair: Repair,
): ReadonlyMap<Found, Discrepancy['held']> {
  const held = new Map<Found, Discrepancy['held']>();
  const deletions = mine.filter(
    ({ found }) => found.kind === 'left-behind' || found.kind === 'block-without-event',
  );
  for (const [context, group] of Map.groupBy(deletions, (one) => one.context)) {
    const verdict = guard({
      disappearances: group.map(({ found }, index) => ({
        linkId: index,
        proof: found.kind === 'left-behind' ? 'explicit' : 'inferred',
        seriesKey: String(index),
      })),
      total: run.store.links.liveCount(context.mapping.id),
      suddenlyEmpty: run.store.calendars.isEmpty(context.calendar),
      released: new Set(),
    });
    for (const [index, { found }] of group.entries()) {
      if (found.kind === 'left-behind' && !context.mayWrite) held.set(found, 'read-only');
      else if (verdict.held.has(index) && !repair.release) held.set(found, 'many');
    }
  }
  return held;
}

function publicForm(found: Found, held: Discrepancy['held']): Discrepancy {
  const { kind, accountId, mappingId, calendarId, eventId, sourceId, title, start } = found;
  const message = discrepancyText(found);
  return { kind, accountId, mappingId, calendarId, eventId, sourceId, title, start, message, held };
}

function prepare(run: RunContext, context: MappingContext, found: Found): void {
  const { store } = run;
  const { mapping, calendar } = context;
  switch (found.kind) {
    case 'event-without-link':
    case 'duplicate-event':
      store.touched.touch(mapping.id, 'booking', found.sourceId);
      return;
    case 'link-without-event':
      // Missing, not deleted: it is asked for by its id before anything is believed of it.
      store.calendars.put(calendar, {
        ...removedRow(found.eventId, null, 'absent'),
        booking_id: found.sourceId,
      });
      store.touched.touch(mapping.id, 'booking', found.sourceId);
      return;
    case 'left-behind':
      prepareDeletion(run, context, found);
      return;
    case 'block-without-event':
      if (found.linkId !== null) prepareBlockDeletion(run, context, found, found.linkId);
  }
}

/** The link says under which mapping it is removed; it stays as the tombstone of the event. */
function prepareDeletion(run: RunContext, { mapping }: MappingContext, found: Found): void {
  const { store } = run;
  const link =
    store.links.ofBooking(mapping.id, found.sourceId) ??
    store.links.get(
      store.links.insert({
        mapping_id: mapping.id,
        kind: 'export',
        source_id: found.sourceId,
        event_id: found.eventId,
        state: 'live',
        decided_at: run.clock.now().toISOString(),
      }),
    );
  if (link === undefined || store.journal.isOpen(link.id)) return;
  const intent: EventIntent = {
    reason: 'It was left behind by an earlier mapping, and a person asked for it to be removed.',
    title: found.title,
    start: found.start,
    incarnation: link.incarnation,
    sent: link.sent,
    rewrites: link.rewrites,
    bookingHash: '',
    revision: mapping.revision,
    basis: '',
    lost: null,
    conflictId: null,
  };
  store.journal.prepare({
    link_id: link.id,
    run_id: run.runId,
    operation: 'delete-event',
    target_id: found.eventId,
    body: '',
    // Of an event that was made a series its etag is not known: the listing shows its occurrences.
    precondition: found.row?.event_id === found.eventId ? found.row.etag : null,
    idempotency_key: run.random.uuid(),
    intent: JSON.stringify(intent),
  });
}

function prepareBlockDeletion(
  run: RunContext,
  { mapping }: MappingContext,
  found: Found,
  linkId: number,
): void {
  const intent: BlockIntent = {
    reason: 'Its event is not in the calendar.',
    title: 'Busy',
    start: found.start,
    eventId: found.eventId,
    sent: '',
    shown: '',
    basis: '',
    revision: mapping.revision,
    attempt: '',
    isNew: false,
  };
  run.store.journal.prepare({
    link_id: linkId,
    run_id: run.runId,
    operation: 'delete-block',
    target_id: found.sourceId,
    body: '',
    precondition: null,
    idempotency_key: '',
    intent: JSON.stringify(intent),
  });
}
