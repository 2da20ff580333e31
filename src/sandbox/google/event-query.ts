import { z } from 'zod';
import { isTimeZone } from '../wall-time.ts';
import type { Window } from '../window.ts';
import { parseInstant } from './event-time.ts';
import { GoogleError, invalid } from './google-error.ts';

const DAY_MS = 86_400_000;
/** How far ahead a series without end is expanded where the window has no end either. */
const EXPANSION_DAYS = 2 * 366;
const PAGE_SIZE = { standard: 250, largest: 2500 };

/** What `events.list` was asked for, in the form that page tokens and sync tokens carry along. Instants are in ms. */
export const EventQuery = z.object({
  singleEvents: z.boolean(),
  showDeleted: z.boolean(),
  timeMin: z.number().nullable(),
  timeMax: z.number().nullable(),
  /** Where the expansion of series ends, set once so that a later incremental listing ends it in the same place. */
  horizon: z.number(),
  updatedMin: z.number().nullable(),
  orderBy: z.enum(['startTime', 'updated']).nullable(),
  q: z.string().nullable(),
  iCalUID: z.string().nullable(),
  privateExtendedProperty: z.array(z.string()),
  sharedExtendedProperty: z.array(z.string()),
  eventTypes: z.array(z.string()),
});
export type EventQuery = z.infer<typeof EventQuery>;

/** How an answer is cut and worded; may differ from page to page. */
export interface PageOptions {
  readonly maxResults: number;
  readonly timeZone: string | null;
}

type Parameters = Readonly<Record<string, readonly string[]>>;

/** The window that a query looks through. */
export function windowOf({ timeMin, timeMax }: EventQuery): Window {
  return { from: timeMin ?? Number.NEGATIVE_INFINITY, to: timeMax ?? Number.POSITIVE_INFINITY };
}

/** The window that it expands series in, which always ends. */
export function expansionWindowOf({ timeMin, horizon }: EventQuery): Window {
  return { from: timeMin ?? Number.NEGATIVE_INFINITY, to: horizon };
}

/** Every parameter as a list, in whichever of the forms the query string gave it. */
export function parametersOf(query: unknown): Parameters {
  const parsed = z.record(z.string(), z.union([z.string(), z.array(z.string())])).safeParse(query);
  if (!parsed.success) throw new GoogleError(400);
  return Object.fromEntries(Object.entries(parsed.data).map(([name, value]) => [name, [value].flat()]));
}

/**
 * Reads the parameters of `events.list` and `events.instances`.
 * @throws GoogleError 400
 */
export function parseEventQuery(parameters: Parameters, now: number): EventQuery {
  const timeMin = instantParameter(parameters, 'timeMin');
  const timeMax = instantParameter(parameters, 'timeMax');
  if (timeMin !== null && timeMax !== null && timeMax <= timeMin) {
    throw new GoogleError(400, 'timeRangeEmpty', { locationType: 'parameter', location: 'timeMax' });
  }
  const expandable = Math.max(now, timeMin ?? now) + EXPANSION_DAYS * DAY_MS;
  const singleEvents = flag(parameters, 'singleEvents') ?? false;
  const orderBy = single(parameters, 'orderBy');
  if (orderBy !== null && orderBy !== 'startTime' && orderBy !== 'updated') {
    throw invalid(`Invalid value for orderBy: ${orderBy}`, 'orderBy');
  }
  if (orderBy === 'startTime' && !singleEvents) {
    throw invalid('The requested ordering is not available for the particular query.', 'orderBy');
  }
  return {
    singleEvents,
    showDeleted: flag(parameters, 'showDeleted') ?? false,
    timeMin,
    timeMax,
    horizon: Math.min(timeMax ?? expandable, expandable),
    updatedMin: instantParameter(parameters, 'updatedMin'),
    orderBy,
    q: single(parameters, 'q'),
    iCalUID: single(parameters, 'iCalUID'),
    privateExtendedProperty: propertyParameters(parameters, 'privateExtendedProperty'),
    sharedExtendedProperty: propertyParameters(parameters, 'sharedExtendedProperty'),
    eventTypes: [...(parameters.eventTypes ?? [])],
  };
}

/** @throws GoogleError 400 */
export function parsePageOptions(parameters: Parameters): PageOptions {
  const timeZone = single(parameters, 'timeZone');
  if (timeZone !== null && !isTimeZone(timeZone)) throw invalid('Invalid time zone.', 'timeZone');
  return { maxResults: pageSize(parameters, PAGE_SIZE.standard, PAGE_SIZE.largest), timeZone };
}

/** @throws GoogleError 400 `invalidParameter` */
export function pageSize(parameters: Parameters, standard: number, largest: number): number {
  const text = single(parameters, 'maxResults');
  if (text === null) return standard;
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= largest) return size;
  throw new GoogleError(400, 'invalidParameter', {
    message: `Invalid value '${text}'. Values must be within the range: [1, ${largest}]`,
    locationType: 'parameter',
    location: 'maxResults',
  });
}

const EXCLUDED_BY_SYNC_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

/**
 * An incremental listing goes on with the query of the listing that its token came from; what else it names must
 * agree with that.
 * @throws GoogleError 400
 */
export function assertContinues(parameters: Parameters, query: EventQuery): void {
  const excluded = EXCLUDED_BY_SYNC_TOKEN.find((name) => name in parameters);
  if (excluded !== undefined) {
    throw invalid('Sync token cannot be used with the requested list restrictions.', excluded);
  }
  if (flag(parameters, 'showDeleted') === false) {
    throw invalid('showDeleted cannot be false when a sync token is used.', 'showDeleted');
  }
  const singleEvents = flag(parameters, 'singleEvents');
  if (singleEvents !== null && singleEvents !== query.singleEvents) {
    throw invalid('singleEvents must be the same as for the initial synchronization.', 'singleEvents');
  }
}

/** Whether a listing of this query ends with a sync token: one that searches or sorts cannot be continued. */
export function isSynchronizable(query: EventQuery): boolean {
  return (
    query.orderBy === null &&
    query.q === null &&
    query.iCalUID === null &&
    query.updatedMin === null &&
    query.privateExtendedProperty.length === 0 &&
    query.sharedExtendedProperty.length === 0
  );
}

export function single(parameters: Parameters, name: string): string | null {
  return parameters[name]?.at(-1) ?? null;
}

function flag(parameters: Parameters, name: string): boolean | null {
  const text = single(parameters, name);
  if (text === null || text === 'true' || text === 'false') return text === null ? null : text === 'true';
  throw invalid(`Invalid boolean value: '${text}'.`, name);
}

function instantParameter(parameters: Parameters, name: string): number | null {
  const text = single(parameters, name);
  if (text === null) return null;
  const instant = parseInstant(text);
  if (instant === null)
    throw new GoogleError(400, 'badRequest', { locationType: 'parameter', location: name });
  return instant;
}

function propertyParameters(parameters: Parameters, name: string): string[] {
  const constraints = parameters[name] ?? [];
  if (constraints.some((constraint) => !constraint.includes('='))) {
    throw invalid(`Invalid value for ${name}: propertyName=value is expected.`, name);
  }
  return [...constraints];
}
