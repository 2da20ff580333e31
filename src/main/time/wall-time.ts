/**
 * What a clock and the calendar beside it show, in milliseconds since they showed 1970-01-01T00:00. Not an instant:
 * which instant it is, a zone says. Numbers, because a feed has tens of thousands of them.
 */
export type WallTime = number;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** An instant, or a wall time, beyond which nothing is worth looking at: the last of the year 9999. */
export const END_OF_TIME = 253_402_300_799_000;

/** RFC 5545 sections 3.3.4 and 3.3.5: a date, a local time, or a time in UTC. */
export interface Stamp {
  readonly form: 'date' | 'local' | 'utc';
  /** Midnight for a date. */
  readonly wall: WallTime;
}

const STAMP = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2}))?(Z?)$/i;

/**
 * A date or date-time in basic format, or null when it is none or names a day that does not exist. Read as well is what
 * some programs write all the same: a Z behind a date (Google), and 24:00 for the end of a day.
 */
export function parseStamp(text: string): Stamp | null {
  const match = STAMP.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, utc] = match;
  const midnight = wallDate(Number(year), Number(month), Number(day));
  if (midnight === null) return null;
  if (hour === undefined) return { form: 'date', wall: midnight };
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  // A leap second is read as the second after it (section 3.3.12).
  if (hours > 24 || minutes > 59 || seconds > 60) return null;
  if (hours === 24 && minutes + seconds > 0) return null;
  const wall = midnight + hours * HOUR_MS + minutes * 60_000 + seconds * 1000;
  return { form: utc === '' || utc === undefined ? 'local' : 'utc', wall };
}

function wallDate(year: number, month: number, day: number): WallTime | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

/** Midnight of the same day. */
export function startOfDay(wall: WallTime): WallTime {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

/** `YYYY-MM-DD` */
export function dateText(wall: WallTime): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** UTC instant, `YYYY-MM-DDTHH:MM:SS.sssZ` */
export function instantText(instant: number): string {
  return new Date(instant).toISOString();
}

/** RFC 5545 section 3.3.5: `YYYYMMDDTHHMMSS`, without zone. */
export function stampText(wall: WallTime): string {
  return new Date(wall).toISOString().slice(0, 19).replace(/[-:]/g, '');
}
