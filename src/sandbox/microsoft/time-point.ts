import { z } from 'zod';
import { addDays, instantAt, wallClock } from '../wall-time.ts';
import { GraphError, invalidProperty } from './graph-error.ts';
import { ianaZone } from './windows-zones.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone */
export const DateTimeTimeZone = z.object({ dateTime: z.string(), timeZone: z.string().nullish() });
export type DateTimeTimeZone = Readonly<{ dateTime: string; timeZone: string }>;

/** A start or end as somebody wrote it. */
export interface TimePoint {
  /** What clocks in the zone show: `YYYY-MM-DDTHH:MM:SS`. */
  readonly wall: string;
  /** IANA. */
  readonly zone: string;
  /** The zone as it was named, by Windows or IANA. */
  readonly zoneName: string;
}

const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * Reads a start or end. A zone is needed; an offset within the date-time names the instant and wins over it.
 * @param field what it is called in the refusal
 * @throws GraphError 400
 */
export function readTimePoint(given: z.infer<typeof DateTimeTimeZone>, field: string): TimePoint {
  const zone = knownZone(given.timeZone ?? '');
  const [, date = '', hour = '0', minute = '0', second = '0', offset] = DATE_TIME.exec(given.dateTime) ?? [];
  const isDate = !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date;
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw invalidProperty(`The property '${field}' has no valid dateTime: '${given.dateTime}'.`);
  }
  const zoneName = given.timeZone ?? '';
  const wall = `${date}T${hour.padStart(2, '0')}:${minute.padStart(2, '0')}:${second.padStart(2, '0')}`;
  if (offset === undefined) return { wall, zone, zoneName };
  return timePointAt(Date.parse(`${wall}${offset.toUpperCase()}`), zone, zoneName);
}

/** @throws GraphError 400 `TimeZoneNotSupportedException` */
export function knownZone(name: string): string {
  const zone = ianaZone(name);
  if (zone !== null) return zone;
  throw new GraphError(
    400,
    'TimeZoneNotSupportedException',
    `A valid TimeZone value must be specified. The following TimeZone value is not supported: '${name}'.`,
  );
}

/** What clocks in a zone show at an instant, to the second. */
export function timePointAt(instant: number, zone: string, zoneName: string): TimePoint {
  return { wall: wallClock(instant, zone).toISOString().slice(0, 19), zone, zoneName };
}

export function dateOf({ wall }: TimePoint): string {
  return wall.slice(0, 10);
}

/** Seconds since the midnight that its day began with, by the clock. */
export function secondOfDay({ wall }: TimePoint): number {
  return Number(wall.slice(11, 13)) * 3600 + Number(wall.slice(14, 16)) * 60 + Number(wall.slice(17, 19));
}

/** The instant of a point, in milliseconds. */
export function instantOfPoint(point: TimePoint): number {
  return instantOfSecond(dateOf(point), secondOfDay(point), point.zone);
}

/** The instant at which clocks in the zone show `second` (since midnight, a whole day or more too) of a date. */
export function instantOfSecond(date: string, second: number, zone: string): number {
  return instantAt(date, Math.floor(second / 60), zone) + (second % 60) * 1000;
}

/** An instant as Graph words it, in the zone that the client asked for. */
export function shownInstant(instant: number, zone: string, zoneName: string): DateTimeTimeZone {
  return { dateTime: `${timePointAt(instant, zone, zoneName).wall}.0000000`, timeZone: zoneName };
}

/** The start or end of an all-day event: the same midnight in whatever zone the client asks for. */
export function shownDay(point: TimePoint, zoneName: string): DateTimeTimeZone {
  return { dateTime: `${dateOf(point)}T00:00:00.0000000`, timeZone: zoneName };
}
