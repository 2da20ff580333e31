import { z } from 'zod';
import { addDays } from '../wall-time.ts';
import { invalidProperty } from './graph-error.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const WEEK_INDEXES = ['first', 'second', 'third', 'fourth', 'last'] as const;

const Weekday = z.string().toLowerCase().pipe(z.enum(WEEKDAYS));
const DateText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((date) => !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date);

const PatternType = z.enum([
  'daily',
  'weekly',
  'absoluteMonthly',
  'relativeMonthly',
  'absoluteYearly',
  'relativeYearly',
]);

/** https://learn.microsoft.com/en-us/graph/api/resources/recurrencepattern */
const Pattern = z.object({
  type: PatternType,
  interval: z.int().min(1).max(999),
  month: z.int().min(0).max(12).default(0),
  dayOfMonth: z.int().min(0).max(31).default(0),
  daysOfWeek: z
    .array(Weekday)
    .transform((days) => [...new Set(days)])
    .default([]),
  firstDayOfWeek: Weekday.default('sunday'),
  index: z.enum(WEEK_INDEXES).default('first'),
});
type Pattern = Readonly<z.infer<typeof Pattern>>;

/** https://learn.microsoft.com/en-us/graph/api/resources/recurrencerange */
const Range = z.object({
  type: z.enum(['endDate', 'noEnd', 'numbered']),
  startDate: DateText,
  endDate: DateText.default('0001-01-01'),
  recurrenceTimeZone: z.string().nullish(),
  numberOfOccurrences: z.int().min(0).max(999).default(0),
});

/** https://learn.microsoft.com/en-us/graph/api/resources/patternedrecurrence */
export const PatternedRecurrence = z.object({ pattern: Pattern, range: Range });
export type PatternedRecurrence = Readonly<z.infer<typeof PatternedRecurrence>>;

const NEEDED: Readonly<Record<Pattern['type'], readonly ('daysOfWeek' | 'dayOfMonth' | 'month')[]>> = {
  daily: [],
  weekly: ['daysOfWeek'],
  absoluteMonthly: ['dayOfMonth'],
  relativeMonthly: ['daysOfWeek'],
  absoluteYearly: ['dayOfMonth', 'month'],
  relativeYearly: ['daysOfWeek', 'month'],
};

/** @throws GraphError 400 when a property that the pattern or the range needs is missing */
export function assertComplete({ pattern, range }: PatternedRecurrence): void {
  for (const name of NEEDED[pattern.type]) {
    const value = pattern[name];
    if (value === 0 || (Array.isArray(value) && value.length === 0)) {
      throw invalidProperty(`A recurrence pattern of type ${pattern.type} needs the property '${name}'.`);
    }
  }
  if (range.type === 'endDate' && range.endDate < range.startDate) {
    throw invalidProperty('The end date of the recurrence range is earlier than its start date.');
  }
  if (range.type === 'numbered' && range.numberOfOccurrences < 1) {
    throw invalidProperty('A numbered recurrence range needs at least one occurrence.');
  }
}

const DAY_MS = 86_400_000;
const WEEK = 7;
const LAST_DAY = dayNumber('9999-12-31');

/** Days since 1 January 1970. */
function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const weekdayOf = (day: number): number => new Date(day * DAY_MS).getUTCDay();

/** The first day of a month; months count on over the years. */
const monthStart = (month: number): number => Date.UTC(1970, month, 1) / DAY_MS;

const monthOf = (day: number): number => {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
};

/**
 * The dates from `from` to `to` (both inclusive, `YYYY-MM-DD`) on which a series happens, in order. The start date
 * counts only if it fits the pattern; the 31st of a shorter month is its last day.
 */
