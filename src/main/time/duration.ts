import { DAY_MS, END_OF_TIME, HOUR_MS } from './wall-time.ts';
import { toInstant, toWall, type Zone } from './zone.ts';

/**
 * RFC 5545 section 3.3.6: days are nominal, so that a day on which the clocks change is a day; what is below a day is
 * exact.
 */
export interface Duration {
  readonly days: number;
  readonly milliseconds: number;
}

const DURATION =
  /^([+-]?)P(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i;

/** A duration, or null when it is none or goes back in time. Weeks beside days are taken although they need not be. */
export function parseDuration(text: string): Duration | null {
  const match = DURATION.exec(text);
  if (match === null || match[1] === '-' || !/\d/.test(text)) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((digits) => Number(digits ?? 0));
  return {
    days: weeks * 7 + days,
    milliseconds: hours * HOUR_MS + minutes * 60_000 + seconds * 1000,
  };
}

/** The instant at which something ends that starts at `start` and is lived in `zone`; the year 9999 at the latest. */
export function endAfter(start: number, { days, milliseconds }: Duration, zone: Zone): number {
  if (days === 0) return Math.min(start + milliseconds, END_OF_TIME);
  const wall = Math.min(toWall(zone, start) + days * DAY_MS, END_OF_TIME);
  return Math.min(toInstant(zone, wall) + milliseconds, END_OF_TIME);
}
