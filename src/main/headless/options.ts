import { InvalidArgumentError } from 'commander';
import { SkipKind } from '../../shared/domain/mapping.ts';
import { titleMatcher } from '../title-pattern.ts';

/** A whole number from `min` to `max`, as commander's parser of an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return number;
  };
}

/** Names separated by commas; nothing between them is an empty list. */
export function skipKinds(text: string): readonly SkipKind[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))].map((name) => {
    const kind = SkipKind.safeParse(name);
    if (kind.success) return kind.data;
    throw new InvalidArgumentError(
      `It must be a list of ${SkipKind.options.join(', ')}, separated by commas.`,
    );
  });
}

/** A regular expression, as it was written. */
export function titlePattern(text: string): string {
  try {
    titleMatcher(text);
    return text;
  } catch {
    throw new InvalidArgumentError(
      'It must be a regular expression, without look-around and back-references.',
    );
  }
}

/** An id, a name or a file: anything but nothing. */
export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

/** RFC 3339: a date, a time without zone (then this computer's), or a time with one. */
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i;

/** A UTC instant; a date alone is its first moment on this computer. */
export function momentFrom(text: string): string {
  return instantOf(text, 0);
}

/** A UTC instant; a date alone is its end on this computer, so that the day itself is included. */
export function momentTo(text: string): string {
  return instantOf(text, 1);
}

function instantOf(text: string, daysLater: number): string {
  const isDate = text.length === 10;
  const date = new Date(isDate ? `${text}T00:00:00` : text.replace(' ', 'T').toUpperCase());
  if (!MOMENT.test(text) || Number.isNaN(date.getTime()) || !isRealDate(text.slice(0, 10))) {
    throw new InvalidArgumentError(
      'It must be a date such as 2026-11-23, or a time such as 2026-11-23T09:30:00Z.',
    );
  }
  if (isDate) date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

/** JavaScript takes 31 February for 3 March. */
function isRealDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The fields that have a value: an option that was not given must not overwrite anything. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
