import { unreadable } from './caldav-errors.ts';
import { childOf, childrenOf, readXml, textOf, type XmlElement } from './xml.ts';

/** One `response` of a multistatus (RFC 4918 section 14.24). */
export interface DavResource {
  /** Absolute. */
  readonly url: URL;
  /** Of the resource as a whole; 200 where only its properties have one. */
  readonly status: number;
  /** Properties that it has, by name. */
  readonly properties: DavProperties;
}

export type DavProperties = ReadonlyMap<string, XmlElement>;

export interface Multistatus {
  readonly resources: readonly DavResource[];
  /** RFC 6578 section 6.4. */
  readonly syncToken: string | null;
  /** Where it was answered, redirects followed. */
  readonly url: URL;
  /** The server's clock when it answered, in milliseconds since 1970; NaN where it does not say. */
  readonly answeredAt: number;
}

/**
 * Reads a multistatus to its end: of a listing that breaks off, the rest would look deleted, and servers that fail in
 * the middle of an answer have sent its status and headers already.
 * @param url where it was answered
 * @param date the header of that name (RFC 9110 section 6.6.1)
 * @throws AppError PROVIDER_ERROR when it is not a whole one
 */
export function readMultistatus(document: string, url: URL, date: string | null): Multistatus {
  const root = rootOf(document, url);
  if (root.name !== 'multistatus') throw unreadable(url, 'no multistatus');
  return {
    resources: childrenOf(root, 'response').flatMap((response) => resourcesOf(response, url)),
    syncToken: textOf(childOf(root, 'sync-token')) || null,
    url,
    answeredAt: Date.parse(date ?? ''),
  };
}

function rootOf(document: string, url: URL): XmlElement {
  try {
    return readXml(document);
  } catch (error) {
    throw unreadable(url, 'no whole multistatus', error);
  }
}

/** Several of one status may share a response. */
function resourcesOf(response: XmlElement, asked: URL): readonly DavResource[] {
  const status = statusOf(response) ?? 200;
  const properties = new Map<string, XmlElement>();
  for (const propstat of childrenOf(response, 'propstat')) {
    const isFound = Math.floor((statusOf(propstat) ?? 200) / 100) === 2;
    if (!isFound) continue;
    for (const property of childOf(propstat, 'prop')?.children ?? []) properties.set(property.name, property);
  }
  return childrenOf(response, 'href').flatMap((href) => {
    const url = resourceAt(textOf(href), asked);
    return url === null ? [] : [{ url, status, properties }];
  });
}

/** Of a line like `HTTP/1.1 404 Not Found`; null where there is none. */
function statusOf(element: XmlElement): number | null {
  const status = /^HTTP\/\S+\s+(\d{3})/.exec(textOf(childOf(element, 'status')))?.[1];
  return status === undefined ? null : Number(status);
}

/**
 * Where a resource is: with the server that was asked, whatever the answer calls that. Behind a proxy, servers know
 * themselves by another name, and none has a say over what belongs to another.
 */
function resourceAt(href: string, asked: URL): URL | null {
  const named = URL.parse(href, asked.href);
  if (named?.origin === asked.origin) return named;
  return named === null ? null : URL.parse(named.pathname + named.search, asked.origin);
}
