/** Calendar days as somebody writes them: `23/11/2026` in Britain, `11/23/2026` in America. */

const format = (locale: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });

/** @param day `2026-11-23` */
export const dayText = (day: string, locale: string): string =>
  format(locale).format(new Date(`${day}T00:00:00Z`));

/** `dd/mm/yyyy`: in which order, with what between. */
export const dayPattern = (locale: string): string =>
  format(locale)
    .formatToParts(0)
    .map(({ type, value }) => PATTERNS[type] ?? value)
    .join('');

const PATTERNS: Readonly<Record<string, string>> = { day: 'dd', month: 'mm', year: 'yyyy' };

/**
 * `2026-11-23` from what was typed: three numbers in the reader's order, whatever stands between them, a year of two
 * digits in this century; or the same as ISO 8601 has it. Null where that is no day.
 */
export function parseDay(typed: string, locale: string): string | null {
  const numbers = typed.match(/\d+/g) ?? [];
  if (numbers.length !== 3) return null;
  const order = numbers[0]?.length === 4 ? ISO_ORDER : orderOf(locale);
  const part = (name: Part): string => numbers[order.indexOf(name)] ?? '';
  const [year, month, day] = [part('year'), Number(part('month')), Number(part('day'))];
  // Anything else is still being typed.
  if (year.length !== 2 && year.length !== 4) return null;
  const date = new Date(Date.UTC(year.length === 2 ? 2000 + Number(year) : Number(year), month - 1, day));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay ? date.toISOString().slice(0, 'YYYY-MM-DD'.length) : null;
}

type Part = 'year' | 'month' | 'day';
const ISO_ORDER: readonly Part[] = ['year', 'month', 'day'];

const orderOf = (locale: string): readonly Part[] =>
  format(locale)
    .formatToParts(0)
    .flatMap(({ type }) => (ISO_ORDER.includes(type as Part) ? [type as Part] : []));

/** On which day the week begins there; 0 is Sunday. */
export function firstWeekday(locale: string): DayOfWeek {
  const info = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return ((info.getWeekInfo?.().firstDay ?? 1) % 7) as DayOfWeek;
}

type DayOfWeek = 0 | 1 | 2 | 3 | 4 | 5 | 6;
