import { RRuleTemporal } from 'rrule-temporal';
import { DAY_MS, END_OF_TIME, parseStamp, stampText, startOfDay, type WallTime } from './wall-time.ts';
import { toInstant, toWall, type Zone } from './zone.ts';

/** What a recurrence rule starts from. */
export interface RuleStart {
  readonly start: WallTime;
  readonly zone: Zone;
  /** Whole days: `start` is midnight, and `zone` is UTC, where every day begins alike. */
  readonly dated: boolean;
  /** Where the days of a dated series are lived, to read an UNTIL that is an instant. */
  readonly home?: Zone;
}

/** Instants, from inclusive, to exclusive. */
export interface InstantSpan {
  readonly from: number;
  readonly to: number;
}

export type RuleExpansion =
  | {
      readonly kind: 'starts';
      /** Instants within the span, ascending. */
      readonly starts: readonly number[];
      /** How much work it was, in occurrences looked at. */
      readonly work: number;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly work: number };

/** Every quarter of an hour for more than half a year. What repeats more often is no appointment. */
const MAX_STARTS = 25_000;
/** Enough for a hundred years of days. */
const MAX_PERIODS = 40_000;

/**
 * The starts that a recurrence rule yields within a span (RFC 5545 section 3.3.10), by rrule-temporal. Bounded in
 * time and size whatever the rule says. DTSTART counts only if the rule yields it.
 *
 * Daily and slower rules repeat by the wall clock; a start that the clocks skip falls after the gap and one that
 * happens twice is the first (section 3.8.5.3 and every calendar; section 3.3.10 would drop the former). What repeats
 * within the day keeps its distance in time.
 *
 * @param rule the value of an RRULE
 */
export function expandRule(rule: string, from: RuleStart, within: InstantSpan): RuleExpansion {
  const parts = ruleParts(rule);
  // Nothing comes before the start, and dates have an end.
  const span = { from: Math.max(within.from, from.start - 2 * DAY_MS), to: Math.min(within.to, END_OF_TIME) };
  if (span.from >= span.to) return { kind: 'starts', starts: [], work: 0 };
  // Wall times go in and come out as if they were UTC, which is also what the library is fastest at.
  const byClock = !isWithinDay(parts) || from.zone.custom;
  try {
    const reason = whyRefused(parts, from, span);
    if (reason !== null) return { kind: 'refused', reason, work: 1 };
    const expander = new RRuleTemporal({
      rruleString: ruleText(parts, from, byClock),
      maxIterations: MAX_PERIODS,
    });
    const reach = byClock
      ? { from: toWall(from.zone, span.from) - DAY_MS, to: toWall(from.zone, span.to) + DAY_MS }
      : span;
    const times = expander
      .between(new Date(reach.from), new Date(reach.to), true)
      .map(({ epochMilliseconds }) =>
        byClock ? toInstant(from.zone, epochMilliseconds) : epochMilliseconds,
      );
    const starts = times.filter((start) => start >= span.from && start < span.to);
    return { kind: 'starts', starts, work: times.length + Math.min(countOf(parts), MAX_PERIODS) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', reason, work: MAX_PERIODS };
  }
}

type RuleParts = ReadonlyMap<string, string>;

function ruleParts(rule: string): RuleParts {
  return new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part): [string, string] => {
        const [name = '', ...value] = part.split('=');
        return [name.trim(), value.join('=').replace(/\s/g, '')];
      }),
  );
}

const UNITS_A_DAY: ReadonlyMap<string, number> = new Map([
  ['HOURLY', 24],
  ['MINUTELY', 24 * 60],
  ['SECONDLY', 24 * 60 * 60],
]);

const isWithinDay = (parts: RuleParts): boolean => UNITS_A_DAY.has(parts.get('FREQ') ?? '');

const countOf = (parts: RuleParts): number => Number(parts.get('COUNT') ?? 0) || 0;

function whyRefused(parts: RuleParts, from: RuleStart, span: InstantSpan): string | null {
  for (const part of ['COUNT', 'INTERVAL']) {
    if (!/^\d{1,9}$/.test(parts.get(part) ?? '1')) return `its ${part} is no number`;
  }
  if (from.dated && isWithinDay(parts)) return 'whole days cannot repeat within the day';
  if (mixesDaysOfTheYear(parts)) return 'it mixes days of the year with other days';
  if (mostStarts(parts, from, span) > MAX_STARTS) return `it repeats more than ${MAX_STARTS} times`;
  return null;
}

