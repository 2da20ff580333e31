import { addDays } from '../wall-time.ts';
import { isWithin, type Window } from '../window.ts';
import type { GoogleEvent } from './event.ts';
import { dateTimeAt, instantOfTime } from './event-time.ts';
import { type Occurrence, occurrencesBetween } from './recurrence.ts';

const INSTANCE_ID = /^([a-z0-9]+)_(\d{8}(?:T\d{6}Z)?)$/;
const DAY_MS = 86_400_000;

/** The id of an instance: its series' id and where the series would have put it. */
export function instanceId(seriesId: string, key: string): string {
  return `${seriesId}_${key}`;
}

/** Takes an instance's id apart; null when it is not one. */
export function parseInstanceId(id: string): { readonly seriesId: string; readonly key: string } | null {
  const [, seriesId, key] = INSTANCE_ID.exec(id) ?? [];
  return seriesId === undefined || key === undefined ? null : { seriesId, key };
}

export function isSeries(event: GoogleEvent): boolean {
  return event.recurrence !== undefined;
}

/** The occurrences of a series that touch the window. */
export function occurrencesWithin(
  series: GoogleEvent,
  window: Window,
  calendarZone: string,
): readonly Occurrence[] {
  const length = lengthOf(series, calendarZone);
  // A day of slack, since an all-day occurrence may be an hour longer or shorter than the first one was.
  return occurrencesBetween(series, window.from - length - DAY_MS, window.to, calendarZone).filter(
    ({ start }) => isWithin(window, start, start + length),
  );
}

/** The instance that a series yields where nobody has touched it. */
export function instanceOf(series: GoogleEvent, occurrence: Occurrence, calendarZone: string): GoogleEvent {
  const { recurrence: _, ...shared } = series;
  const id = instanceId(series.id, occurrence.key);
  const common = { ...shared, id, recurringEventId: series.id };
  const { start, end } = series;
  if (start.date !== undefined && end.date !== undefined) {
    const key = occurrence.key;
    const date = `${key.slice(0, 4)}-${key.slice(4, 6)}-${key.slice(6, 8)}`;
    const days = Math.round((Date.parse(end.date) - Date.parse(start.date)) / DAY_MS);
    return { ...common, originalStartTime: { date }, start: { date }, end: { date: addDays(date, days) } };
  }
  const at = { ...start, dateTime: dateTimeAt(occurrence.start, calendarZone) };
  const until = occurrence.start + lengthOf(series, calendarZone);
  return {
    ...common,
    originalStartTime: at,
    start: at,
    end: { ...end, dateTime: dateTimeAt(until, calendarZone) },
  };
}

function lengthOf(event: GoogleEvent, calendarZone: string): number {
  return instantOfTime(event.end, calendarZone) - instantOfTime(event.start, calendarZone);
}
