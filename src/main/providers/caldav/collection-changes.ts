import type { CaldavCursor } from './caldav-cursor.ts';
import type { CalendarObject } from './calendar-object.ts';
import { type CollectionState, listedIn, objectsAt, syncCollection } from './collection.ts';
import type { DavClient } from './dav-client.ts';
import { urlOf } from './event-name.ts';

export interface CollectionChanges {
  readonly objects: readonly CalendarObject[];
  /** Names of objects that are gone. */
  readonly removed: readonly string[];
  readonly next: CaldavCursor;
}

/**
 * Where a complete listing that is about to begin can be gone on from.
 * @param reading of all that decides on how objects are read
 */
export async function positionOf(
  client: DavClient,
  calendar: URL,
  { ctag, syncToken }: CollectionState,
  reading: string,
): Promise<CaldavCursor> {
  if (syncToken !== null) return { kind: 'token', reading, ctag, token: syncToken };
  const listed = await listedIn(client, calendar);
  return { kind: 'etags', reading, ctag, etags: etagsOf(listed) };
}

/** What has changed since a cursor; null when the server does not know it any more. */
export async function changesSince(
  client: DavClient,
  calendar: URL,
  state: CollectionState,
  cursor: CaldavCursor,
): Promise<CollectionChanges | null> {
  const { ctag } = state;
  if (ctag !== null && ctag === cursor.ctag) return { objects: [], removed: [], next: cursor };
  if (cursor.kind === 'etags') return changesByEtag(client, calendar, ctag, cursor);
  const synced = await syncCollection(client, calendar, cursor.token);
  if (synced.kind === 'token-refused') return null;
  const { objects, gone } = await objectsAt(client, calendar, synced.changed);
  const removed = [...synced.removed, ...gone];
  return { objects, removed, next: { ...cursor, ctag, token: synced.syncToken } };
}

async function changesByEtag(
  client: DavClient,
  calendar: URL,
  ctag: string | null,
  cursor: Extract<CaldavCursor, { kind: 'etags' }>,
): Promise<CollectionChanges> {
  const listed = await listedIn(client, calendar);
  const changed = [...listed].filter(([name, { etag }]) => etag === '' || cursor.etags[name] !== etag);
  // What a listing does not show is asked for by name: only the answer to that says that it is gone.
  const missing = Object.keys(cursor.etags).filter((name) => !listed.has(name));
  const urls = [...changed.map(([, { url }]) => url), ...missing.map((name) => urlOf(calendar.href, name))];
  const { objects, gone } = await objectsAt(client, calendar, urls);
  const etags = etagsOf(listed);
  // What is there and was not listed is looked for again.
  for (const name of missing) if (!gone.has(name)) etags[name] = cursor.etags[name] ?? '';
  return { objects, removed: [...gone], next: { ...cursor, ctag, etags } };
}

function etagsOf(listed: ReadonlyMap<string, { readonly etag: string }>): Record<string, string> {
  return Object.fromEntries([...listed].map(([name, { etag }]) => [name, etag]));
}
