import type { MappingContext, RunContext } from './context.ts';
import type { LostRecord } from './intent.ts';

/** Keeps an edit that did not win: in the inbox when there is something to decide, else for the record. */
export function recordLost(
  run: RunContext,
  context: MappingContext,
  linkId: number,
  bookingId: string,
  lost: LostRecord,
): void {
  const { conflicts } = run.store;
  // What is undecided already shows this very edit; the put-back is only its consequence.
  const calendarSide = JSON.stringify(lost.calendarSide);
  if (lost.state === 'recorded' && conflicts.undecidedOf(linkId)?.calendar_side === calendarSide) return;
  conflicts.add({
    id: `conflict_${run.random.uuid()}`,
    mapping_id: context.mapping.id,
    link_id: linkId,
    booking_id: bookingId,
    kind: lost.kind,
    state: lost.state,
    fields: JSON.stringify(lost.fields),
    booking_side: JSON.stringify(lost.bookingSide),
    calendar_side: calendarSide,
    created_at: run.clock.now().toISOString(),
  });
  if (lost.state === 'open') context.tally.conflicts += 1;
}
