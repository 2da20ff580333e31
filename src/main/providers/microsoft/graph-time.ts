import { z } from 'zod';
import type { EventTime } from '../../../shared/domain/calendar-event.ts';
import { toInstant, toWall, UTC, type Zone } from '../../time/zone.ts';
import { zoneNamed } from '../../time/zone-name.ts';
import { unreadable } from './microsoft-errors.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/datetimetimezone */
export const Moment = z.object({
  dateTime: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?$/),
  timeZone: z.string().nullish(),
});
export type Moment = Readonly<z.infer<typeof Moment>>;

/** By how much clocks are put back anywhere, in milliseconds. */
const OVERLAPS = [1_800_000, 3_600_000, 7_200_000];

/**
 * When an event is.
 * @param zone name of the zone it was planned in, Windows' or IANA's. One that is not known, such as
 *   `tzone://Microsoft/Custom`, leaves the instants as they are, in UTC
 * @throws AppError PROVIDER_ERROR when a time cannot be read
 */
export function eventTime(
  start: Moment,
  end: Moment,
  isAllDay: boolean,
  zone: string | undefined,
): EventTime {
  const planned = zoneOf(zone) ?? UTC;
  const timeZone = planned.name;
  if (!isAllDay) return { kind: 'timed', start: text(instant(start)), end: text(instant(end)), timeZone };
  return { kind: 'all-day', start: day(instant(start), planned), end: day(instant(end), planned), timeZone };
}

/**
 * Where its series would have put an occurrence: UTC instant without milliseconds, or date.
 * @param originalStart an instant; left out, the occurrence is where its series put it
 */
export function instanceKey(time: EventTime, originalStart: string | undefined): string {
  if (originalStart === undefined) return time.kind === 'timed' ? `${time.start.slice(0, 19)}Z` : time.start;
  const at = Date.parse(originalStart);
  return time.kind === 'timed' ? `${text(at).slice(0, 19)}Z` : day(at, zoneOf(time.timeZone) ?? UTC);
}

/**
 * One edge of a time as Graph takes it: wall time in an IANA zone. All-day events begin and end at midnight, which has
 * to be of one zone. An hour that happens twice when clocks go back has no wall time of its own, so it goes in UTC.
 */
export function momentOf(time: EventTime, edge: 'start' | 'end'): Moment {
  const zone = zoneOf(time.timeZone) ?? UTC;
  if (time.kind === 'all-day') return { dateTime: `${time[edge]}T00:00:00`, timeZone: zone.name };
  const at = Date.parse(time[edge]);
  const wall = toWall(zone, at);
  const happensTwice = OVERLAPS.some(
    (shift) => toWall(zone, at - shift) === wall || toWall(zone, at + shift) === wall,
  );
  const shown = happensTwice ? UTC : zone;
  return { dateTime: text(toWall(shown, at)).slice(0, 19), timeZone: shown.name };
}

function instant({ dateTime, timeZone }: Moment): number {
  // Left open, it is the one that every request asks for.
  const zone = zoneOf(timeZone ?? 'UTC');
  const wall = Date.parse(`${dateTime.replace(/Z$/, '').slice(0, 23)}Z`);
  if (zone === null || Number.isNaN(wall)) throw unreadable(`the time ${dateTime} ${timeZone}`);
  return toInstant(zone, wall);
}

/** All-day events keep their midnight whatever zone is asked for; should one be shifted, it is that of its own zone. */
function day(at: number, zone: Zone): string {
  const shown = text(at);
  return (shown.endsWith('T00:00:00.000Z') ? shown : text(toWall(zone, at))).slice(0, 10);
}

function zoneOf(name: string | undefined): Zone | null {
  return name === undefined ? null : zoneNamed(name);
}

const text = (at: number): string => new Date(at).toISOString();
