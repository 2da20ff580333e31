import { addDays, instantAt, instantOf, isTimeZone, wallClock } from '../wall-time.ts';
import type { EventTime } from './event.ts';
import { GoogleError, invalid, required } from './google-error.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?$/;

/** An instant as RFC 3339 in the zone's wall-clock time, to the second. */
export function dateTimeAt(instant: number, timeZone: string): string {
  const wall = wallClock(instant, timeZone);
  const local = wall.toISOString().slice(0, 19);
  const offset = Math.round((wall.getTime() - instant) / 60_000);
  if (offset === 0) return `${local}Z`;
  const minutes = Math.abs(offset);
  const hh = String(Math.floor(minutes / 60)).padStart(2, '0');
  const mm = String(minutes % 60).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${hh}:${mm}`;
}

/** The instant of an RFC 3339 date-time; null when it is none or has no offset. Fractions of seconds are dropped. */
export function parseInstant(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null || match[5] === undefined) return null;
  const instant = Date.parse(text.toUpperCase());
  return Number.isNaN(instant) ? null : Math.floor(instant / 1000) * 1000;
}

/** The instant at which an event starts or ends: an all-day one at midnight in the calendar's zone. */
export function instantOfTime(time: EventTime, calendarZone: string): number {
  return time.date === undefined ? Date.parse(time.dateTime ?? '') : instantOf(time.date, calendarZone);
}

/** Milliseconds to a start or end, a date counting as its midnight in UTC: good for distances between like times. */
export function sinceEpoch(time: EventTime): number {
  return Date.parse(time.date ?? time.dateTime ?? '');
}

/** A start or end moved by so many milliseconds; a date by as many whole days. */
export function shifted(time: EventTime, milliseconds: number): EventTime {
  const moved = new Date(sinceEpoch(time) + milliseconds).toISOString();
  return time.date === undefined ? { ...time, dateTime: moved } : { date: moved.slice(0, 10) };
}

/**
 * A start or end as Google gives it back: a date alone, or a date-time with the offset of the calendar's zone and the
 * zone it was written in.
 * @throws GoogleError 400 `required` or `invalid`
 */
export function canonicalTime(
  time: EventTime | undefined,
  side: 'start' | 'end',
  calendarZone: string,
): EventTime {
  const { date, dateTime, timeZone } = time ?? {};
  if (date === undefined && dateTime === undefined) throw required(`Missing ${side} time.`, side);
  if (date !== undefined && dateTime !== undefined) throw invalid(`Invalid ${side} time.`, side);
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw invalid(`Invalid time zone definition for ${side} time.`, `${side}.timeZone`);
  }
  if (date !== undefined) {
    if (!DATE.test(date) || Number.isNaN(Date.parse(date)) || addDays(date, 0) !== date) {
      throw invalid(`Invalid value for: Invalid date: ${date}`, `${side}.date`);
    }
    return { date };
  }
  const instant = writtenInstant(dateTime ?? '', timeZone, side);
  return { dateTime: dateTimeAt(instant, calendarZone), timeZone: timeZone ?? calendarZone };
}

function writtenInstant(dateTime: string, timeZone: string | undefined, side: string): number {
  const [, date, hour, minute, second = '0', offset] = DATE_TIME.exec(dateTime) ?? [];
  const isDate = date !== undefined && !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date;
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw invalid(`Invalid value for: Invalid format: "${dateTime}"`, `${side}.dateTime`);
  }
  if (offset !== undefined) return parseInstant(dateTime) ?? Number.NaN;
  if (timeZone === undefined) throw required(`Missing time zone definition for ${side} time.`, side);
  return instantAt(date, Number(hour) * 60 + Number(minute), timeZone) + Number(second) * 1000;
}

/** @throws GoogleError 400 when the two are of different kinds, or the end comes before the start */
export function assertSpan(start: EventTime, end: EventTime): void {
  if ((start.date === undefined) !== (end.date === undefined)) {
    throw invalid('Start and end times must either both be date or both be dateTime.', 'end');
  }
  const empty =
    start.date !== undefined && end.date !== undefined
      ? end.date <= start.date
      : Date.parse(end.dateTime ?? '') < Date.parse(start.dateTime ?? '');
  if (empty) throw new GoogleError(400, 'timeRangeEmpty', { locationType: 'parameter', location: 'end' });
}
