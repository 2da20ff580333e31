import { type CaldavServer, PASSWORD, USERNAME } from './caldav-server.ts';
import { realFetch } from './real-fetch.ts';

/** A person's calendar, as they use it with another program. */
export interface CaldavCalendar {
  readonly url: string;
  /** Names of the objects in it. */
  names(): Promise<readonly string[]>;
  /** iCalendar text of each object, by its name. */
  all(): Promise<ReadonlyMap<string, string>>;
  /** iCalendar text of an object, or null. */
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
  /** Rewrites an object. */
  edit(name: string, change: (text: string) => string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface CalendarOptions {
  readonly displayName?: string;
  /** IANA zone, or null for a calendar that does not say its own. Default Europe/London. */
  readonly timeZone?: string | null;
}

const AUTHORIZATION = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`;

/** One request as the person's own program sends it; anything but success is an error. */
async function ask(
  url: string,
  method: string,
  body: string | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await realFetch(url, {
    method,
    body,
    headers: { authorization: AUTHORIZATION, ...headers },
  });
  return { status: answer.status, text: await answer.text() };
}

async function succeed(...request: Parameters<typeof ask>): Promise<string> {
  const { status, text } = await ask(...request);
  if (status < 200 || status >= 300) throw new Error(`${request[1]} ${request[0]}: HTTP ${status} ${text}`);
  return text;
}

let calendars = 0;

/** Makes an empty calendar (RFC 4791 section 5.3.1). */
export async function makeCalendar(
  server: Pick<CaldavServer, 'origin' | 'home'>,
  { displayName = 'Tess', timeZone = 'Europe/London' }: CalendarOptions = {},
): Promise<CaldavCalendar> {
  calendars += 1;
  const url = `${server.origin}${server.home}work-${process.pid}-${calendars}/`;
  const zone =
    timeZone === null ? '' : `<c:calendar-timezone>${calendarWithZone(timeZone)}</c:calendar-timezone>`;
  const properties = `<d:displayname>${displayName}</d:displayname>${zone}`;
  await succeed(
    url,
    'MKCALENDAR',
    `<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>${properties}</d:prop></d:set></c:mkcalendar>`,
    { 'content-type': 'text/xml; charset=utf-8' },
  );
  return calendarAt(url);
}

/** The definition itself does not matter where the name is known to the world. */
const calendarWithZone = (timeZone: string): string =>
  lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Example//EN',
    'BEGIN:VTIMEZONE',
    `TZID:${timeZone}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0000',
    'TZOFFSETTO:+0000',
    'END:STANDARD',
    'END:VTIMEZONE',
    'END:VCALENDAR',
  );

function calendarAt(url: string): CaldavCalendar {
  const at = (name: string): string => new URL(encodeURIComponent(name), url).href;
  const calendar: CaldavCalendar = {
    url,
    async names() {
      const body = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>';
      const text = await succeed(url, 'PROPFIND', body, { depth: '1', 'content-type': 'text/xml' });
      const hrefs = [...text.matchAll(/<(?:\w+:)?href>([^<]+)/g)].map(([, href = '']) => href);
      return hrefs.filter((href) => !href.endsWith('/')).map(nameIn);
    },
    async all() {
      const filter = '<c:filter><c:comp-filter name="VCALENDAR"/></c:filter>';
      const body = `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop>${filter}</c:calendar-query>`;
      const text = await succeed(url, 'REPORT', body, { depth: '1', 'content-type': 'text/xml' });
      const found = text.matchAll(/<(?:\w+:)?href>([^<]+)[\s\S]*?<(?:\w+:)?calendar-data[^>]*>([^<]*)/g);
      return new Map([...found].map(([, href = '', data = '']) => [nameIn(href), unescaped(data)]));
    },
    async read(name) {
      const { status, text } = await ask(at(name), 'GET');
      return status === 404 ? null : text;
    },
    async write(name, text) {
      await succeed(at(name), 'PUT', text, { 'content-type': 'text/calendar; charset=utf-8' });
    },
    async edit(name, change) {
      const text = await calendar.read(name);
      if (text === null) throw new Error(`There is no ${name}`);
      await calendar.write(name, change(text));
    },
    async delete(name) {
      await succeed(at(name), 'DELETE');
    },
  };
  return calendar;
}

const nameIn = (href: string): string => decodeURIComponent(href.split('/').at(-1) ?? '');

/** Text as it stands in XML. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&#13;', '\r')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

export const lines = (...content: readonly string[]): string => `${content.join('\r\n')}\r\n`;

/** The text of an object with one event. */
export const eventObject = (uid: string, ...properties: readonly string[]): string =>
  lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Example//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20261101T000000Z',
    ...properties,
    'END:VEVENT',
    'END:VCALENDAR',
  );

/** RFC 5545 section 3.3.5, in UTC. */
export const stamp = (instant: string): string => `${instant.replace(/[-:]/g, '').slice(0, 15)}Z`;

/** Puts properties in the place of those of the same name in every event, or adds them. */
export const withProperties =
  (properties: Readonly<Record<string, string | null>>) =>
  (text: string): string => {
    const unfolded = text.replace(/\r?\n[ \t]/g, '');
    return unfolded.replace(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g, (event) => {
      const kept = event
        .split(/\r?\n/)
        .filter((line) => !Object.hasOwn(properties, /^[\w-]+/.exec(line)?.[0] ?? ''));
      const added = Object.entries(properties).flatMap(([name, rest]) =>
        rest === null ? [] : [`${name}${rest}`],
      );
      return [...kept.slice(0, -1), ...added, 'END:VEVENT'].join('\r\n');
    });
  };
