/** Properties by name, with the XML within them. Names carry the prefixes of `NAMESPACES`. */
export type Properties = Readonly<Record<string, string>>;

const NAMESPACES =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"';

/** Text as it stands in XML. A carriage return as such would be none to whoever reads it (XML section 2.11). */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');

export const href = (path: string): string => `<d:href>${escaped(path)}</d:href>`;

/** Of the properties that were asked for, those that there are, and that the others are not. */
export function found(path: string, asked: readonly string[], has: Properties): string {
  const named = new Map(Object.entries(has).map(([name, xml]) => [name.split(':')[1] ?? '', { name, xml }]));
  const there = asked
    .flatMap((name) => named.get(name) ?? [])
    .map(({ name, xml }) => `<${name}>${xml}</${name}>`);
  const missing = asked.filter((name) => !named.has(name)).map((name) => `<d:${name}/>`);
  const propstat = (properties: readonly string[], status: string): string =>
    properties.length === 0
      ? ''
      : `<d:propstat><d:prop>${properties.join('')}</d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>`;
  return `<d:response>${href(path)}${propstat(there, '200 OK')}${propstat(missing, '404 Not Found')}</d:response>`;
}

/** Something that is said of a resource as a whole. */
export const said = (path: string, status: string): string =>
  `<d:response>${href(path)}<d:status>HTTP/1.1 ${status}</d:status></d:response>`;

/** @param token of sync-collection */
export function multistatus(responses: readonly string[], token: string | null = null): string {
  const end = token === null ? '' : `<d:sync-token>${escaped(token)}</d:sync-token>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus ${NAMESPACES}>${responses.join('')}${end}</d:multistatus>`;
}

/** @param precondition that was not met, with its prefix (RFC 4918 section 16) */
export const refusal = (precondition: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<d:error ${NAMESPACES}><${precondition}/></d:error>`;
