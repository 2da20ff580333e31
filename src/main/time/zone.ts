import { Temporal } from 'temporal-polyfill';
import { DAY_MS, startOfDay, type WallTime } from './wall-time.ts';

/** How wall times and instants belong together at one place. */
export interface Zone {
  /** IANA name, to say with an event. */
  readonly name: string;
  /**
   * The zone is somebody's own and has no IANA name: its instants are kept, and `name` is only where they are shown.
   */
  readonly custom: boolean;
  /** What to add to an instant to have the wall time, in milliseconds. */
  offsetAt(instant: number): number;
}

export const UTC: Zone = { name: 'UTC', custom: false, offsetAt: () => 0 };

export function toWall(zone: Zone, instant: number): WallTime {
  return instant + zone.offsetAt(instant);
}

/**
 * RFC 5545 section 3.3.5: a wall time that happens twice means the first of them; one that the clocks skip is read
 * with the offset before the gap, so that it falls as long after the gap as it is in it.
 */
export function toInstant(zone: Zone, wall: WallTime): number {
  // No offset is larger than a day, and no zone changes its clocks twice in two days.
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  if (before === after || zone.offsetAt(wall - before) === before) return wall - before;
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before;
}

/** Whether the clocks show a wall time twice, because they are set back. */
export function happensTwice(zone: Zone, wall: WallTime): boolean {
  const before = zone.offsetAt(wall - DAY_MS);
  const after = zone.offsetAt(wall + DAY_MS);
  return before !== after && zone.offsetAt(wall - before) === before && zone.offsetAt(wall - after) === after;
}

/**
 * The day that is meant by an instant in UTC where there should be a date: Outlook writes midnight at home, others
 * the date with any time.
 */
export function dayMeant(instant: number, home: Zone): WallTime {
  const atHome = toWall(home, instant);
  return startOfDay(atHome) === atHome ? atHome : startOfDay(instant);
}

/** A zone that is always as far from UTC. */
export function fixedZone(name: string, offset: number): Zone {
  return { name, custom: true, offsetAt: () => offset };
}

const zones = new Map<string, Zone>([['UTC', UTC]]);

/**
 * The zone of that IANA name, in whatever case, or null when this computer does not know it. Asking Temporal or Intl
 * for each of many times is slow, so offsets are looked up once a year.
 */
export function ianaZone(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const id = ianaId(name);
  if (id === null) return null;
  const zone = zones.get(id) ?? { name: id, custom: false, offsetAt: offsetsOf(id) };
  zones.set(id, zone);
  return zone;
}

function ianaId(name: string): string | null {
  // Temporal would also take offsets and the zone of a whole date-time.
  if (!/^[a-z][\w+-]*(\/[\w+-]+)*$/i.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
}

/** An offset and the instant from which it no longer holds. */
interface Span {
  readonly until: number;
  readonly offset: number;
}

const YEAR_MS = 365 * DAY_MS;

function offsetsOf(id: string): Zone['offsetAt'] {
  const years = new Map<number, readonly Span[]>();
  return (instant) => {
    const year = Math.floor(instant / YEAR_MS);
    let spans = years.get(year);
    if (spans === undefined) {
      spans = spansBetween(id, year * YEAR_MS, (year + 1) * YEAR_MS);
      years.set(year, spans);
    }
    for (const { until, offset } of spans) if (instant < until) return offset;
    return 0;
  };
}

function spansBetween(id: string, from: number, to: number): readonly Span[] {
  const spans: Span[] = [];
  let time = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(id);
  for (;;) {
    const offset = time.offsetNanoseconds / 1_000_000;
    const next = time.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= to) return [...spans, { until: to, offset }];
    spans.push({ until: next.epochMilliseconds, offset });
    time = next;
  }
}
