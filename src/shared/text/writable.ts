/**
 * A text as iCalendar can have it (RFC 5545 section 3.3.11): without control characters but the line break and the tab,
 * and without halves of characters. Unicode's own line ends become ordinary ones: not every reader looks beyond them.
 */
export function writable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return UNWRITABLE.test(whole)
    ? whole.replaceAll(/[\u2028\u2029]/g, '\n').replaceAll(UNWRITABLES, '')
    : whole;
}

const UNWRITABLE = /[^\P{Cc}\n\t]|[\u2028\u2029]/u;
const UNWRITABLES = new RegExp(UNWRITABLE, 'gu');
