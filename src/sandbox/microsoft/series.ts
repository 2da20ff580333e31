import { addDays, dateAt, instantAt } from '../wall-time.ts';
import { isWithin, type Window } from '../window.ts';
import type { CalendarEvent, EventContent, Repetition } from './event.ts';
import { datesBetween, occursOn } from './recurrence.ts';
import {
  dateOf,
  instantOfPoint,
  instantOfSecond,
  secondOfDay,
  type TimePoint,
  timePointAt,
} from './time-point.ts';

const DAY_SECONDS = 86_400;

/** A single event's or occurrence's time: instants, in milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One time at which a series happens. */
export interface Occurrence extends Span {
  /** `YYYY-MM-DD` by the clocks of the series. Exchange has one occurrence a day at the most. */
  readonly date: string;
}

export type Series = CalendarEvent & { readonly repetition: Repetition };

export function isSeries(event: CalendarEvent): event is Series {
  return event.repetition !== null;
}

/** When something happens; an all-day event lasts from midnight to midnight in the mailbox's zone. */
export function spanOf({ isAllDay, start, end }: EventContent, mailboxZone: string): Span {
  const instant = (point: TimePoint): number =>
    isAllDay ? instantAt(dateOf(point), 0, mailboxZone) : instantOfPoint(point);
  return { start: instant(start), end: instant(end) };
}

/** The clock that the occurrences of a series hold by: when each starts and ends, in seconds from the midnight before. */
interface SeriesClock {
  readonly zone: string;
  readonly startSecond: number;
  readonly endSecond: number;
}

function clockOf(series: Series, mailboxZone: string): SeriesClock {
  if (series.isAllDay) {
    const days = (Date.parse(dateOf(series.end)) - Date.parse(dateOf(series.start))) / (DAY_SECONDS * 1000);
    return { zone: mailboxZone, startSecond: 0, endSecond: days * DAY_SECONDS };
  }
  const { zone } = series.repetition;
  const start = timePointAt(instantOfPoint(series.start), zone, zone);
  const end = timePointAt(instantOfPoint(series.end), zone, zone);
  const days = (Date.parse(dateOf(end)) - Date.parse(dateOf(start))) / (DAY_SECONDS * 1000);
  return { zone, startSecond: secondOfDay(start), endSecond: days * DAY_SECONDS + secondOfDay(end) };
}

function occurrenceAt({ zone, startSecond, endSecond }: SeriesClock, date: string): Occurrence {
  return {
    date,
    start: instantOfSecond(date, startSecond, zone),
    end: instantOfSecond(date, endSecond, zone),
  };
}

/** The occurrences by the rules alone that touch the window, in order. */
export function occurrencesWithin(
  series: Series,
  window: Window,
  mailboxZone: string,
): readonly Occurrence[] {
  const clock = clockOf(series, mailboxZone);
  const length = Math.ceil(clock.endSecond / DAY_SECONDS);
  const from = addDays(dateAt(window.from, clock.zone), -length);
  return datesBetween(series.repetition.recurrence, from, dateAt(window.to, clock.zone))
    .map((date) => occurrenceAt(clock, date))
    .filter(({ start, end }) => isWithin(window, start, end));
}

/** The occurrence that the rules have on a date. */
export function occurrenceOn(series: Series, date: string, mailboxZone: string): Occurrence | null {
  if (!occursOn(series.repetition.recurrence, date)) return null;
  return occurrenceAt(clockOf(series, mailboxZone), date);
}

/** How far apart the dates of any pattern that is in use can be, in days. */
const FAR = 1500;

/** The dates right before and right after one on which the rules have an occurrence. */
export function neighbouringDates(
  { repetition }: Series,
  date: string,
): { readonly before: string | null; readonly after: string | null } {
  const before = datesBetween(repetition.recurrence, addDays(date, -FAR), addDays(date, -1)).at(-1);
  const after = datesBetween(repetition.recurrence, addDays(date, 1), addDays(date, FAR))[0];
  return { before: before ?? null, after: after ?? null };
}

/** An occurrence that nobody has touched, as an event. */
export function untouchedOccurrence(series: Series, { date, start, end }: Occurrence): CalendarEvent {
  const { zone, zoneName } = series.start;
  const day = (point: TimePoint, at: string): TimePoint => ({ ...point, wall: `${at}T00:00:00` });
  const days = Math.round((Date.parse(dateOf(series.end)) - Date.parse(dateOf(series.start))) / 86_400_000);
  return {
    ...series,
    date,
    originalStart: series.isAllDay
      ? `${date}T00:00:00Z`
      : new Date(start).toISOString().replace('.000Z', 'Z'),
    type: 'occurrence',
    repetition: null,
    start: series.isAllDay ? day(series.start, date) : timePointAt(start, zone, zoneName),
    end: series.isAllDay
      ? day(series.end, addDays(date, days))
      : timePointAt(end, series.end.zone, series.end.zoneName),
  };
}