/** rrule-temporal 2.2 then yields the days of either kind, where only those of both kinds are meant. */
function mixesDaysOfTheYear(parts: RuleParts): boolean {
  const has = (part: string): boolean => parts.has(part);
  if (parts.get('FREQ') !== 'YEARLY') return false;
  if (has('BYYEARDAY')) return has('BYDAY') || has('BYMONTHDAY') || has('BYWEEKNO');
  return has('BYWEEKNO') && has('BYMONTHDAY');
}

/** An upper bound of the starts within the span, without looking at which days they are on. */
function mostStarts(parts: RuleParts, from: RuleStart, span: InstantSpan): number {
  const until = parts.get('UNTIL');
  const last = until === undefined ? span.to : Math.min(span.to, untilWall(until, from) + DAY_MS);
  const days = Math.max(0, last - Math.max(span.from, from.start - DAY_MS)) / DAY_MS;
  return Math.min(days * startsADay(parts), countOf(parts) || Number.POSITIVE_INFINITY);
}

function startsADay(parts: RuleParts): number {
  const listed = (part: string, otherwise: number): number => parts.get(part)?.split(',').length ?? otherwise;
  const frequency = parts.get('FREQ') ?? '';
  const unitsADay = UNITS_A_DAY.get(frequency) ?? 1;
  const interval = Math.max(1, Number(parts.get('INTERVAL') ?? 1) || 1);
  const periods = unitsADay === 1 ? 1 : Math.ceil(unitsADay / interval);
  const positions = parts.get('BYSETPOS');
  if (positions !== undefined) return periods * positions.split(',').length;

  const hours = listed('BYHOUR', unitsADay === 1 ? 1 : 24);
  const minutes = listed('BYMINUTE', unitsADay > 24 ? 60 : 1);
  const seconds = listed('BYSECOND', frequency === 'SECONDLY' ? 60 : 1);
  return Math.min(hours * minutes * seconds, periods * timesAPeriod(frequency, minutes, seconds));
}

/** How many times of a day fall into one period of a frequency, by the listed minutes and seconds. */
function timesAPeriod(frequency: string, minutes: number, seconds: number): number {
  switch (frequency) {
    case 'SECONDLY':
      return 1;
    case 'MINUTELY':
      return seconds;
    case 'HOURLY':
      return minutes * seconds;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function ruleText(parts: RuleParts, from: RuleStart, byClock: boolean): string {
  const amended = new Map(parts);
  if (from.dated) {
    // "MUST be ignored" where the start is a date (section 3.3.10).
    for (const part of ['BYHOUR', 'BYMINUTE', 'BYSECOND']) amended.delete(part);
  }
  if (isYearlyByMonthDayAlone(parts)) {
    // What a rule does not say is taken from its start (section 3.3.10): the month.
    amended.set('BYMONTH', String(new Date(from.start).getUTCMonth() + 1));
  }
  const until = parts.get('UNTIL');
  if (until !== undefined) {
    const last = untilWall(until, from);
    amended.set('UNTIL', `${stampText(byClock ? last : toInstant(from.zone, last))}Z`);
  }
  const zone = byClock ? '' : `;TZID=${from.zone.name}`;
  const dtstart = `DTSTART${zone}:${stampText(from.start)}${byClock ? 'Z' : ''}`;
  return `${dtstart}\nRRULE:${[...amended].map((part) => part.join('=')).join(';')}`;
}

function isYearlyByMonthDayAlone(parts: RuleParts): boolean {
  return (
    parts.get('FREQ') === 'YEARLY' &&
    parts.has('BYMONTHDAY') &&
    !['BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYDAY'].some((part) => parts.has(part))
  );
}

/**
 * The last wall time a rule may yield. It should have the form of DTSTART, and often has not: a date where times
 * repeat means all of that day; an instant where days repeat means its date as it is written, save where it is a
 * midnight at home, which is how Outlook writes a day.
 */
function untilWall(text: string, from: RuleStart): WallTime {
  const until = parseStamp(text);
  if (until === null) throw new RangeError(`UNTIL=${text} is no date`);
  if (from.dated) {
    const home = until.form === 'utc' && from.home !== undefined ? toWall(from.home, until.wall) : until.wall;
    return startOfDay(home) === home ? home : startOfDay(until.wall);
  }
  if (until.form === 'date') return until.wall + DAY_MS - 1000;
  return until.form === 'utc' ? toWall(from.zone, until.wall) : until.wall;
}
