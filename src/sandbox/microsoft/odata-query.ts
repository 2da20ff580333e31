import { z } from 'zod';
import { addDays } from '../wall-time.ts';
import type { Window } from '../window.ts';
import type { CalendarEvent } from './event.ts';
import { GraphError } from './graph-error.ts';
import { instantOfPoint } from './time-point.ts';

/** The parameters of a query, by their names in lower case: Graph takes them either way. */
export type Parameters = Readonly<Record<string, string>>;

export function parametersOf(query: unknown): Parameters {
  const parsed = z.record(z.string(), z.union([z.string(), z.array(z.string())])).safeParse(query);
  if (!parsed.success) throw new GraphError(400);
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, value]) => [name.toLowerCase(), [value].flat().at(-1) ?? '']),
  );
}

const invalidQuery = (message: string): GraphError => new GraphError(400, 'ErrorInvalidUrlQuery', message);

const STANDARD_PAGE = 10;
const LARGEST_PAGE = 1000;

/** How a collection is cut: `$skip` entries are left out, then come `$top`. */
export interface Paging {
  readonly top: number;
  readonly skip: number;
}

/** @param preferred page size of the header `Prefer`; `$top` wins over it */
export function pagingOf(parameters: Parameters, preferred: number | null): Paging {
  const top = wholeNumber(parameters, '$top') ?? preferred ?? STANDARD_PAGE;
  if (top < 1 || top > LARGEST_PAGE) throw invalidQuery(`Invalid value for $top: ${top}.`);
  return { top, skip: wholeNumber(parameters, '$skip') ?? 0 };
}

function wholeNumber(parameters: Parameters, name: string): number | null {
  const text = parameters[name];
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidQuery(`Invalid value for ${name}: '${text}'.`);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * The window of a calendar view. Times without an offset are UTC.
 * @throws GraphError 400
 */
export function windowOf(parameters: Parameters): Window {
  const from = instantParameter(parameters, 'startDateTime');
  const to = instantParameter(parameters, 'endDateTime');
  if (to <= from) throw invalidQuery('EndDateTime must be later than StartDateTime.');
  return { from, to };
}

function instantParameter(parameters: Parameters, name: string): number {
  const text = parameters[name.toLowerCase()];
  if (text === undefined) {
    throw invalidQuery(
      'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.',
    );
  }
  const [, offset] = INSTANT.exec(text) ?? [];
  const utc = offset === undefined && text.length > 10 ? `${text}Z` : text;
  const instant = INSTANT.test(text) ? Date.parse(utc.toUpperCase()) : Number.NaN;
  if (Number.isNaN(instant) || addDays(text.slice(0, 10), 0) !== text.slice(0, 10)) {
    throw new GraphError(
      400,
      'ErrorInvalidParameter',
      `The value '${text}' of parameter '${name}' is invalid.`,
    );
  }
  return instant;
}

const REFUSED_WITH_DELTA = ['$orderby', '$filter', '$select', '$expand', '$search'];

/** @throws GraphError 400 `ErrorInvalidUrlQuery` when a parameter is given that change tracking does not go with */
export function assertTrackable(parameters: Parameters): void {
  if (REFUSED_WITH_DELTA.some((name) => name in parameters)) {
    throw invalidQuery(
      `The following parameters are not supported with change tracking over the 'CalendarView' resource: '${REFUSED_WITH_DELTA.join(', ')}'.`,
    );
  }
  if ('$top' in parameters) {
    throw invalidQuery(
      "The '$top' parameter is not supported with change tracking over the 'CalendarView' resource as page size cannot be guaranteed. Express page size preferences using the Prefer: odata.maxpagesize= header instead.",
    );
  }
}

/** The names of `$select`; null: everything. */
export function selectedOf(parameters: Parameters): ReadonlySet<string> | null {
  const names = parameters.$select?.split(',').map((name) => name.trim());
  return names === undefined ? null : new Set(names);
}

const EXPANSION = /^singleValueExtendedProperties\s*\(\s*\$filter\s*=\s*(.+)\)$/i;
const ID_EQUALS = /^id\s+eq\s+'((?:[^']|'')*)'$/i;

