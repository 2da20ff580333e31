import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  childOf,
  childrenOf,
  readXml,
  textOf,
  type XmlElement,
} from '../../../src/main/providers/caldav/xml.ts';
import type { Faults } from '../../../src/sandbox/faults.ts';
import { inProcessFetch } from '../../../src/sandbox/in-process-fetch.ts';
import type { SandboxClock, SandboxFetch } from '../../../src/sandbox/ports.ts';
import { PASSWORD, USERNAME } from '../caldav-server.ts';
import { type ServerManners, StandInCollection } from './collection.ts';
import { escaped, found, href, multistatus, type Properties, refusal, said } from './multistatus.ts';

/** Where it is while it does not listen: only its own `fetch` can reach it there. */
export const STAND_IN_ORIGIN = 'http://127.0.0.1:2';
const ROOT = '/caldav/';
const PRINCIPAL = `${ROOT}principals/${USERNAME}/`;
export const STAND_IN_HOME = `${ROOT}calendars/${USERNAME}/`;

/** What a calendar is made with. */
interface NewCalendar {
  readonly displayName?: string;
  readonly timeZone?: string | null;
  readonly manners?: ServerManners;
}

/**
 * A CalDAV server in this process, for one person: what decision 18 has the app ask, answered as Radicale and Xandikos
 * answer it, on any clock and with the sandbox's faults. The contract of the provider holds it to that.
 */
export interface CaldavStandIn {
  readonly origin: string;
  /** Reaches it without a socket. */
  readonly fetch: SandboxFetch;
  readonly app: FastifyInstance;
  /** Makes a calendar, and answers with its address. */
  addCalendar(name: string, calendar?: NewCalendar): string;
  /** The calendar at that address. @throws RangeError when there is none */
  calendar(url: string): StandInCollection;
}

interface StandInOptions {
  readonly clock: SandboxClock;
  readonly faults: Faults;
  /** Of calendars that are made without their own. */
  readonly manners?: ServerManners;
}

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const xml = (status: number, body: string): Answer => ({ status, body, type: 'text/xml; charset=utf-8' });

/** Where a path leads: collections end with a slash, objects do not. */
interface Place {
  readonly path: string;
  readonly collection: StandInCollection | undefined;
  /** Of an object, else ''. */
  readonly name: string;
}

export function createCaldavStandIn({ clock, faults, manners = {} }: StandInOptions): CaldavStandIn {
  const calendars = new Map<string, StandInCollection>();
  const app = fastify({ routerOptions: { maxParamLength: 4096 } });
  for (const method of ['PROPFIND', 'REPORT', 'MKCALENDAR']) app.addHttpMethod(method, { hasBody: true });
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('date', clock.now().toUTCString());
    return payload;
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.register((routes, _options, done) => {
    faults.attach(routes, 'caldav', ({ reason, status }) => ({
      contentType: 'text/xml; charset=utf-8',
      body: reason === undefined ? `HTTP ${status}` : refusal(reason),
    }));
    routes.all('/*', async (request, reply) => sent(reply, answer(request)));
    done();
  });

  function answer(request: FastifyRequest): Answer {
    if (request.headers.authorization !== AUTHORIZATION)
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="Calendars"' } };
    const { pathname: path } = new URL(request.url, STAND_IN_ORIGIN);
    // A bare name, and the well-known page (RFC 6764 section 5).
    if (!path.startsWith(ROOT)) return { status: 301, headers: { location: ROOT } };
    const [, folder = path, segment = ''] = /^(.*\/)([^/]*)$/.exec(path) ?? [];
    const place: Place = { path, collection: calendars.get(folder), name: decodeURIComponent(segment) };
    switch (request.method) {
      case 'PROPFIND':
        return propfind(request, place);
      case 'REPORT':
        return report(request, place);
      case 'MKCALENDAR':
        return makeCalendar(request, place);
      default:
        return onObject(request, place);
    }
  }

  function propfind({ body, headers }: FastifyRequest, { path, collection }: Place): Answer {
    const asked = namesIn(childOf(readXml(String(body)), 'prop'));
    if (collection !== undefined) {
      const itself = found(path, asked, propertiesOf(collection));
      const objects =
        headers.depth === '1' ? collection.names().map((name) => object(path, collection, name, asked)) : [];
      return xml(207, multistatus([itself, ...objects]));
    }
    const page = PAGES[path];
    if (page === undefined) return { status: 404 };
    const within = path === STAND_IN_HOME && headers.depth === '1' ? [...calendars] : [];
    const responses = within.map(([each, calendar]) => found(each, asked, propertiesOf(calendar)));
    return xml(207, multistatus([found(path, asked, page), ...responses]));
  }

  function report({ body, url }: FastifyRequest, { path, collection }: Place): Answer {
    if (collection === undefined) return { status: 404 };
    const asked = readXml(String(body));
    const properties = namesIn(childOf(asked, 'prop'));
    switch (asked.name) {
      case 'calendar-query': {
        const isEmpty = faults.takeHook('caldav', 'empty-listing', { method: 'REPORT', url }) !== null;
        const names = isEmpty ? [] : collection.names();
        return xml(207, multistatus(names.map((name) => object(path, collection, name, properties))));
      }
      case 'calendar-multiget':
        return named(asked, path, collection, properties);
      case 'sync-collection':
        return sync(asked, path, collection, properties);
      default:
        return xml(403, refusal('d:supported-report'));
    }
  }

  function makeCalendar({ body }: FastifyRequest, { path }: Place): Answer {
    if (calendars.has(path)) return { status: 409 };
    const properties = childOf(childOf(readXml(String(body)), 'set'), 'prop');
    const timeZone =
      /^TZID:(.+)$/m.exec(textOf(childOf(properties, 'calendar-timezone')))?.[1]?.trim() ?? null;
    const displayName = textOf(childOf(properties, 'displayname'));
    calendars.set(path, new StandInCollection(manners, displayName, timeZone));
    return { status: 201 };
  }

  return {
    origin: STAND_IN_ORIGIN,
    app,
    fetch: inProcessFetch(
      () => app,
      () => [STAND_IN_ORIGIN],
    ),
    addCalendar(name, { displayName = name, timeZone = 'Europe/London', manners: own = manners } = {}) {
      const path = `${STAND_IN_HOME}${name}/`;
      calendars.set(path, new StandInCollection(own, displayName, timeZone));
      return `${STAND_IN_ORIGIN}${path}`;
    },
    calendar(url) {
      const calendar = calendars.get(new URL(url).pathname);
      if (calendar === undefined) throw new RangeError(`There is no calendar at ${url}`);
      return calendar;
    },
  };
}

