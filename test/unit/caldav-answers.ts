import type { Clock, Fetch } from '../../src/main/ports.ts';
import { createCaldavProvider } from '../../src/main/providers/caldav/caldav-provider.ts';
import type { EventChange } from '../../src/main/providers/provider.ts';
import { calendar } from './ics-text.ts';

export const ORIGIN = 'https://dav.example.com';
export const CALENDAR = `${ORIGIN}/tess/diary/`;
export const WINDOW = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-31T00:00:00.000Z' };

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | null;
  /** How the answer may be packed, where the request says so (RFC 9110 section 12.5.3). */
  readonly encoding: string | null;
  readonly body: string;
}

export const clock: Clock = { now: () => new Date('2026-11-20T08:00:00Z'), sleep: async () => undefined };

/** A server in process: answers as it is told, and remembers what it was asked. */
export function davServer(answer: (asked: Asked) => Response) {
  const asked: Asked[] = [];
  const fetch: Fetch = async (input, init) => {
    const { method = 'GET', body } = init ?? {};
    const headers = new Headers(init?.headers);
    const request = {
      method,
      url: new URL(String(input)),
      authorization: headers.get('authorization'),
      encoding: headers.get('accept-encoding'),
      body: String(body ?? ''),
    };
    asked.push(request);
    return answer(request);
  };
  return { fetch, asked };
}

/** A provider for the calendar of such a server. */
export function setUp(answer: (asked: Asked) => Response) {
  const { fetch, asked } = davServer(answer);
  const provider = createCaldavProvider({
    principal: `${ORIGIN}/tess/`,
    home: `${ORIGIN}/tess/`,
    otherHomes: [],
    addresses: [],
    timeZone: 'Europe/London',
    fetch,
    clock,
  });
  /** Everything that is listed; rejects where the provider does. */
  async function pull(cursor: string | null = null) {
    const changes: EventChange[] = [];
    let next: string | null = null;
    for await (const page of provider.pull(CALENDAR, cursor, WINDOW)) {
      if (page.kind === 'cursor-expired') return { ids: [], removed: [], cursor: null };
      changes.push(...page.changes);
      next = page.nextCursor;
    }
    return {
      ids: changes.flatMap((change) => (change.kind === 'event' ? [change.event.id] : [])),
      removed: changes.flatMap((change) => (change.kind === 'removed' ? [change.id] : [])),
      cursor: next,
    };
  }
  return { provider, asked, pull };
}

export const xml = (text: string): Response =>
  new Response(`<?xml version="1.0"?>\n${text}`, {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
  });

export const multistatus = (...responses: readonly string[]): string =>
  `<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/">${responses.join('')}</d:multistatus>`;

/** Of a resource that has these properties, as XML. */
export const having = (href: string, properties: string): string =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;

/** Of resources that all have this status. */
export const refusing = (status: number, ...hrefs: readonly string[]): string =>
  `<d:response>${hrefs.map((href) => `<d:href>${href}</d:href>`).join('')}<d:status>HTTP/1.1 ${status} Whatever</d:status></d:response>`;

export const eventText = (uid: string): string =>
  calendar('BEGIN:VEVENT', `UID:${uid}`, 'DTSTART:20261124T090000Z', 'DTEND:20261124T100000Z', 'END:VEVENT');

/** Of an object with an event. */
export const eventAt = (href: string): string =>
  having(
    href,
    `<d:getetag>"1"</d:getetag><c:calendar-data>${eventText(href.split('/').at(-1) ?? '')}</c:calendar-data>`,
  );

/** Of the calendar as it stands. */
export const state = (token: string | null): string =>
  having(
    '/tess/diary/',
    `<cs:getctag>${token}</cs:getctag>${token === null ? '' : `<d:sync-token>${token}</d:sync-token>`}`,
  );

/** What kind of request it is: of a report its name, else its method in lower case. */
export function kindOf({ method, body }: Asked): string {
  if (method !== 'REPORT') return method.toLowerCase();
  return /calendar-query|calendar-multiget|sync-collection/.exec(body)?.[0] ?? '';
}
