import type { Zone } from '../../time/zone.ts';
import { isMissing, isTooLarge, refused, unreadable } from './caldav-errors.ts';
import { zoneOf } from './calendar-list.ts';
import type { CalendarObject } from './calendar-object.ts';
import { type DavClient, NAMESPACES } from './dav-client.ts';
import { nameOf } from './event-name.ts';
import type { DavResource, Multistatus } from './multistatus.ts';
import { childOf, childrenOf, textOf, type XmlElement } from './xml.ts';

/** How a collection stands, without its objects. */
export interface CollectionState {
  /** Changes with every change of any object; null where the server has none, or none yet that would. */
  readonly ctag: string | null;
  /** It can tell what has changed since a token (RFC 6578). */
  readonly syncs: boolean;
  readonly zone: Zone | null;
}

export type SyncedCollection =
  | {
      readonly kind: 'changes';
      readonly changed: ReadonlyMap<string, ListedObject>;
      /** Names of objects. */
      readonly removed: readonly string[];
      readonly syncToken: string;
    }
  | { readonly kind: 'token-refused' };

/** How many objects one request asks for: an answer of some hundred kilobytes. */
const OBJECTS_PER_REQUEST = 200;
/** A server that cuts a listing into more parts than this does not end it. */
const MAX_PARTS = 1000;

const OBJECT = { 'd:getetag': {}, 'c:calendar-data': {} };

/** What tells how a collection stands. Not its sync token: working that out is the dearest that some servers do. */
const STATE = {
  'cs:getctag': {},
  'd:supported-report-set': {},
  'c:calendar-timezone': {},
  'c:calendar-timezone-id': {},
};

/** https://github.com/apple/ccs-calendarserver/blob/master/doc/Extensions/caldav-ctag.txt */
export async function stateOf(client: DavClient, calendar: URL): Promise<CollectionState> {
  const body = { propfind: { ...NAMESPACES, prop: STATE } };
  const { resources, answeredAt } = await client.query(calendar, { method: 'PROPFIND', depth: '0', body });
  const [collection] = resources;
  if (collection === undefined) throw unreadable(calendar, 'no properties');
  const { properties } = collection;
  const ctag = textOf(properties.get('getctag')) || null;
  return {
    ctag: ctag === null || mayStay(ctag, answeredAt) ? null : ctag,
    syncs: mayReport(properties.get('supported-report-set'), 'sync-collection'),
    zone: zoneOf(properties),
  };
}

/**
 * Whether a ctag may be that of the next change as well: SOGo's is the second of the last one.
 * @param answeredAt the server's clock, in milliseconds; where that is not known, it may
 */
function mayStay(ctag: string, answeredAt: number): boolean {
  if (!/^\d{10}$/.test(ctag)) return false;
  // The header may have been written a second after the ctag was read.
  return !(Number(ctag) < Math.floor(answeredAt / 1000) - 1);
}

/** RFC 3253 section 3.1.5. A server that does not say which reports it knows may know all. */
function mayReport(reports: XmlElement | undefined, name: string): boolean {
  if (reports === undefined) return true;
  // Xandikos has no `report` around the name.
  return childrenOf(reports, 'supported-report').some(
    (supported) => childOf(childOf(supported, 'report') ?? supported, name) !== undefined,
  );
}

/**
 * All objects with events (RFC 4791 section 7.8). Not only those of a time range: servers differ in what a series that
 * began before it, or an override, has to do with it, and what is left out of a complete listing counts as gone.
 */
export async function eventObjects(client: DavClient, calendar: URL): Promise<readonly CalendarObject[]> {
  const body = eventQuery({});
  const answer = await client.query(calendar, { method: 'REPORT', depth: '1', body });
  assertWhole(answer);
  const listed = objectsIn(answer);
  // A server may leave the data out of an answer that gets long.
  const urls = listed.filter(({ text }) => text === '').map(({ url }) => url);
  if (urls.length === 0) return listed;
  const found = listed.filter(({ text }) => text !== '');
  return [...found, ...(await objectsAt(client, calendar, urls)).objects];
}

/**
 * The object with the event of that UID, whatever it is called (RFC 4791 section 7.8.6); null where there is none, or the
 * server does not look for one.
 */
