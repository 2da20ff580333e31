import { z } from 'zod';
import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import { pathSegment } from '../../path-segment.ts';
import type { Fetch } from '../../ports.ts';
import type { CalendarProvider, EventChange, PullPage, Window } from '../provider.ts';
import {
  changeFrom,
  EventsPage,
  eventFrom,
  GoogleEvent,
  knownZone,
  lookupFrom,
} from './event-from-google.ts';
import { eventId } from './event-id.ts';
import { createBody, updateBody } from './event-to-google.ts';
import { googleNotifications } from './google-channels.ts';
import { type CallOptions, createGoogleClient, type GoogleAnswer } from './google-client.ts';
import { isSyncTokenRefused, refused, unreadable } from './google-errors.ts';

export interface GoogleProviderOptions {
  /** What precedes `/calendar/v3`. */
  readonly baseUrl: string;
  /** Authorizes, retries and limits; see `authorizedFetch` and `createHttp`. */
  readonly fetch: Fetch;
  /** The account's `sub`, part of the ids of the events we create. */
  readonly subject: string;
}

/**
 * A user may make 600 requests a minute, and a write takes about half a second: six at once run at about that rate,
 * and what goes over it is told to wait.
 *
 * https://developers.google.com/workspace/calendar/api/guides/quota
 */
export const GOOGLE_CONCURRENCY = 6;

const EVENTS_PER_PAGE = 2500;
const CALENDARS_PER_PAGE = 250;
/** No calendar is that large; a listing that goes on for longer does not end. */
const MAX_PAGES = 1000;

/** https://developers.google.com/workspace/calendar/api/v3/reference/calendarList */
const CalendarListPage = z.object({
  kind: z.literal('calendar#calendarList').optional(),
  items: z.array(
    z.object({
      id: z.string().min(1),
      summary: z.string().optional(),
      summaryOverride: z.string().optional(),
      timeZone: z.string().optional(),
      primary: z.boolean().default(false),
      accessRole: z.string().optional(),
    }),
  ),
  nextPageToken: z.string().min(1).optional(),
});

interface ListedPage {
  readonly changes: readonly EventChange[];
  readonly nextPageToken: string | undefined;
  readonly nextSyncToken: string | undefined;
}

