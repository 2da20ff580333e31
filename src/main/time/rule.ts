import { RRuleTemporal } from 'rrule-temporal';
import {
  DAY_MS,
  END_OF_TIME,
  parseStamp,
  type Stamp,
  stampText,
  startOfDay,
  type WallTime,
} from './wall-time.ts';
import { dayMeant, toInstant, toWall, UTC, type Zone } from './zone.ts';

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
      /** Instants within the span. */
      readonly starts: readonly number[];
      /** How much work it was; 1 is what it takes to calculate a start. */
      readonly work: number;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly work: number };

/** Every quarter of an hour for more than half a year. What repeats more often is no appointment. */
const MAX_STARTS = 25_000;
/** Longer than a rule with every day of the year in it. */
const MAX_LENGTH = 4000;
/** Enough for fifty years of days. */
const MAX_PERIODS = 20_000;
/** The same where each hour, minute or second is looked at from all sides. */
const MAX_PERIODS_WITHIN_DAY = 2000;
/** What following a rule step by step costs for each step, compared with what a start costs that is calculated. */
const STEP_COST = 8;
/** The same for a rule of so many parts that looking for its next start may take long: nobody's calendar writes it. */
const ODD_COST = 20_000;
const ODD_PARTS = 4;

/**
 * The starts that a recurrence rule yields within a span (RFC 5545 section 3.3.10), by rrule-temporal. Bounded in
 * time and size whatever the rule says. DTSTART counts only if the rule yields it.
 *
 * Rules repeat by the wall clock. A start that the clocks skip falls after the gap and one that happens twice is the
 * first (section 3.8.5.3 and every calendar; section 3.3.10 would drop the former). Only what repeats so many hours,
 * minutes or seconds after itself keeps that distance when the clocks change.
 *
 * @param rule the value of an RRULE
 */
export function expandRule(rule: string, from: RuleStart, within: InstantSpan): RuleExpansion {
  if (rule.length > MAX_LENGTH) return { kind: 'refused', reason: 'it is too long', work: 1 };
  const parts = ruleParts(rule);
  // Nothing comes before the start, and dates have an end.
  const span = { from: Math.max(within.from, from.start - 2 * DAY_MS), to: Math.min(within.to, END_OF_TIME) };
  if (span.from >= span.to) return { kind: 'starts', starts: [], work: 0 };
  try {
    const reason = whyRefused(parts, from, span);
    if (reason !== null) return { kind: 'refused', reason, work: 1 };
    const clock = keepsDistance(parts) ? UTC : from.zone;
    // Wall times go in and come out as if they were UTC, which is also what the library is fastest at.
    const expander = new RRuleTemporal({
      rruleString: ruleText(parts, from, clock),
      maxIterations: isWithinDay(parts) && !keepsDistance(parts) ? MAX_PERIODS_WITHIN_DAY : MAX_PERIODS,
    });
    const first = new Date(toWall(clock, span.from) - DAY_MS);
    const last = new Date(toWall(clock, span.to) + DAY_MS);
    const times = expander.between(first, last, true);
    const starts = times
      .map(({ epochMilliseconds }) => toInstant(clock, epochMilliseconds))
      .filter((start) => start >= span.from && start < span.to);
    return { kind: 'starts', starts, work: times.length + costOf(parts) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', reason, work: MAX_PERIODS * STEP_COST };
  }
}

/** Whether a rule is over before its series starts, as one is that was moved as a whole to another series. */
export function isOverBefore(rule: string, from: RuleStart): boolean {
  const until = parseStamp(ruleParts(rule).get('UNTIL') ?? '');
  if (until === null) return false;
  // An instant that ends whole days is midnight by the clock of who knows whom, and midnight itself may mean that day.
  const isDayMeant = until.form === 'utc' && (from.dated || until.wall === startOfDay(until.wall));
  const last = isDayMeant ? until.wall + DAY_MS : untilWall(until, from);
  return last < from.start;
}

type RuleParts = ReadonlyMap<string, string>;

/** What says nothing is left out: a part without a value, and an interval of 0, which programs mean for none. */
function ruleParts(rule: string): RuleParts {
  return new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part): [string, string] => {
        const [name = '', ...value] = part.split('=');
        return [name.trim(), value.join('=').replace(/\s/g, '')];
      })
      .filter(([name, value]) => value !== '' && !(name === 'INTERVAL' && /^0+$/.test(value))),
  );
}

const UNITS_A_DAY: ReadonlyMap<string, number> = new Map([
  ['HOURLY', 24],
  ['MINUTELY', 24 * 60],
  ['SECONDLY', 24 * 60 * 60],
]);

