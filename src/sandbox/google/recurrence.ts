import { RRuleTemporal } from 'rrule-temporal';
import { addDays, instantAt, isTimeZone, wallClock } from '../wall-time.ts';
import type { EventTime } from './event.ts';
import { type GoogleError, invalid } from './google-error.ts';

/** What makes an event a series: its first start, and lines of RRULE, EXRULE, RDATE and EXDATE (RFC 5545). */
export interface Series {
  readonly start: EventTime;
  readonly recurrence?: readonly string[] | undefined;
}

/** One time at which a series happens by its rules. */
export interface Occurrence {
  /** Names it within its series, and in the instance's id: the start in UTC, or the date of an all-day one. */
  readonly key: string;
  /** Instant, in milliseconds. */
  readonly start: number;
}

const LINE = /^(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)$/i;
const STAMP = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/i;
const DAY_MS = 86_400_000;

// Expanded further than asked, so that a window that moves on with the days still finds its answer here.
const MARGIN_MS = 180 * DAY_MS;

/** The rules of a series, ready to be asked. All-day series are expanded in UTC, where every day begins alike. */
interface Rules {
  /** No occurrence starts before this instant. */
  readonly earliest: number;
  readonly included: readonly RRuleTemporal[];
  readonly excluded: readonly RRuleTemporal[];
  readonly added: readonly number[];
  readonly removed: ReadonlySet<number>;
}

interface Expansion {
  readonly rules: Rules;
  readonly from: number;
  readonly to: number;
  readonly occurrences: readonly Occurrence[];
}

// Events are never changed in place, so an expansion holds as long as the event does.
const expansions = new WeakMap<Series, Expansion>();

/**
 * The occurrences of a series that start from `from` to `to` (instants, both inclusive), in order. Times repeat by the
 * wall clock of the series' own zone.
 * @param from may be -Infinity; `to` is finite
 * @param calendarZone where the days of an all-day series begin
 */
export function occurrencesBetween(
  series: Series,
  from: number,
  to: number,
  calendarZone: string,
): readonly Occurrence[] {
  if (from > to) return [];
  let expansion = expansions.get(series);
  if (expansion === undefined || from < expansion.from || to > expansion.to) {
    const rules = expansion?.rules ?? parseRules(series, calendarZone);
    const reach = { from: Math.max(from - MARGIN_MS, rules.earliest), to: to + MARGIN_MS };
    expansion = {
      rules,
      from: reach.from === rules.earliest ? Number.NEGATIVE_INFINITY : reach.from,
      to: reach.to,
      occurrences: expand(series, rules, reach.from, reach.to, calendarZone),
    };
    expansions.set(series, expansion);
  }
  return expansion.occurrences.filter(({ start }) => start >= from && start <= to);
}

/** The occurrence of that name, if the rules still yield it. */
export function occurrenceOf(series: Series, key: string, calendarZone: string): Occurrence | null {
  const stamp = parseStamp(key, 'UTC');
  if (stamp === null) return null;
  // An all-day occurrence begins at midnight in the calendar's zone, which is within a day of that in UTC.
  const near = occurrencesBetween(series, stamp - DAY_MS, stamp + DAY_MS, calendarZone);
  return near.find((occurrence) => occurrence.key === key) ?? null;
}

/** @throws GoogleError 400 `invalid` when Google would not take the lines */
export function assertRecurrence(series: Series, calendarZone: string): void {
  parseRules(series, calendarZone);
}

/** An instant as `YYYYMMDDTHHMMSSZ`. */
function utcStamp(instant: number): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function expand(
  series: Series,
  rules: Rules,
  from: number,
  to: number,
  calendarZone: string,
): readonly Occurrence[] {
  const between = (rule: RRuleTemporal): readonly number[] =>
    rule.between(new Date(from), new Date(to), true).map((time) => time.epochMilliseconds);
  const starts = new Set([...rules.included.flatMap(between), ...rules.added]);
  for (const start of [...rules.removed, ...rules.excluded.flatMap(between)]) starts.delete(start);
  return [...starts]
    .filter((start) => start >= from && start <= to)
    .sort((a, b) => a - b)
    .map((start) => {
      if (series.start.date === undefined) return { key: utcStamp(start), start };
      const date = new Date(start).toISOString().slice(0, 10);
      return { key: date.replaceAll('-', ''), start: instantAt(date, 0, calendarZone) };
    });
}

