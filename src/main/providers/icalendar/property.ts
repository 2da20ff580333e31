import { type Duration, parseDuration } from '../../time/duration.ts';
import { parseStamp, startOfDay, type WallTime } from '../../time/wall-time.ts';
import { dayMeant, toInstant, UTC, type Zone } from '../../time/zone.ts';

/**
 * A property as it stands in the calendar, from the `;` or `:` after its name on (RFC 5545 section 3.1), e.g.
 * `;TZID=Europe/Berlin:20261124T090000`. Quotes around parameters may be missing.
 */
export type RawProperty = string;

/** A date, or a time that is lived in a zone. */
export type Moment =
  | { readonly kind: 'date'; readonly wall: WallTime }
  | { readonly kind: 'time'; readonly wall: WallTime; readonly zone: Zone };

/** The zones of one calendar. */
export interface ZoneTable {
  /** Where floating times and whole days are lived. */
  readonly home: Zone;
  /** The zone that the calendar means by a TZID. */
  named(id: string): Zone;
}

/** A UID may have colons in it, its parameters have none. */
export const uidOf = (property: RawProperty): string => property.replace(/^(?:;[^:]*)?:/, '').trim();

/** What stands behind the last colon: rules, durations and times have none, but zone names do. */
export const ruleOf = (property: RawProperty): string =>
  // Of most properties that an event may have, it has none.
  property === '' ? '' : property.slice(property.lastIndexOf(':') + 1).trim();

/** Up to the next parameter, since a zone's name may have semicolons in it. */
const parameterPattern = (name: string): RegExp => new RegExp(`;${name}=(.*?)(?=;[A-Z-]+=|$)`, 'i');
const TZID = parameterPattern('TZID');
const VALUE = parameterPattern('VALUE');
const RANGE = parameterPattern('RANGE');

function parameter(property: RawProperty, pattern: RegExp): string | null {
  if (property.startsWith(':')) return null;
  const match = pattern.exec(property.slice(0, property.lastIndexOf(':')));
  return match?.[1]?.replaceAll('"', '') ?? null;
}

/** DTSTART, DTEND or RECURRENCE-ID; null when it cannot be read. */
export function parseMoment(property: RawProperty, zones: ZoneTable): Moment | null {
  return momentsOf(property, zones)[0] ?? null;
}

/** EXDATE: times and dates, those that can be read. */
export function parseMoments(properties: readonly RawProperty[], zones: ZoneTable): readonly Moment[] {
  return properties.flatMap((property) => momentsOf(property, zones));
}

/** A date or start that RDATE adds, with its own length where it is a period (RFC 5545 section 3.3.9). */
export interface AddedMoment {
  readonly start: Moment;
  readonly length: Duration | null;
}

export function parseAddedMoments(
  properties: readonly RawProperty[],
  zones: ZoneTable,
): readonly AddedMoment[] {
  return properties.flatMap((property) =>
    ruleOf(property)
      .split(',')
      .flatMap((text) => {
        const [first = '', second] = text.trim().split('/');
        const start = momentOf(first, property, zones);
        if (start === null) return [];
        return [
          { start, length: second === undefined ? null : periodLength(start, second, property, zones) },
        ];
      }),
  );
}

function periodLength(start: Moment, text: string, property: RawProperty, zones: ZoneTable): Duration | null {
  const end = momentOf(text, property, zones);
  if (end === null) return parseDuration(text);
  return { days: 0, milliseconds: Math.max(0, instantOf(end, zones.home) - instantOf(start, zones.home)) };
}

function momentsOf(property: RawProperty, zones: ZoneTable): readonly Moment[] {
  return ruleOf(property)
    .split(',')
    .map((text) => momentOf(text.trim(), property, zones))
    .filter((moment) => moment !== null);
}

function momentOf(text: string, property: RawProperty, zones: ZoneTable): Moment | null {
  const stamp = parseStamp(text);
  if (stamp === null) return null;
  if (stamp.form === 'date' || parameter(property, VALUE)?.toUpperCase() === 'DATE') {
    return { kind: 'date', wall: startOfDay(stamp.wall) };
  }
  if (stamp.form === 'utc') return { kind: 'time', wall: stamp.wall, zone: UTC };
  const id = parameter(property, TZID);
  return { kind: 'time', wall: stamp.wall, zone: id === null ? zones.home : zones.named(id) };
}

/** Whether a time is lived wherever one is: it is neither in UTC nor in a zone (section 3.3.5). */
export function isFloating(property: RawProperty): boolean {
  return parseStamp(ruleOf(property))?.form === 'local' && parameter(property, TZID) === null;
}

/** Whether an override stands for all that follow as well (RFC 5545 section 3.2.13). */
export function isThisAndFuture(property: RawProperty): boolean {
  return parameter(property, RANGE)?.toUpperCase() === 'THISANDFUTURE';
}

/** When a moment is; a date begins at midnight at home. */
export function instantOf(moment: Moment, home: Zone): number {
  return toInstant(moment.kind === 'date' ? home : moment.zone, moment.wall);
}

/** The day on which a moment is. */
export function dayOf(moment: Moment, home: Zone): WallTime {
  if (moment.kind === 'date' || moment.zone !== UTC) return startOfDay(moment.wall);
  return dayMeant(moment.wall, home);
}
