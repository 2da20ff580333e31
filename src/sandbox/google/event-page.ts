import type { GoogleCalendar } from './calendar.ts';
import type { ListedEvent } from './event.ts';
import { listAll, listChanges, listInstances, type Placed, sortKey } from './event-listing.ts';
import {
  assertContinues,
  type EventQuery,
  isSynchronizable,
  parseEventQuery,
  parsePageOptions,
  single,
} from './event-query.ts';
import { GoogleError } from './google-error.ts';
import { decodePageToken, decodeSyncToken, encodeToken, type PageToken } from './listing-token.ts';
import { isSeries } from './series.ts';

export interface EventPage {
  readonly items: readonly ListedEvent[];
  readonly nextPageToken?: string;
  /** On the last page only. */
  readonly nextSyncToken?: string;
}

/** What a listing can be told to do wrong. */
export interface ListingFaults {
  /** This page comes again: its next page token leads back to it. */
  readonly repeatPage: boolean;
  /** As `repeatPage`, and so does every page after it. */
  readonly endlessPages: boolean;
  /** Nothing is listed, as if that were the truth. */
  readonly emptyListing: boolean;
  /** The calendar shows as it was before its last change. */
  readonly staleRead: boolean;
}

export const NO_LISTING_FAULTS: ListingFaults = {
  repeatPage: false,
  endlessPages: false,
  emptyListing: false,
  staleRead: false,
};

type Parameters = Readonly<Record<string, readonly string[]>>;

/**
 * One page of `events.list`, full or incremental.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events/list
 * @param parameters of the request
 * @param now instant, in milliseconds
 * @throws GoogleError 400, 410 `fullSyncRequired`
 */
export function eventPage(
  calendar: GoogleCalendar,
  parameters: Parameters,
  now: number,
  faults = NO_LISTING_FAULTS,
): EventPage {
  const { maxResults } = parsePageOptions(parameters);
  const asOf = faults.staleRead ? calendar.events.positionBefore : calendar.events.position;
  const token = requestedPage(calendar, parameters, now, asOf);
  if (faults.emptyListing) return { items: [], ...syncToken(token) };
  const page = cut(sequence(calendar, token, asOf), maxResults, token);
  if (token.endless || faults.endlessPages) {
    return { items: page.items, nextPageToken: encodeToken({ ...token, endless: true }) };
  }
  return faults.repeatPage ? { items: page.items, nextPageToken: encodeToken(token) } : page;
}

/**
 * One page of `events.instances`.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
 * @throws GoogleError 400, 404 `notFound`
 */
export function instancePage(
  calendar: GoogleCalendar,
  seriesId: string,
  parameters: Parameters,
  now: number,
): EventPage {
  const series = calendar.get(seriesId);
  if (!isSeries(series)) throw new GoogleError(404);
  const { maxResults } = parsePageOptions(parameters);
  const token = requestedPage(calendar, parameters, now, calendar.events.position);
  const { items, nextPageToken } = cut(
    listInstances(calendar.events, series, token.query, token.place),
    maxResults,
    token,
  );
  return { items, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

function requestedPage(
  calendar: GoogleCalendar,
  parameters: Parameters,
  now: number,
  position: number,
): PageToken {
  const pageToken = single(parameters, 'pageToken');
  if (pageToken !== null) {
    const token = decodePageToken(pageToken, calendar.id);
    // A page that shows less than the ones before it takes back what they have claimed.
    return { ...token, position: Math.min(token.position, position) };
  }
  const sync = single(parameters, 'syncToken');
  const first = {
    kind: 'page' as const,
    calendarId: calendar.id,
    position,
    epoch: calendar.epoch,
    endless: false,
    place: { index: 0, after: null },
  };
  if (sync === null) return { ...first, query: parseEventQuery(parameters, now), changes: null };
  const { query, position: since } = decodeSyncToken(sync, calendar.id, calendar.epoch);
  assertContinues(parameters, query);
  const showDeleted = query.showDeleted || single(parameters, 'showDeleted') === 'true';
  return { ...first, query: { ...query, showDeleted }, changes: { since, until: position } };
}

function sequence(calendar: GoogleCalendar, token: PageToken, asOf: number): Iterable<Placed> {
  const { query, changes, place } = token;
  const store = calendar.events;
  if (changes !== null) return listChanges(store, query, changes, place, asOf);
  if (query.orderBy === null) return listAll(store, query, place, asOf);
  const ordered = sorted(calendar, query, query.orderBy, asOf);
  const { after } = place;
  return after === null ? ordered : ordered.filter((placed) => (placed.place.after ?? '') > after);
}

interface Sorted {
  readonly key: string;
  readonly items: readonly Placed[];
}

// The pages of one sorted listing ask for the same order again and again.
const lastSorted = new WeakMap<GoogleCalendar, Sorted>();

function sorted(
  calendar: GoogleCalendar,
  query: EventQuery,
  orderBy: 'startTime' | 'updated',
  asOf: number,
): readonly Placed[] {
  const key = JSON.stringify([query, asOf]);
  const last = lastSorted.get(calendar);
  if (last?.key === key) return last.items;
  const all = listAll(calendar.events, query, { index: 0, after: null }, asOf);
  const items = [...all]
    .map(({ item }) => ({ item, place: { index: 0, after: sortKey(item, orderBy, calendar.timeZone) } }))
    .sort((a, b) => (a.place.after < b.place.after ? -1 : 1));
  lastSorted.set(calendar, { key, items });
  return items;
}

function cut(sequence: Iterable<Placed>, maxResults: number, token: PageToken): EventPage {
  const items: ListedEvent[] = [];
  let last = token.place;
  for (const { item, place } of sequence) {
    if (items.length === maxResults) {
      return { items, nextPageToken: encodeToken({ ...token, place: last }) };
    }
    items.push(item);
    last = place;
  }
  return { items, ...syncToken(token) };
}

function syncToken({ calendarId, query, position, epoch }: PageToken): { readonly nextSyncToken?: string } {
  if (!isSynchronizable(query)) return {};
  return { nextSyncToken: encodeToken({ kind: 'sync', calendarId, query, position, epoch }) };
}
