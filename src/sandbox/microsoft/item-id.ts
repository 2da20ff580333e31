/** What an id names: an item of a calendar, or one occurrence of a series. */
export interface ItemName {
  /** Of a single event or a series; never changes. */
  readonly key: string;
  /** Of an occurrence: the date (`YYYY-MM-DD`) on which the series would have it. */
  readonly date: string | null;
}

/** The forms that ids come in: https://learn.microsoft.com/en-us/graph/outlook-immutable-id */
export type IdForm = 'regular' | 'immutable';

const PREFIXES: Readonly<Record<IdForm, string>> = {
  regular: 'AAMkAGI2NzRhYjEzLTRkYzctNDA0Yy1iMzY4LTQyZDk2ZTRhNmM4OABGAAAAAAB',
  immutable: 'AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A',
};
const SUFFIX = 'AAA=';

const ID = new RegExp(
  `^(?:${PREFIXES.regular}|${PREFIXES.immutable})([\\w-]{43})(?:BRAAgI(\\d{8})AAR)?${SUFFIX}$`,
);

/** How many random bytes a key is made from. */
export const KEY_BYTES = 32;

export function itemId({ key, date }: ItemName, form: IdForm): string {
  const occurrence = date === null ? '' : `BRAAgI${date.replaceAll('-', '')}AAR`;
  return `${PREFIXES[form]}${key}${occurrence}${SUFFIX}`;
}

/** Takes an id of either form apart; null when it is not one. */
export function parseItemId(id: string): ItemName | null {
  const [, key, date] = ID.exec(id) ?? [];
  if (key === undefined) return null;
  return { key, date: date === undefined ? null : date.replace(/^(....)(..)(..)$/, '$1-$2-$3') };
}

/** What an item, or an occurrence that was edited or deleted, is stored under. */
export function storeKey({ key, date }: ItemName): string {
  return date === null ? key : `${key}:${date}`;
}
