import { isIP } from 'node:net';
import { AppError } from '../../../shared/rpc/errors.ts';
import { elsewhere, notCaldav } from './caldav-errors.ts';
import { type DavClient, NAMESPACES } from './dav-client.ts';
import type { DavResource } from './multistatus.ts';
import { childrenOf, textOf, type XmlElement } from './xml.ts';

/** Whose calendars a sign-in opens, and where they are. */
export interface CaldavHome {
  /**
   * The person to the server: the URL of their principal (RFC 3744 section 2), with a slash at its end. It is what they
   * are known by, and SOGo spells it as the address that one began with does.
   */
  readonly principal: string;
  /** What their calendars are collected in (RFC 4791 section 6.2.1). */
  readonly home: string;
  /** Where else they have calendars: most servers have one place only. */
  readonly otherHomes: readonly string[];
  /** By what invitations call them: lower case, mostly `mailto:` (RFC 6638 section 2.4.1). */
  readonly addresses: readonly string[];
}

/**
 * Finds somebody's calendars from what they know of their server: its name, `.well-known` (RFC 6764 section 6), the
 * principal or any page of theirs, or a calendar itself.
 * @throws AppError AUTH_EXPIRED for a wrong password; PROVIDER_ERROR, detail `not-caldav`, when nothing there speaks
 *   CalDAV; PERMISSION_DENIED, detail `other-origin`, when it leads to another server
 */
export async function discover(client: DavClient, given: URL): Promise<CaldavHome> {
  const found = await firstPrincipal(client, given);
  const principal = new URL(found);
  const [person] = await propertiesOf(client, principal, {
    'c:calendar-home-set': {},
    'c:calendar-user-address-set': {},
  });
  const named = hrefsOf(person?.properties.get('calendar-home-set'), principal);
  const [home, ...others] = named.filter((each) => mayFollow(principal, each)).map(directory);
  if (home === undefined) throw named[0] === undefined ? notCaldav(given) : elsewhere(principal, named[0]);
  const otherHomes = others.map(({ href }) => href);
  const addresses = hrefTexts(person?.properties.get('calendar-user-address-set')).map((text) =>
    text.toLowerCase(),
  );
  return { principal: directory(principal).href, home: home.href, otherHomes, addresses };
}

/** What a server under repair answers, or one before it: whether calendars are there cannot be told. */
const IS_DOWN = /^HTTP 50[234]$/;

/** The address itself may be of any page of the person's; a bare name of a server is asked by its well-known page. */
async function firstPrincipal(client: DavClient, given: URL): Promise<string> {
  const wellKnown = new URL('/.well-known/caldav', given);
  const candidates = given.pathname === '/' ? [wellKnown, given] : [given, wellKnown, new URL('/', given)];
  let failure: AppError | null = null;
  for (const candidate of candidates) {
    try {
      const [page] = await propertiesOf(client, candidate, { 'd:current-user-principal': {} });
      const [principal] = hrefsOf(page?.properties.get('current-user-principal'), page?.url ?? candidate);
      if (principal === undefined) continue;
      if (!mayFollow(candidate, principal)) throw elsewhere(candidate, principal);
      return principal.href;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Who is not let in, led elsewhere or not answered would not fare better at the next address.
      const isNoPage = error.code === 'NOT_FOUND' || error.code === 'INVALID_INPUT';
      if (error.code !== 'PROVIDER_ERROR' && !isNoPage && error.code !== 'PERMISSION_DENIED') throw error;
      if (error.detail === 'other-origin' || IS_DOWN.test(error.detail ?? '')) failure ??= error;
    }
  }
  throw failure ?? notCaldav(given);
}

async function propertiesOf(
  client: DavClient,
  url: URL,
  properties: Readonly<Record<string, object>>,
): Promise<readonly DavResource[]> {
  const body = { propfind: { ...NAMESPACES, prop: properties } };
  const answer = await client.ask(url, { method: 'PROPFIND', depth: '0', body });
  return 'resources' in answer ? answer.resources : [];
}

const hrefTexts = (property: XmlElement | undefined): readonly string[] =>
  childrenOf(property, 'href')
    .map(textOf)
    .filter((text) => text !== '');

const hrefsOf = (property: XmlElement | undefined, base: URL): readonly URL[] =>
  hrefTexts(property).flatMap((text) => URL.parse(text, base.href) ?? []);

const directory = (url: URL): URL => (url.pathname.endsWith('/') ? url : new URL(`${url.pathname}/`, url));

/**
 * Whether a server that was signed in to may name another host for the same password: its own, or one beside it, as
 * caldav.icloud.com names p37-caldav.icloud.com. Between hosts only by https.
 */
export function mayFollow(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  if (from.protocol !== 'https:' || to.protocol !== 'https:' || from.port !== to.port) return false;
  if (isIP(from.hostname) !== 0) return false;
  const [, ...parent] = from.hostname.split('.');
  return parent.length >= 2 && to.hostname.endsWith(`.${parent.join('.')}`);
}