/** Google Calendar API v3 behind the provider port. */
export function createGoogleProvider(options: GoogleProviderOptions): CalendarProvider {
  const client = createGoogleClient(options.baseUrl, options.fetch);
  // Events read one by one do not say the zone of their calendar, which all-day events are lived in.
  const zones = new Map<string, string>();
  const zoneOf = (calendarId: string): string => zones.get(calendarId) ?? 'UTC';
  const learnZone = (calendarId: string, timeZone: string | undefined): void => {
    const known = knownZone(timeZone);
    if (known !== null) zones.set(calendarId, known);
  };
  const stored = (calendarId: string, { data }: GoogleAnswer): CalendarEvent =>
    eventFrom(read(GoogleEvent, data, 'event'), zoneOf(calendarId));

  /**
   * One page of a listing, or null when its sync token is refused. Google's own words, several times the size of what
   * is kept of them, are let go of before anybody works on the page.
   */
  async function listed(
    calendarId: string,
    range: Readonly<Record<string, string>>,
  ): Promise<ListedPage | null> {
    const { status, data } = await client.send(
      (api, call) =>
        api.events.list(
          { ...place(calendarId), singleEvents: true, maxResults: EVENTS_PER_PAGE, ...range },
          call,
        ),
      [400, 410],
    );
    if (status >= 400) {
      if (range.syncToken !== undefined && isSyncTokenRefused(status, data)) return null;
      throw refused(status, new Headers(), data);
    }
    const { items, timeZone, nextPageToken, nextSyncToken } = read(EventsPage, data, 'event list');
    learnZone(calendarId, timeZone);
    const zone = zoneOf(calendarId);
    return { changes: items.map((item) => changeFrom(item, zone)), nextPageToken, nextSyncToken };
  }

  return {
    notifications: googleNotifications(client),

    capabilities: {
      write: true,
      incremental: true,
      watch: true,
      ownId: true,
      concurrency: GOOGLE_CONCURRENCY,
    },

    async listCalendars() {
      const calendars: CalendarListEntry[] = [];
      const pages = pageTokens();
      for (;;) {
        const { data } = await client.send((api, call) =>
          api.calendarList.list({ maxResults: CALENDARS_PER_PAGE, ...pages.parameter() }, call),
        );
        const page = read(CalendarListPage, data, 'calendar list');
        for (const item of page.items) {
          learnZone(item.id, item.timeZone);
          calendars.push({
            id: item.id,
            name: item.summaryOverride ?? item.summary ?? item.id,
            timeZone: zoneOf(item.id),
            primary: item.primary,
            writable: item.accessRole === 'owner' || item.accessRole === 'writer',
          });
        }
        if (!pages.next(page.nextPageToken)) return calendars;
      }
    },

    async *pull(calendarId: string, cursor: string | null, window: Window): AsyncGenerator<PullPage> {
      const range = cursor === null ? { timeMin: window.from, timeMax: window.to } : { syncToken: cursor };
      const pages = pageTokens();
      for (;;) {
        const page = await listed(calendarId, { ...range, ...pages.parameter() });
        if (page === null) {
          yield { kind: 'cursor-expired' };
          return;
        }
        const { changes, nextPageToken, nextSyncToken } = page;
        if (pages.next(nextPageToken)) {
          yield { kind: 'page', changes, nextCursor: null };
          continue;
        }
        // Without the cursor there is no telling whether this was all of it.
        if (nextSyncToken === undefined) throw unreadable('the listing is incomplete');
        yield { kind: 'page', changes, nextCursor: nextSyncToken };
        return;
      }
    },

    async get(calendarId, eventId) {
      const { status, data } = await client.send(
        (api, call) => api.events.get(place(calendarId, eventId), call),
        [404, 410],
      );
      if (status >= 400) return { kind: 'missing' };
      return lookupFrom(read(GoogleEvent, data, 'event'), zoneOf(calendarId));
    },

    prepareCreate(calendarId, desired, identity) {
      const id = eventId(options.subject, calendarId, identity.bookingId, identity.incarnation);
      return createBody(id, desired, identity);
    },

    prepareUpdate: updateBody,

    async create(calendarId, prepared) {
      const answer = await client.send((api, call) =>
        api.events.insert(
          { ...place(calendarId), sendUpdates: 'none' },
          { ...call, ...jsonBody(prepared.body) },
        ),
      );
      return stored(calendarId, answer);
    },

    async update(calendarId, prepared, etag) {
      const answer = await client.send((api, call) =>
        api.events.patch(
          { ...place(calendarId, prepared.eventId), sendUpdates: 'none' },
          { ...call, ...jsonBody(prepared.body, etag) },
        ),
      );
      return stored(calendarId, answer);
    },

    async delete(calendarId, eventId, etag) {
      const { status, data } = await client.send(
        (api, call) =>
          api.events.delete(
            { ...place(calendarId, eventId), sendUpdates: 'none' },
            { ...call, headers: ifMatch(etag) },
          ),
        [404, 410],
      );
      // Google says nothing; a sign-in page of some network between us does, and has deleted nothing.
      if (status < 300 && typeof data === 'string' && data !== '') throw unreadable('deletion');
    },
  };
}

/** The parameters that become part of the path; googleapis encodes them. */
function place(calendarId: string): { readonly calendarId: string };
function place(
  calendarId: string,
  eventId: string,
): { readonly calendarId: string; readonly eventId: string };
function place(
  calendarId: string,
  eventId?: string,
): { readonly calendarId: string; readonly eventId?: string } {
  return {
    calendarId: pathSegment(calendarId, 'calendar'),
    ...(eventId !== undefined && { eventId: pathSegment(eventId, 'event') }),
  };
}

const ifMatch = (etag: string | null): Record<string, string> => (etag === null ? {} : { 'if-match': etag });

/** The exact bytes: as `requestBody`, googleapis would take an object and serialise it itself. */
function jsonBody(body: string, etag: string | null = null): Pick<CallOptions, 'body' | 'headers'> {
  return { body, headers: { 'content-type': 'application/json', ...ifMatch(etag) } };
}

/** Follows page tokens, and refuses to go round in circles. */
function pageTokens() {
  const seen = new Set<string>();
  let current: string | null = null;
  return {
    parameter: (): { pageToken?: string } => (current === null ? {} : { pageToken: current }),
    /** Whether there is a next page. */
    next(token: string | undefined): boolean {
      if (token === undefined) return false;
      if (seen.has(token) || seen.size >= MAX_PAGES - 1) throw unreadable('the listing does not end');
      seen.add(token);
      current = token;
      return true;
    },
  };
}

/** Google leaves out what has no value; others that speak its protocol say null, which is tried where that fails. */
function read<T>(schema: z.ZodType<T>, data: unknown, what: string): T {
  let parsed = schema.safeParse(data);
  if (!parsed.success) parsed = schema.safeParse(withoutNulls(data));
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw unreadable(path === '' ? what : `${what}, ${path}`, parsed.error);
}

/** What we read of an answer is not nested deeper than this. */
const DEEPEST = 16;

function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((member) => withoutNulls(member, depth + 1));
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member, depth + 1)]));
}
