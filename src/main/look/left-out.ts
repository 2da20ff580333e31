import { type Mapping, writesEvents } from '../../shared/domain/mapping.ts';
import { mappingWindow, overlaps, selects } from '../engine/planner/selection.ts';
import { SKIP_REASONS } from '../engine/planner/skip-reason.ts';
import { bookingFromRow, type ObservedBookingRow } from '../store/observed-row.ts';
import type { Store } from '../store/store.ts';

interface LeftOut {
  readonly at: string;
  readonly operation: 'leave-out';
  readonly reason: string;
}

/**
 * Why a booking or an event that was seen has no part in any mapping, one reason for each mapping it might have had a
 * part in. Worked out when somebody asks: to note it for everything that is left out would bury what is not. Empty
 * for what was never seen.
 */
export function leftOut(store: Store, id: string): readonly LeftOut[] {
  const run = store.runs.last();
  if (run === null) return [];
  const at = run.finishedAt ?? run.startedAt;
  const booking = store.bookings.get(id);
  const reasons = store.mappings
    .list()
    .flatMap((mapping) =>
      booking === undefined
        ? eventReason(store, mapping, id)
        : [bookingReason(mapping, booking, new Date(run.startedAt))],
    );
  return reasons.map((reason) => ({ at, operation: 'leave-out', reason }));
}

function bookingReason(mapping: Mapping, row: ObservedBookingRow, now: Date): string {
  const name = `Mapping ${mapping.id}`;
  if (!mapping.enabled) return `${name} is switched off.`;
  if (!writesEvents(mapping.direction)) return `${name} only imports: no booking goes to its calendar.`;
  if (row.state === 'deleted') return 'The booking is gone, or out of this device’s sight.';
  const booking = bookingFromRow(row);
  if (booking.status === 'cancelled') return 'The booking was cancelled.';
  if (!selects(mapping, booking)) {
    const whose =
      mapping.projectId === null
        ? mapping.technicianId
        : `${mapping.technicianId}, project ${mapping.projectId}`;
    return `${name} exports the bookings of ${whose}: this is not one of them.`;
  }
  if (!overlaps(row.starts_at, row.ends_at, mappingWindow(mapping, now))) {
    return `It lies outside the days that mapping ${mapping.id} keeps in step (${mapping.pastDays} back, ${mapping.futureDays} ahead).`;
  }
  return `${name} has not come to it yet: sync again.`;
}

function eventReason(store: Store, mapping: Mapping, id: string): readonly string[] {
  const row = store.calendars.get(store.mappings.calendarOf(mapping.id), id);
  if (row === undefined) return [];
  if (!mapping.enabled) return [`Mapping ${mapping.id} is switched off.`];
  if (row.state !== 'live') return ['The event is no longer in the calendar.'];
  if (mapping.direction === 'export') return [`Mapping ${mapping.id}: ${SKIP_REASONS['not-imported']}`];
  return [`Mapping ${mapping.id} has not come to it yet: sync again.`];
}