export function datesBetween(recurrence: PatternedRecurrence, from: string, to: string): readonly string[] {
  const { pattern, range } = recurrence;
  const start = dayNumber(range.startDate);
  const first = Math.max(dayNumber(from), start);
  const end = range.type === 'endDate' ? dayNumber(range.endDate) : LAST_DAY;
  const last = Math.min(dayNumber(to), end);
  const days: string[] = [];
  let count = 0;
  // Occurrences can be counted from the beginning only; all else can start where it is asked for.
  const firstPeriod = range.type === 'numbered' ? 0 : periodOf(pattern, start, first);
  for (let period = firstPeriod; ; period += 1) {
    const candidates = daysOfPeriod(pattern, start, period);
    for (const day of candidates.filter((candidate) => candidate >= start)) {
      count += 1;
      if (range.type === 'numbered' && count > range.numberOfOccurrences) return days;
      if (day > last) return days;
      if (day >= first) days.push(dateOfDay(day));
    }
    if (periodStart(pattern, start, period + 1) > last) return days;
  }
}

export function occursOn(recurrence: PatternedRecurrence, date: string): boolean {
  return datesBetween(recurrence, date, date).length > 0;
}

/** The first date of a series; null when its range ends before it. */
export function firstDate({ pattern, range }: PatternedRecurrence): string | null {
  const start = dayNumber(range.startDate);
  // Every period has an occurrence, so it is in the one that holds the start or in the next.
  const days = [0, 1].flatMap((period) => daysOfPeriod(pattern, start, period));
  const first = days.find((day) => day >= start);
  if (first === undefined) return null;
  const date = dateOfDay(first);
  return range.type === 'endDate' && date > range.endDate ? null : date;
}

const isYearly = ({ type }: Pattern): boolean => type === 'absoluteYearly' || type === 'relativeYearly';

/** Which period a day lies in: so many days, weeks, months or years after the one that holds the start. */
function periodOf(pattern: Pattern, start: number, day: number): number {
  if (pattern.type === 'daily') return Math.floor((day - start) / pattern.interval);
  if (pattern.type === 'weekly') {
    return Math.floor((day - weekStart(pattern, start)) / (WEEK * pattern.interval));
  }
  const months = isYearly(pattern) ? 12 * pattern.interval : pattern.interval;
  return Math.floor((monthOf(day) - firstMonth(pattern, start)) / months);
}

function periodStart(pattern: Pattern, start: number, period: number): number {
  if (pattern.type === 'daily') return start + period * pattern.interval;
  if (pattern.type === 'weekly') return weekStart(pattern, start) + period * WEEK * pattern.interval;
  const months = isYearly(pattern) ? 12 * pattern.interval : pattern.interval;
  return monthStart(firstMonth(pattern, start) + period * months);
}

function weekStart({ firstDayOfWeek }: Pattern, day: number): number {
  return day - ((weekdayOf(day) - WEEKDAYS.indexOf(firstDayOfWeek) + WEEK) % WEEK);
}

/** Where the counting of months begins: the start's month, or the January of its year. */
function firstMonth(pattern: Pattern, start: number): number {
  const month = monthOf(start);
  return isYearly(pattern) ? month - (((month % 12) + 12) % 12) : month;
}

function daysOfPeriod(pattern: Pattern, start: number, period: number): readonly number[] {
  const first = periodStart(pattern, start, period);
  if (pattern.type === 'daily') return [first];
  if (pattern.type === 'weekly') {
    const offset = WEEKDAYS.indexOf(pattern.firstDayOfWeek);
    return pattern.daysOfWeek
      .map((weekday) => first + ((WEEKDAYS.indexOf(weekday) - offset + WEEK) % WEEK))
      .sort((a, b) => a - b);
  }
  const month = monthOf(first) + (isYearly(pattern) ? pattern.month - 1 : 0);
  const begin = monthStart(month);
  const length = monthStart(month + 1) - begin;
  if (pattern.type === 'absoluteMonthly' || pattern.type === 'absoluteYearly') {
    return [begin + Math.min(pattern.dayOfMonth, length) - 1];
  }
  const allowed = Array.from({ length }, (_, index) => begin + index).filter((day) =>
    pattern.daysOfWeek.some((weekday) => WEEKDAYS.indexOf(weekday) === weekdayOf(day)),
  );
  const chosen = pattern.index === 'last' ? allowed.at(-1) : allowed[WEEK_INDEXES.indexOf(pattern.index)];
  return chosen === undefined ? [] : [chosen];
}
