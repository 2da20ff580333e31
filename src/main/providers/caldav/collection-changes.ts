import type { CaldavCursor } from './caldav-cursor.ts';
import { isTooMuch } from './caldav-errors.ts';
import type { CalendarObject } from './calendar-object.ts';
import {
  type CollectionState,
  eventObjects,
  type ListedObject,
  listedIn,
  objectsAt,
  syncCollection,
} from './collection.ts';
import type { DavClient } from './dav-client.ts';
import { urlOf } from './event-name.ts';

export interface CollectionChanges {
  readonly objects: readonly CalendarObject[];
  /** Names of objects that are gone. */
  readonly removed: readonly string[];
  readonly next: CaldavCursor;
}

/**
 * All objects, as `eventObjects`. Where they do not fit into one answer they are listed by name and asked for in parts:
 * no less whole, since whatever is not said of one of them fails it all.
 */
export async function allObjects(
  client: DavClient,
  calendar: URL,
  state: CollectionState,
): Promise<readonly CalendarObject[]> {
  try {
    return await eventObjects(client, calendar);
  } catch (error) {
    if (!isTooMuch(error)) throw error;
  }
  const { listed } = await listing(client, calendar, state);
  const urls = [...listed.values()].map(({ url }) => url);
  return (await objectsAt(client, calendar, urls)).objects;
}

/**
 * Where to go on from after all objects were read.
 * @param ctag asked for right before they were: what has changed since is told again rather than never. Not earlier:
 *   servers work it out from what is there, so that one from before an event came is that of after it went
 * @param reading of all that decides on how objects are read
 */
export function positionAfter(
  objects: readonly CalendarObject[],
  ctag: string | null,
  reading: string,
): CaldavCursor {
  return {
    kind: 'etags',
    reading,
    ctag,
    etags: etagsOf(objects.map(({ name, etag }) => [name, etag ?? ''])),
  };
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
  if (cursor.kind === 'etags') return changesByEtag(client, calendar, state, cursor);
  const synced = await syncCollection(client, calendar, cursor.token);
  if (synced.kind === 'token-refused') return null;
  const urls = [...synced.changed.values()].map(({ url }) => url);
  const { objects, gone } = await objectsAt(client, calendar, urls);
  const removed = [...synced.removed, ...gone];
  return { objects, removed, next: { ...cursor, ctag, token: synced.syncToken } };
}

type EtagCursor = Extract<CaldavCursor, { kind: 'etags' }>;

async function changesByEtag(
  client: DavClient,
  calendar: URL,
  state: CollectionState,
  cursor: EtagCursor,
): Promise<CollectionChanges> {
  const { listed, syncToken } = await listing(client, calendar, state);
  const changed = [...listed].filter(([name, { etag }]) => etag === '' || cursor.etags[name] !== etag);
  // What a listing does not show is asked for by name: only the answer to that says that it is gone.
  const missing = Object.keys(cursor.etags).filter((name) => !listed.has(name));
  const urls = [...changed.map(([, { url }]) => url), ...missing.map((name) => urlOf(calendar.href, name))];
  const { objects, gone } = await objectsAt(client, calendar, urls);
  const { ctag } = state;
  if (syncToken !== null) {
    const next: CaldavCursor = { kind: 'token', reading: cursor.reading, ctag, token: syncToken };
    return { objects, removed: [...gone], next };
  }
  const etags = etagsOf([...listed].map(([name, { etag }]) => [name, etag]));
  // What is there and was not listed is looked for again.
  for (const name of missing) if (!gone.has(name)) etags[name] = cursor.etags[name] ?? '';
  return { objects, removed: [...gone], next: { ...cursor, ctag, etags } };
}

/** Everything by etag, from a server with sync-collection together with the token from which it tells of changes alone. */
async function listing(
  client: DavClient,
  calendar: URL,
  { syncs }: CollectionState,
): Promise<{ readonly listed: ReadonlyMap<string, ListedObject>; readonly syncToken: string | null }> {
  if (syncs) {
    const synced = await syncCollection(client, calendar, '');
    if (synced.kind === 'changes') return { listed: synced.changed, syncToken: synced.syncToken };
  }
  return { listed: await listedIn(client, calendar), syncToken: null };
}

/** Without a prototype, as a dictionary: of an ordinary object V8 would work out its shape anew with every name. */
function etagsOf(etags: readonly (readonly [name: string, etag: string])[]): Record<string, string> {
  const byName: Record<string, string> = Object.create(null);
  for (const [name, etag] of etags) byName[name] = etag;
  return byName;
}