const AUTHORIZATION = `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`;

const PERSON = { 'd:current-user-principal': href(PRINCIPAL), 'd:resourcetype': '<d:collection/>' };

/** What is no calendar. */
const PAGES: Readonly<Record<string, Properties>> = {
  [ROOT]: PERSON,
  [PRINCIPAL]: {
    ...PERSON,
    'c:calendar-home-set': href(STAND_IN_HOME),
    'c:calendar-user-address-set': href('mailto:tess@example.com'),
  },
  [STAND_IN_HOME]: PERSON,
};

function propertiesOf(collection: StandInCollection): Properties {
  const { manners, timeZone } = collection;
  const ctag = collection.ctag();
  const reports = [
    'c:calendar-query',
    'c:calendar-multiget',
    ...(manners.syncs === false ? [] : ['d:sync-collection']),
  ];
  const zone =
    timeZone === null
      ? ''
      : `BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:${timeZone}\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n`;
  return {
    ...PERSON,
    'd:resourcetype': '<d:collection/><c:calendar/>',
    'd:displayname': escaped(collection.displayName),
    'd:current-user-privilege-set': '<d:privilege><d:all/></d:privilege>',
    'c:supported-calendar-component-set': '<c:comp name="VEVENT"/>',
    'd:supported-report-set': reports
      .map((name) => `<d:supported-report><d:report><${name}/></d:report></d:supported-report>`)
      .join(''),
    ...(timeZone !== null && { 'c:calendar-timezone': escaped(zone) }),
    ...(ctag !== null && { 'cs:getctag': escaped(ctag) }),
  };
}

const namesIn = (element: XmlElement | undefined): readonly string[] =>
  element?.children.map(({ name }) => name) ?? [];

const pathOf = (folder: string, name: string): string => folder + encodeURIComponent(name);

function object(
  folder: string,
  collection: StandInCollection,
  name: string,
  asked: readonly string[],
): string {
  return found(pathOf(folder, name), asked, {
    'd:getetag': escaped(collection.etag(name)),
    'd:resourcetype': '',
    'c:calendar-data': escaped(collection.text(name) ?? ''),
  });
}

function named(
  asked: XmlElement,
  folder: string,
  collection: StandInCollection,
  properties: readonly string[],
): Answer {
  const names = childrenOf(asked, 'href').map((each) =>
    decodeURIComponent(textOf(each).split('/').at(-1) ?? ''),
  );
  const isGone = (name: string): boolean => collection.text(name) === null;
  if (collection.manners.refusesWhatIsGone === true && names.some(isGone)) return { status: 404 };
  const responses = names.map((name) =>
    isGone(name)
      ? said(`${folder}${encodeURIComponent(name)}`, '404 Not Found')
      : object(folder, collection, name, properties),
  );
  return xml(207, multistatus(responses));
}

function sync(
  asked: XmlElement,
  path: string,
  collection: StandInCollection,
  properties: readonly string[],
): Answer {
  if (collection.manners.syncs === false) return xml(403, refusal('d:supported-report'));
  const synced = collection.since(textOf(childOf(asked, 'sync-token')));
  if (synced.kind === 'token-refused') return xml(403, refusal('d:valid-sync-token'));
  const { changed, removed, token, isCutShort } = synced;
  const responses = [
    ...changed.map((name) => object(path, collection, name, properties)),
    ...removed.map((name) => said(pathOf(path, name), '404 Not Found')),
    ...(isCutShort ? [said(path, '507 Insufficient Storage')] : []),
  ];
  return xml(207, multistatus(responses, token));
}

function onObject({ method, headers, body }: FastifyRequest, { collection, name }: Place): Answer {
  if (collection === undefined || name === '') return { status: method === 'PUT' ? 409 : 404 };
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
  if (method === 'PUT' || method === 'DELETE') {
    const { status, etag, refused } =
      method === 'PUT' ? collection.put(name, String(body), conditions) : collection.delete(name, conditions);
    if (refused !== undefined) return xml(status, refusal(refused));
    return { status, ...(etag !== undefined && { headers: { etag } }) };
  }
  const text = collection.text(name);
  if (method !== 'GET' || text === null) return { status: method === 'GET' ? 404 : 405 };
  return {
    status: 200,
    body: text,
    type: 'text/calendar; charset=utf-8',
    headers: { etag: collection.etag(name) },
  };
}

function sent(reply: FastifyReply, { status, body, type, headers = {} }: Answer): FastifyReply {
  reply.code(status).headers({ ...headers });
  if (type !== undefined) reply.type(type);
  return reply.send(body ?? '');
}