export async function objectWithUid(
  client: DavClient,
  calendar: URL,
  uid: string,
): Promise<CalendarObject | null> {
  const isIt = { _attributes: { collation: 'i;octet' }, _text: uid };
  const body = eventQuery({ 'c:prop-filter': { _attributes: { name: 'UID' }, 'c:text-match': isIt } });
  const answer = await client.ask(calendar, { method: 'REPORT', depth: '1', body });
  if ('body' in answer) return null;
  return objectsIn(answer).find(({ text }) => text.includes(uid)) ?? null;
}

/** @param filter what is wanted of the VEVENT (RFC 4791 section 9.7) */
const eventQuery = (filter: object): Readonly<Record<string, unknown>> => ({
  'c:calendar-query': {
    ...NAMESPACES,
    'd:prop': OBJECT,
    'c:filter': {
      'c:comp-filter': {
        _attributes: { name: 'VCALENDAR' },
        'c:comp-filter': { _attributes: { name: 'VEVENT' }, ...filter },
      },
    },
  },
});

/** What became of objects that were asked for by name. One that is in neither exists and may not be read. */
export interface NamedObjects {
  readonly objects: readonly CalendarObject[];
  /** Names of those of which the server said that it does not have them. */
  readonly gone: ReadonlySet<string>;
}

/**
 * Objects by their URLs (RFC 4791 section 7.9). Only what the server says is gone counts as gone, not what its answer
 * leaves out: that is asked for once more by itself.
 * @throws AppError when the server fails to say of one of them
 */
export async function objectsAt(
  client: DavClient,
  calendar: URL,
  urls: readonly URL[],
): Promise<NamedObjects> {
  const objects: CalendarObject[] = [];
  const gone = new Set<string>();
  for (let first = 0; first < urls.length; first += OBJECTS_PER_REQUEST) {
    const some = await objectsTogether(client, calendar, urls.slice(first, first + OBJECTS_PER_REQUEST));
    objects.push(...some.objects);
    for (const name of some.gone) gone.add(name);
  }
  return { objects, gone };
}

/**
 * By one request, or by more where the answer to one would be too large, or where the server has none because it does not
 * have one of them (sabre/dav before 2.0).
 */
async function objectsTogether(
  client: DavClient,
  calendar: URL,
  urls: readonly URL[],
): Promise<NamedObjects> {
  try {
    return await objectsAtOnce(client, calendar, urls);
  } catch (error) {
    const [url] = urls;
    if (isMissing(error) && url !== undefined && urls.length === 1) return objectOnly(client, calendar, url);
    if (isMissing(error)) await stateOf(client, calendar);
    else if (!isTooLarge(error) || urls.length === 1) throw error;
    const half = Math.ceil(urls.length / 2);
    const first = await objectsTogether(client, calendar, urls.slice(0, half));
    const second = await objectsTogether(client, calendar, urls.slice(half));
    return {
      objects: [...first.objects, ...second.objects],
      gone: new Set([...first.gone, ...second.gone]),
    };
  }
}

async function objectsAtOnce(client: DavClient, calendar: URL, urls: readonly URL[]): Promise<NamedObjects> {
  const hrefs = urls.map(({ pathname }) => pathname);
  const body = { 'c:calendar-multiget': { ...NAMESPACES, 'd:prop': OBJECT, 'd:href': hrefs } };
  const answer = await client.query(calendar, { method: 'REPORT', depth: '1', body });
  assertWhole(answer);
  const refusals = answer.resources.filter(({ status }) => status >= 400);
  const objects: CalendarObject[] = objectsIn(answer).filter(({ text }) => text !== '');
  const answered = new Set([...objects.map(({ name }) => name), ...refusals.map(({ url }) => nameOf(url))]);
  const gone = new Set(refusals.filter(({ status }) => isGone(status)).map(({ url }) => nameOf(url)));
  for (const url of urls.filter((each) => !answered.has(nameOf(each)))) {
    const object = await objectAlone(client, url);
    if (object === null) gone.add(nameOf(url));
    else objects.push(object);
  }
  return { objects, gone };
}

/** @throws AppError NOT_FOUND when it is the calendar that is gone */
async function objectOnly(client: DavClient, calendar: URL, url: URL): Promise<NamedObjects> {
  const object = await objectAlone(client, url);
  if (object !== null) return { objects: [object], gone: new Set() };
  await stateOf(client, calendar);
  return { objects: [], gone: new Set([nameOf(url)]) };
}

