import type { Booking } from '../../../shared/domain/booking.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';

const DAY = 86_400_000;

/** Half-open span of UTC instants. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The span a mapping keeps in step, in whole UTC days, so that it moves once a day and a listing can be reused until
 * then.
 */
export function mappingWindow(mapping: Pick<Mapping, 'pastDays' | 'futureDays'>, now: Date): Span {
  const today = Math.floor(now.getTime() / DAY) * DAY;
  return {
    from: new Date(today - mapping.pastDays * DAY).toISOString(),
    to: new Date(today + (mapping.futureDays + 1) * DAY).toISOString(),
  };
}

/** The smallest span that covers all of them. */
export function unionWindow(spans: readonly Span[]): Span {
  const from = spans.map((span) => span.from).sort();
  const to = spans.map((span) => span.to).sort();
  return { from: from.at(0) ?? '', to: to.at(-1) ?? '' };
}

/** Whether something lies in a span, at least in part. All are UTC instants of one form, ends exclusive. */
export function overlaps(startsAt: string, endsAt: string, span: Span): boolean {
  return startsAt < span.to && endsAt > span.from;
}

/** Whether a mapping exports a booking, whatever its time. */
export function selects(mapping: Pick<Mapping, 'technicianId' | 'projectId'>, booking: Booking): boolean {
  return (
    booking.technicianIds.includes(mapping.technicianId) &&
    (mapping.projectId === null || booking.projectId === mapping.projectId)
  );
}

/**
 * Too long ago to be kept up to date: two windows before today. Its event stays in the calendar.
 * @param endsAt UTC instant
 */
export function isHistory(endsAt: string, mapping: Pick<Mapping, 'pastDays'>, now: Date): boolean {
  // Asked for every booking of a plan: comparing numbers is a good deal cheaper than writing a date.
  return Date.parse(endsAt) < now.getTime() - Math.max(2 * mapping.pastDays, 1) * DAY;
}

/** For whom a mapping exports: part of the ownership tag, so that two agents can share a calendar. */
export function exportScope(mapping: Pick<Mapping, 'technicianId' | 'projectId'>): string {
  return mapping.projectId === null ? mapping.technicianId : `${mapping.technicianId}/${mapping.projectId}`;
}
