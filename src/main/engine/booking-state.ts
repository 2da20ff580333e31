import { writesEvents } from '../../shared/domain/mapping.ts';
import { bookingFromRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { BookingState } from './planner/export-plan.ts';
import { selects } from './planner/selection.ts';

/** How a booking stands for a mapping, as the store knows it. */
export function bookingState(run: RunContext, { mapping }: MappingContext, bookingId: string): BookingState {
  const row = run.store.bookings.get(bookingId);
  if (row === undefined || row.state === 'absent' || row.state === 'kept') return { kind: 'unproven' };
  if (row.state === 'deleted') return { kind: 'gone', why: 'deleted' };
  const booking = bookingFromRow(row);
  if (booking.status === 'cancelled') return { kind: 'gone', why: 'cancelled' };
  if (!writesEvents(mapping.direction) || !selects(mapping, booking))
    return { kind: 'gone', why: 'deselected' };
  return { kind: 'selected', booking, hash: row.hash, endsAt: row.ends_at };
}
