import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import { ianaZone, type Zone } from '../../time/zone.ts';
import { zoneNamed } from '../../time/zone-name.ts';
import { type DavClient, NAMESPACES } from './dav-client.ts';
import { nameOf } from './event-name.ts';
import type { DavProperties, DavResource } from './multistatus.ts';
import { childrenOf, textOf, type XmlElement } from './xml.ts';

const PROPERTIES = {
  'd:resourcetype': {},
  'd:displayname': {},
  'd:current-user-privilege-set': {},
  'c:supported-calendar-component-set': {},
  'c:calendar-timezone': {},
  'c:calendar-timezone-id': {},
};

/**
 * The collections that can hold events, by name.
 * @param homes the first one is the person's own; the others may be somebody else's, and closed by now
 * @param fallback IANA zone of calendars that do not say theirs
 * @param onClosed told of each of the others that cannot be read
 */
export async function calendarsIn(
  client: DavClient,
  homes: readonly URL[],
  fallback: string,
  onClosed: (home: URL, error: unknown) => void,
): Promise<readonly CalendarListEntry[]> {
  const body = { propfind: { ...NAMESPACES, prop: PROPERTIES } };
  const found = new Map<string, DavResource>();
  for (const [index, home] of homes.entries()) {
    try {
      const { resources } = await client.query(home, { method: 'PROPFIND', depth: '1', body });
      for (const resource of resources) found.set(resource.url.href, resource);
    } catch (error) {
      if (index === 0) throw error;
      onClosed(home, error);
    }
  }
  return [...found.values()]
    .filter(holdsEvents)
    .map((resource): CalendarListEntry => {
      const { url, properties } = resource;
      return {
        id: url.href,
        name: textOf(properties.get('displayname')) || lastSegment(url),
        timeZone: (zoneOf(properties) ?? ianaZone(fallback))?.name ?? 'UTC',
        primary: false,
        writable: isWritable(properties.get('current-user-privilege-set')),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function holdsEvents({ status, properties }: DavResource): boolean {
  if (status >= 400 || !names(properties.get('resourcetype')).includes('calendar')) return false;
  const components = childrenOf(properties.get('supported-calendar-component-set'), 'comp').map(
    ({ attributes }) => attributes.name?.trim().toUpperCase() ?? '',
  );
  // A calendar that does not say takes all (RFC 4791 section 5.2.3).
  return components.length === 0 || components.includes('VEVENT');
}

/** Servers that do not say what somebody may do (RFC 3744 section 5.5) let them do it, or refuse when it is done. */
function isWritable(privileges: XmlElement | undefined): boolean {
  const granted = childrenOf(privileges, 'privilege').flatMap(names);
  return granted.length === 0 || granted.some((name) => /^(all|write|write-content|bind)$/.test(name));
}

/**
 * The zone that a calendar says it is in: by name (RFC 7809 section 5.2) or as a VTIMEZONE (RFC 4791 section 5.2.2),
 * or null.
 */
export function zoneOf(properties: DavProperties): Zone | null {
  const named = zoneNamed(textOf(properties.get('calendar-timezone-id')));
  if (named !== null) return named;
  const definition = textOf(properties.get('calendar-timezone'));
  for (const name of ['X-LIC-LOCATION', 'TZID']) {
    const value = new RegExp(`^${name}(?:;[^:\\r\\n]*)?:(.+)$`, 'im').exec(definition)?.[1];
    const zone = value === undefined ? null : zoneNamed(value);
    if (zone !== null) return zone;
  }
  return null;
}

/** The names of the elements within one. */
const names = (element: XmlElement | undefined): readonly string[] =>
  element?.children.map(({ name }) => name) ?? [];

const lastSegment = (url: URL): string => nameOf(new URL(url.pathname.replace(/\/+$/, ''), url));
