/**
 * Wall-clock time in a named zone, by way of Intl, which carries the platform's own copy of the IANA database.
 * Instants are milliseconds since the epoch.
 */

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

/** Whether this platform knows `timeZone` as an IANA zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatFor(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** What clocks in the zone show at an instant, as if it were UTC: read it back with the `getUTC...` methods. */
export function wallClock(instant: number, timeZone: string): Date {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatFor(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}

/** What is added to UTC to get the zone's wall-clock time at an instant, in milliseconds. */
export function offsetAt(instant: number, timeZone: string): number {
  const wholeSecond = Math.floor(instant / 1000) * 1000;
  return wallClock(wholeSecond, timeZone).getTime() - wholeSecond;
}

/** The zone's calendar date (`YYYY-MM-DD`) at an instant. */
export function dateAt(instant: number, timeZone: string): string {
  return wallClock(instant, timeZone).toISOString().slice(0, 10);
}

/**
 * The instant at which clocks in the zone show `minuteOfDay` on `date`. A time that occurs twice is the first of
 * the two; one that a change of clocks skips is read with the offset before the change (RFC 5545 section 3.3.5).
 */
export function instantAt(date: string, minuteOfDay: number, timeZone: string): number {
  const asIfUtc = Date.parse(`${date}T00:00:00Z`) + minuteOfDay * 60_000;
  const before = offsetAt(asIfUtc - DAY_MS, timeZone);
  const after = offsetAt(asIfUtc + DAY_MS, timeZone);
  const first = asIfUtc - before;
  if (before === after || offsetAt(first, timeZone) === before) return first;
  const second = asIfUtc - after;
  return offsetAt(second, timeZone) === after ? second : first;
}

/** `date` moved by whole days; dates are `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The instant of an RFC 3339 date-time, or the first moment of a date in the zone. */
export function instantOf(dateOrTime: string, timeZone: string): number {
  return dateOrTime.length === 10 ? instantAt(dateOrTime, 0, timeZone) : Date.parse(dateOrTime);
}