function parseRules(series: Series, calendarZone: string): Rules {
  const allDay = series.start.date !== undefined;
  const zone = allDay ? 'UTC' : (series.start.timeZone ?? calendarZone);
  const first = allDay
    ? Date.parse(`${series.start.date}T00:00:00Z`)
    : Date.parse(series.start.dateTime ?? '');
  const wall = utcStamp(wallClock(first, zone).getTime()).slice(0, -1);
  const rules = { included: [] as RRuleTemporal[], excluded: [] as RRuleTemporal[] };
  const added: number[] = [];
  const removed = new Set<number>();
  for (const line of series.recurrence ?? []) {
    const [, name = '', parameters = '', value = ''] = LINE.exec(line.trim()) ?? [];
    switch (name.toUpperCase()) {
      case 'RRULE':
        rules.included.push(parseRule(value, `DTSTART;TZID=${zone}:${wall}`, zone, allDay, true));
        break;
      case 'EXRULE':
        rules.excluded.push(parseRule(value, `DTSTART;TZID=${zone}:${wall}`, zone, allDay, false));
        break;
      case 'RDATE':
        added.push(...parseDates(value, parameters, zone, allDay));
        break;
      case 'EXDATE':
        for (const start of parseDates(value, parameters, zone, allDay)) removed.add(start);
        break;
      default:
        throw invalidRule();
    }
  }
  // Without a rule the first start still counts, next to the dates that are listed.
  if (rules.included.length === 0) added.push(first);
  return { ...rules, added, removed, earliest: Math.min(first, ...added) - DAY_MS };
}

function parseRule(
  value: string,
  dtstart: string,
  zone: string,
  allDay: boolean,
  includeDtstart: boolean,
): RRuleTemporal {
  // Google's series repeat daily at the most; finer rules would also let one request expand for ever.
  if (/FREQ=(SECONDLY|MINUTELY|HOURLY)/i.test(value)) throw invalidRule();
  try {
    return new RRuleTemporal({
      rruleString: `${dtstart}\nRRULE:${withUtcUntil(value.toUpperCase(), zone, allDay)}`,
      includeDtstart,
      strict: true,
    });
  } catch {
    throw invalidRule();
  }
}

/** Google takes UNTIL as a date, a local or a UTC time; the library holds to RFC 5545 and wants UTC. */
function withUtcUntil(rule: string, zone: string, allDay: boolean): string {
  return rule.replace(/;$/, '').replace(/UNTIL=([^;]*)/, (_, until: string) => {
    if (allDay) return `UNTIL=${until.slice(0, 8)}T000000Z`;
    const day = /^(\d{4})(\d{2})(\d{2})$/.exec(until);
    const end =
      day === null
        ? parseStamp(until, zone)
        : instantAt(addDays(`${day[1]}-${day[2]}-${day[3]}`, 1), 0, zone) - 1000;
    if (end === null) throw invalidRule();
    return `UNTIL=${utcStamp(end)}`;
  });
}

function parseDates(value: string, parameters: string, zone: string, allDay: boolean): number[] {
  const tzid = /;TZID=([^;]+)/i.exec(parameters)?.[1] ?? zone;
  if (!isTimeZone(tzid)) throw invalidRule();
  return value.split(',').map((text) => {
    const stamp = parseStamp(allDay ? text.slice(0, 8) : text, allDay ? 'UTC' : tzid);
    if (stamp === null || (!allDay && text.length === 8)) throw invalidRule();
    return stamp;
  });
}

/** The instant of a basic-format date or date-time; one without `Z` is local to the zone. */
function parseStamp(text: string, zone: string): number | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0', utc] = STAMP.exec(text.trim()) ?? [];
  const date = `${year}-${month}-${day}`;
  if (Number.isNaN(Date.parse(date)) || addDays(date, 0) !== date) return null;
  const minuteOfDay = Number(hour) * 60 + Number(minute);
  return instantAt(date, minuteOfDay, utc === undefined || utc === '' ? zone : 'UTC') + Number(second) * 1000;
}

function invalidRule(): GoogleError {
  return invalid('Invalid recurrence rule.', 'recurrence');
}
