import { locale } from '../program/clock.ts';

/** A whole number as the person at this computer writes it. */
export const numeral = (count: number): string => count.toLocaleString(locale());

/** `1 event`, `2 events`; the second form where it is not made with an s. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${numeral(count)} ${count === 1 ? one : many}`;
}
