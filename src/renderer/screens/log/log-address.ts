/**
 * Where the log shows what was done about something. Encoded twice, since the router reads an address by `decodeURI`
 * before it hands a part of it over: an id such as `/tess/a%20b.ics` would be ambiguous after that.
 * https://github.com/molefrog/wouter/issues/455
 */
export const logAddress = (search: string): string =>
  `/log/${encodeURIComponent(encodeURIComponent(search))}`;

/** What is looked for by an address, as the router hands it over. One that somebody typed may be no encoding at all. */
export function searchOf(part: string | undefined): string {
  if (part === undefined) return '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