const isWithinDay = (parts: RuleParts): boolean => UNITS_A_DAY.has(parts.get('FREQ') ?? '');

const keepsDistance = (parts: RuleParts): boolean =>
  isWithinDay(parts) && ![...parts.keys()].some((part) => part.startsWith('BY'));

const countOf = (parts: RuleParts): number => Number(parts.get('COUNT') ?? 0) || 0;

function costOf(parts: RuleParts): number {
  const isOdd = [...parts.keys()].filter((part) => part.startsWith('BY')).length >= ODD_PARTS;
  return stepsOf(parts) * STEP_COST + (isOdd ? ODD_COST : 0);
}

/** rrule-temporal calculates where a rule is at some time, save for one with a COUNT and more than weekdays. */
function stepsOf(parts: RuleParts): number {
  const isCalculated = [...parts.keys()].every((part) => CALCULATED_PARTS.has(part));
  const isByDays = /^(DAILY|WEEKLY)$/.test(parts.get('FREQ') ?? '');
  return isCalculated && isByDays ? 0 : Math.min(countOf(parts), MAX_PERIODS);
}

const CALCULATED_PARTS: ReadonlySet<string> = new Set([
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'BYDAY',
  'WKST',
]);

function whyRefused(parts: RuleParts, from: RuleStart, span: InstantSpan): string | null {
  for (const part of ['COUNT', 'INTERVAL']) {
    if (!/^\d{1,9}$/.test(parts.get(part) ?? '1')) return `its ${part} is no number`;
  }
  // RFC 7529. The library can, but takes minutes for some.
  if ((parts.get('RSCALE') ?? 'GREGORIAN') !== 'GREGORIAN') return 'it repeats by another calendar';
  if ((parts.get('SKIP') ?? 'OMIT') !== 'OMIT') return 'it moves days that do not exist';
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
  const perDay = startsADay(parts);
  // The span's own days are never too many.
  if (perDay <= 1) return 0;
  const until = parts.get('UNTIL');
  const last = until === undefined ? span.to : Math.min(span.to, lastWall(until, from) + DAY_MS);
  const most = (Math.max(0, last - span.from) / DAY_MS) * perDay;
  return Math.min(most, countOf(parts) || Number.POSITIVE_INFINITY);
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

/** @param clock the one by which the rule repeats, whose times the library takes for UTC */
function ruleText(parts: RuleParts, from: RuleStart, clock: Zone): string {
  const amended = new Map(parts);
  for (const part of ['RSCALE', 'SKIP']) amended.delete(part);
  if (from.dated) {
    // "MUST be ignored" where the start is a date (section 3.3.10).
    for (const part of ['BYHOUR', 'BYMINUTE', 'BYSECOND']) amended.delete(part);
  }
  if (isYearlyByMonthDayAlone(parts)) {
    // What a rule does not say is taken from its start (section 3.3.10): the month.
    amended.set('BYMONTH', String(new Date(from.start).getUTCMonth() + 1));
  }
  const onClock = (wall: WallTime): string =>
    stampText(clock === from.zone ? wall : toWall(clock, toInstant(from.zone, wall)));
  const until = parts.get('UNTIL');
  if (until !== undefined) amended.set('UNTIL', `${onClock(lastWall(until, from))}Z`);
  const rule = [...amended].map((part) => part.join('=')).join(';');
  return `DTSTART:${onClock(from.start)}Z\nRRULE:${rule}`;
}

function isYearlyByMonthDayAlone(parts: RuleParts): boolean {
  return (
    parts.get('FREQ') === 'YEARLY' &&
    parts.has('BYMONTHDAY') &&
    !['BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYDAY'].some((part) => parts.has(part))
  );
}

function lastWall(text: string, from: RuleStart): WallTime {
  const until = parseStamp(text);
  if (until === null) throw new RangeError(`UNTIL=${text} is no date`);
  // For ever is written as the end of the year 9999, which is in the year 10000 by some clocks.
  return Math.min(untilWall(until, from), END_OF_TIME - DAY_MS);
}

/**
 * The last wall time a rule may yield. It should have the form of DTSTART, and often has not: a date where times
 * repeat means all of that day, an instant where days repeat means one day.
 */
function untilWall(until: Stamp, from: RuleStart): WallTime {
  if (from.dated) {
    return until.form === 'utc' ? dayMeant(until.wall, from.home ?? UTC) : startOfDay(until.wall);
  }
  if (until.form === 'date') return until.wall + DAY_MS - 1000;
  return until.form === 'utc' ? toWall(from.zone, until.wall) : until.wall;
}
