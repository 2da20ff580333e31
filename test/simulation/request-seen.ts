/** A request of the app, as a proxy on its way sees it. */
export interface SeenRequest {
  readonly service: 'booking' | 'google' | 'microsoft';
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
const EVENT = /(?:calendars\/([^/]+)\/)?events(?:\/([^/?]+))?(?:\?.*)?$/;

/** Signing in is no part of syncing: it goes over real sockets at the app's end, and is left alone. */
export const isSignIn = ({ url }: Pick<SeenRequest, 'url'>): boolean => SIGN_IN.test(url.split('?')[0] ?? '');
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
  return carried(request).flatMap(({ method, url }) => {
    const [, calendarId = null, eventId = null] = EVENT.exec(url) ?? [null];
    const isWrite = method !== 'GET' && EVENT.test(url) && eventId !== 'watch';
    const decoded = (text: string | null): string | null => (text === null ? null : decodeURIComponent(text));
    return isWrite ? [{ method, calendarId: decoded(calendarId), eventId: decoded(eventId) }] : [];
  });
}

/** Whether a request changes something in a calendar or in the booking system; how the calendar does is no change. */
export const isWrite = (request: SeenRequest): boolean =>
  eventWrites(request).length > 0 ||
  (request.service === 'booking' && request.method !== 'GET' && /\/(bookings|busy-blocks)/.test(request.url));

const LISTINGS: Readonly<Record<SeenRequest['service'], RegExp>> = {
  google: /\/events\?/,
  microsoft: /calendarView\/delta/,
  booking: /\/bookings(\/changes)?\?|\/busy-blocks\?/,
};

export const isListing = ({ service, method, url }: SeenRequest): boolean =>
  method === 'GET' && LISTINGS[service].test(url);

/** Asks which calendars there are. */
export const isCalendarList = ({ method, url }: SeenRequest): boolean =>
  method === 'GET' && /\/me\/(calendars|calendarList)(\?|$)/.test(url);

/** The position that a listing goes on from, or null for one that begins anew. */
export function positionIn({ url }: Pick<SeenRequest, 'url'>): string | null {
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
