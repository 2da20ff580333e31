import { STAND_IN_HOME, STAND_IN_ORIGIN } from '../support/caldav-stand-in/stand-in.ts';
import { tokenIn } from './multistatus-seen.ts';

/** A request of the app, as a proxy on its way sees it. */
export interface SeenRequest {
  readonly service: 'booking' | 'google' | 'microsoft' | 'caldav';
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: string;
}

/** One write to an event, alone or in a batch. */
interface EventWrite {
  readonly method: string;
  readonly calendarId: string | null;
  /** Null for one that is created. */
  readonly eventId: string | null;
}

const SIGN_IN = /\/(token|oauth2|login|revoke|certs|discovery|\.well-known|devices)(\/|$|\?)/;
/** Finding out whose calendars a password opens, and where they are. */
const CALDAV_SIGN_IN = /^\/caldav\/(principals\/.*)?$/;
const EVENT = /(?:calendars\/([^/]+)\/)?events(?:\/([^/?]+))?(?:\?.*)?$/;

/** Signing in is no part of syncing: it goes over real sockets at the app's end, and is left alone. */
export const isSignIn = ({ url }: Pick<SeenRequest, 'url'>): boolean =>
  SIGN_IN.test(url.split('?')[0] ?? '') || CALDAV_SIGN_IN.test(url);
export const isStream = ({ url, service }: SeenRequest): boolean =>
  service === 'booking' && /\/events(\?|$)/.test(url);

export async function seenRequest(request: Request): Promise<SeenRequest> {
  const { pathname, search } = new URL(request.url);
  const service = pathname.split('/')[1] as SeenRequest['service'];
  const { method } = request;
  return { service, method, url: pathname + search, body: method === 'GET' ? '' : await request.text() };
}

/** Single requests: those that a batch at Microsoft's carries, or the request itself. */
export function carried(request: SeenRequest): readonly Pick<SeenRequest, 'method' | 'url'>[] {
  return request.url.endsWith('$batch') ? JSON.parse(request.body).requests : [request];
}

export function eventWrites(request: SeenRequest): readonly EventWrite[] {
  if (request.service === 'booking') return [];
  if (request.service === 'caldav') return objectWrites(request);
  return carried(request).flatMap(({ method, url }) => {
    const [, calendarId = null, eventId = null] = EVENT.exec(url) ?? [null];
    const isWrite = method !== 'GET' && EVENT.test(url) && eventId !== 'watch';
    const decoded = (text: string | null): string | null => (text === null ? null : decodeURIComponent(text));
    return isWrite ? [{ method, calendarId: decoded(calendarId), eventId: decoded(eventId) }] : [];
  });
}

/** What is put over an object names it as what creates it does. */
function objectWrites({ method, url }: SeenRequest): readonly EventWrite[] {
  if (method !== 'PUT' && method !== 'DELETE') return [];
  const [, folder = '', name = ''] = /^(.*\/)([^/]*)$/.exec(url) ?? [];
  return [{ method, calendarId: STAND_IN_ORIGIN + folder, eventId: decodeURIComponent(name) }];
}

/** Whether a request changes something in a calendar or in the booking system; how the calendar does is no change. */
export const isWrite = (request: SeenRequest): boolean =>
  eventWrites(request).length > 0 ||
  (request.service === 'booking' && request.method !== 'GET' && /\/(bookings|busy-blocks)/.test(request.url));

const LISTINGS: Readonly<Record<SeenRequest['service'], RegExp>> = {
  google: /\/events\?/,
  microsoft: /calendarView\/delta/,
  booking: /\/bookings(\/changes)?\?|\/busy-blocks\?/,
  caldav: /\/calendars\//,
};

/** What CalDAV calls a listing stands in the body. */
const CALDAV_LISTING = /calendar-query|sync-collection|calendar-multiget|getetag/;

export const isListing = ({ service, method, url, body }: SeenRequest): boolean =>
  LISTINGS[service].test(url) && (service === 'caldav' ? CALDAV_LISTING.test(body) : method === 'GET');

/** Asks which calendars there are. */
export const isCalendarList = ({ method, url }: SeenRequest): boolean =>
  method === 'GET' ? /\/me\/(calendars|calendarList)(\?|$)/.test(url) : url === STAND_IN_HOME;

/** Whether a listing shows all that there is, wherever others end. */
export const isComplete = (request: SeenRequest): boolean =>
  request.service === 'caldav'
    ? request.body.includes('calendar-query')
    : positionIn(request) === null && !/pageToken|skiptoken|busy-blocks/i.test(request.url);

/** The position that a listing goes on from, or null for one that begins anew. */
export function positionIn({
  url,
  body = '',
}: Pick<SeenRequest, 'url'> & Partial<SeenRequest>): string | null {
  if (body.includes('sync-collection')) return tokenIn(body);
  const { searchParams } = new URL(url, 'http://app');
  return (
    searchParams.get('syncToken') ?? searchParams.get('$deltatoken') ?? searchParams.get('cursor') ?? null
  );
}

/** The position that an answer hands out, or null. */
export function positionOut(answer: Readonly<Record<string, unknown>>): string | null {
  const link = answer['@odata.deltaLink'];
  if (typeof link === 'string') return positionIn({ url: link });
  const token = answer.nextSyncToken ?? answer.nextCursor ?? answer.cursor;
  return typeof token === 'string' ? token : null;
}