/** Null when the server does not have it. */
async function objectAlone(client: DavClient, url: URL): Promise<CalendarObject | null> {
  const response = await client.send(url, { method: 'GET' }, [404, 410]);
  if (isGone(response.status)) return null;
  return { name: nameOf(url), etag: response.headers.get('etag'), text: await response.text() };
}

const isGone = (status: number): boolean => status === 404 || status === 410;

/**
 * What has changed since a token (RFC 6578 section 3.2).
 * @param token '' for all that there is
 */
export async function syncCollection(
  client: DavClient,
  calendar: URL,
  token: string,
): Promise<SyncedCollection> {
  const changed = new Map<string, ListedObject>();
  const removed = new Set<string>();
  let syncToken = token;
  for (let part = 0; part < MAX_PARTS; part += 1) {
    const body = {
      'd:sync-collection': {
        ...NAMESPACES,
        'd:sync-token': syncToken,
        'd:sync-level': '1',
        'd:prop': { 'd:getetag': {} },
      },
    };
    const answer = await client.ask(calendar, { method: 'REPORT', depth: '0', body });
    if ('body' in answer) {
      if (answer.status === 404) throw refused(calendar, new Response(null, { status: 404 }), answer.body);
      // RFC 6578 section 3.2 says 403 with a precondition; servers say 400, 409, 410, 412 and 500 as well.
      return { kind: 'token-refused' };
    }
    for (const resource of answer.resources) {
      if (!isObject(answer, resource)) continue;
      const name = nameOf(resource.url);
      if (isGone(resource.status)) {
        changed.delete(name);
        removed.add(name);
      } else {
        removed.delete(name);
        changed.set(name, listed(resource));
      }
    }
    if (answer.syncToken === null) throw unreadable(calendar, 'no sync token');
    const isCutShort = answer.resources.some(({ status }) => status === 507);
    const isStuck = answer.syncToken === syncToken;
    syncToken = answer.syncToken;
    if (!isCutShort) return { kind: 'changes', changed, removed: [...removed], syncToken };
    if (isStuck) break;
  }
  throw unreadable(calendar, 'the listing does not end');
}

/** An object as a listing names it. */
export interface ListedObject {
  readonly url: URL;
  /** '' where the server does not say. */
  readonly etag: string;
}

/** All objects by name, without what is in them: for servers without sync-collection. */
export async function listedIn(client: DavClient, calendar: URL): Promise<ReadonlyMap<string, ListedObject>> {
  const body = { propfind: { ...NAMESPACES, prop: { 'd:getetag': {} } } };
  const answer = await client.query(calendar, { method: 'PROPFIND', depth: '1', body });
  assertWhole(answer);
  const objects = answer.resources.filter((resource) => isObject(answer, resource) && resource.status < 400);
  return new Map(objects.map((resource) => [nameOf(resource.url), listed(resource)]));
}

const listed = ({ url, properties }: DavResource): ListedObject => ({
  url,
  etag: textOf(properties.get('getetag')),
});

/** A listing that the server cut short (RFC 4791 section 7.8, RFC 5323 section 5.17) must not look like a whole one. */
function assertWhole(answer: Multistatus): void {
  if (answer.resources.some(({ status }) => status === 507))
    throw unreadable(answer.url, 'a listing cut short');
  const failed = answer.resources.find((resource) => isObject(answer, resource) && resource.status >= 500);
  if (failed !== undefined) throw refused(failed.url, new Response(null, { status: failed.status }));
}

/** The objects that there are; the text of one is '' where the answer leaves it out. */
function objectsIn(answer: Multistatus): readonly (CalendarObject & Pick<DavResource, 'url'>)[] {
  return answer.resources
    .filter((resource) => resource.status < 400 && isObject(answer, resource))
    .map(({ url, properties }) => ({
      url,
      name: nameOf(url),
      etag: textOf(properties.get('getetag')) || null,
      text: textOf(properties.get('calendar-data')),
    }));
}

/** The collection itself is listed among its objects by some, and folders within it by others. */
const isObject = ({ url: collection }: Multistatus, { url }: DavResource): boolean =>
  url.pathname !== collection.pathname && !url.pathname.endsWith('/');
