import { createHash } from 'node:crypto';
import { redactText } from './redaction.ts';

/** Fields that say something about a person or their day, by name without case, `-` and `_`. */
const PERSONAL_NAMES = new Set([
  'attendees',
  'body',
  'bodypreview',
  'content',
  'customer',
  'description',
  'displayname',
  'location',
  'organizer',
  'phone',
  'skiptitle',
  'subject',
  'summary',
  'title',
]);

const MAX_DEPTH = 16;

/**
 * Takes what is personal out of what leaves the machine, beside what is secret: titles, places and notes become their
 * length, and every email address a name that is the same throughout one file, so that support can still tell accounts
 * apart. Ids stay: without the calendar they say nothing.
 * @param salt random, and forgotten with the file, so that addresses cannot be guessed back
 * @param accounts what the accounts are called: a published calendar by its title, with where it comes from in brackets
 */
export function personalRemover(
  salt: Uint8Array,
  accounts: readonly string[] = [],
): (value: unknown) => unknown {
  const hash = (name: string): string =>
    createHash('sha256').update(salt).update(name.toLowerCase()).digest('hex').slice(0, 8);
  const alias = (address: string): string =>
    `person-${hash(address)}@${address.slice(address.lastIndexOf('@') + 1)}`;
  const titles = accounts.flatMap((account) => {
    const title = /^(.+) (\([^()]+\))$/s.exec(account);
    return title === null ? [] : [{ account, alias: `calendar-${hash(account)} ${title[2]}` }];
  });
  // Longest first: one title may end with another.
  titles.sort((a, b) => b.account.length - a.account.length);
  const untitled = (given: string): string =>
    titles.reduce((said, { account, alias: other }) => said.replaceAll(account, () => other), given);
  const text = (given: string): string =>
    redactText(untitled(given))
      .replaceAll(/[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g, alias)
      // What messages quote is a title, unless it is something to type.
      .replaceAll(/“([^”]*)”/g, (whole, quoted: string) =>
        /^(calendar-sync|--)/.test(quoted) ? whole : `“${lengthOf(quoted)}”`,
      );
  const value = (given: unknown, depth = 0): unknown => {
    if (typeof given === 'string') return isDocument(given) ? document(given, depth) : text(given);
    if (typeof given !== 'object' || given === null) return given;
    if (depth > MAX_DEPTH) return '[deeper]';
    if (Array.isArray(given)) return given.map((item) => value(item, depth + 1));
    const entries = Object.entries(given).map(([name, item]) => [
      name,
      isPersonal(name) ? hidden(item) : value(item, depth + 1),
    ]);
    return Object.fromEntries(entries);
  };
  /** A request's body: its fields are told apart where it is whole JSON; of anything else only the length stays. */
  const document = (given: string, depth: number): unknown => {
    try {
      return value(JSON.parse(given), depth + 1);
    } catch {
      return lengthOf(given);
    }
  };
  return (given) => value(given);
}

/** JSON, whole or cut off, XML or iCalendar. */
const isDocument = (text: string): boolean => /^\s*[[{<]|BEGIN:V/.test(text);

const isPersonal = (name: string): boolean => PERSONAL_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

const hidden = (value: unknown): unknown => {
  if (typeof value === 'string') return lengthOf(value);
  return value === null || value === undefined ? value : '[removed]';
};

const lengthOf = (text: string): string => `[${text.length} characters]`;