/**
 * Which extended properties `$expand` asks for, by their ids in lower case.
 *
 * https://learn.microsoft.com/en-us/graph/api/singlevaluelegacyextendedproperty-get
 * @throws GraphError 400
 */
export function expandedPropertiesOf(parameters: Parameters): readonly string[] {
  const text = parameters.$expand;
  if (text === undefined) return [];
  const [, filter = ''] = EXPANSION.exec(text.trim()) ?? [];
  return filter.split(/\s+or\s+/i).map((term) => {
    const [, id] = ID_EQUALS.exec(term.trim()) ?? [];
    if (id === undefined) throw invalidQuery(`The expansion '${text}' is not supported.`);
    return unquoted(id).toLowerCase();
  });
}

const HAS_PROPERTY =
  /^singleValueExtendedProperties\/any\(\s*(\w+)\s*:\s*\1\/id\s+eq\s+'((?:[^']|'')*)'\s+and\s+\1\/value\s+(?:eq\s+'((?:[^']|'')*)'|ne\s+null)\s*\)$/i;
const BEGINS_FROM = /^start\/dateTime\s+ge\s+'([^']+)'\s+and\s+(.+)$/i;
const EQUALS = /^(iCalUId|subject)\s+eq\s+'((?:[^']|'')*)'$/i;

const unquoted = (text: string): string => text.replaceAll("''", "'");

/**
 * What `$filter` lets through: events with an extended property, of a certain value or any, or with a certain `iCalUId`
 * or `subject`; of those, before an `and`, what begins at a certain time or later.
 * @throws GraphError 400 when it asks for something else
 */
export function filterOf(parameters: Parameters): (event: CalendarEvent) => boolean {
  const given = parameters.$filter?.trim();
  if (given === undefined) return () => true;
  const [, from, filter = given] = BEGINS_FROM.exec(given) ?? [];
  const isMatch = matchOf(filter);
  if (from === undefined) return isMatch;
  const earliest = Date.parse(INSTANT.exec(from)?.[1] === undefined ? `${from}Z` : from);
  return (event) => instantOfPoint(event.start) >= earliest && isMatch(event);
}

function matchOf(filter: string): (event: CalendarEvent) => boolean {
  const [, , id, value] = HAS_PROPERTY.exec(filter) ?? [];
  if (id !== undefined) {
    const wanted = unquoted(id).toLowerCase();
    const isWanted = (text: string): boolean => value === undefined || text === unquoted(value);
    return ({ properties }) =>
      properties.some((property) => property.id.toLowerCase() === wanted && isWanted(property.value));
  }
  const [, name, text] = EQUALS.exec(filter) ?? [];
  if (name === undefined || text === undefined) {
    throw new GraphError(400, 'ErrorInvalidUrlQueryFilter', `The query filter '${filter}' is not supported.`);
  }
  const wanted = unquoted(text);
  return (event) => (name.toLowerCase() === 'subject' ? event.subject : event.iCalUId) === wanted;
}

const SORT_KEYS: Readonly<Record<string, (event: CalendarEvent) => string>> = {
  'start/datetime': ({ start }) => start.wall,
  createddatetime: ({ createdAt }) => createdAt,
  lastmodifieddatetime: ({ modifiedAt }) => modifiedAt,
  subject: ({ subject }) => subject ?? '',
};

/** @throws GraphError 400 when it asks for an order that is not known here */
export function orderOf(parameters: Parameters): ((a: CalendarEvent, b: CalendarEvent) => number) | null {
  const text = parameters.$orderby;
  if (text === undefined) return null;
  const [name = '', direction = 'asc'] = text.trim().toLowerCase().split(/\s+/);
  const key = SORT_KEYS[name];
  if (key === undefined || !/^(asc|desc)$/.test(direction)) {
    throw invalidQuery(`The order '${text}' is not supported.`);
  }
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => (key(a) === key(b) ? 0 : sign * (key(a) < key(b) ? -1 : 1));
}
