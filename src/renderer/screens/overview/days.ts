import { firstWeekday } from '../../text/day-format.ts';

/** A row of whole calendar days in the machine's zone. */
export interface DayRange {
  /** Local midnight of the first day. */
  readonly first: Date;
  readonly days: number;
  /** UTC instants of the two edges; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
}

const DAYS_A_WEEK = 7;
const DAY_MS = 24 * 60 * 60 * 1000;
const THURSDAY = 4;

/** Local midnight, `count` calendar days later; right across a clock change. */
export const addDays = (day: Date, count: number): Date =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + count);

export function daysFrom(day: Date, days: number): DayRange {
  const first = addDays(day, 0);
  return { first, days, from: first.toISOString(), to: addDays(first, days).toISOString() };
}

/** Local midnight of the first day of the week, as the locale counts: Monday in Britain, Sunday in America. */
export function startOfWeek(day: Date, locale: string): Date {
  const back = (day.getDay() - firstWeekday(locale) + DAYS_A_WEEK) % DAYS_A_WEEK;
  return addDays(day, -back);
}

/** `23–29 November 2026` */
export function rangeTitle({ first, days }: DayRange, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' }).formatRange(
    first,
    addDays(first, days - 1),
  );
}

/** ISO 8601 number of the week that holds most of the range's first days. */
export function weekNumber({ first }: DayRange): number {
  const monday = addDays(first, first.getDay() === 0 ? 1 : 0);
  const thursday = addDays(monday, THURSDAY - (monday.getDay() || DAYS_A_WEEK));
  const newYear = new Date(thursday.getFullYear(), 0, 1);
  return 1 + Math.floor(Math.round((thursday.getTime() - newYear.getTime()) / DAY_MS) / DAYS_A_WEEK);
}
