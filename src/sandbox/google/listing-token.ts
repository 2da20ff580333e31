import { z } from 'zod';
import { EventQuery } from './event-query.ts';
import { GoogleError, invalid } from './google-error.ts';

/** Where a page begins: in the listed sequence, after the last item of that element that was already given. */
export const Place = z.object({ index: z.int().min(0), after: z.string().nullable() });
export type Place = z.infer<typeof Place>;

const PageToken = z.object({
  kind: z.literal('page'),
  calendarId: z.string(),
  query: EventQuery,
  /** Of an incremental listing: the positions that it tells the changes between. */
  changes: z.object({ since: z.int().min(0), until: z.int().min(0) }).nullable(),
  /** What all pages so far have shown at least: the next incremental listing tells the changes from there on. */
  position: z.int().min(0),
  epoch: z.int().min(0),
  /** The listing was told never to end. */
  endless: z.boolean(),
  place: Place,
});
export type PageToken = z.infer<typeof PageToken>;

const SyncToken = z.object({
  kind: z.literal('sync'),
  calendarId: z.string(),
  query: EventQuery,
  position: z.int().min(0),
  epoch: z.int().min(0),
});
export type SyncToken = z.infer<typeof SyncToken>;

export function encodeToken(token: PageToken | SyncToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** @throws GoogleError 400 when it is no page token of this calendar */
export function decodePageToken(text: string, calendarId: string): PageToken {
  const token = PageToken.safeParse(decoded(text));
  if (token.success && token.data.calendarId === calendarId) return token.data;
  throw invalid('Invalid Value', 'pageToken');
}

/** @throws GoogleError 410 `fullSyncRequired` when it is no sync token of this calendar, or an expired one */
export function decodeSyncToken(text: string, calendarId: string, epoch: number): SyncToken {
  const token = SyncToken.safeParse(decoded(text));
  if (token.success && token.data.calendarId === calendarId && token.data.epoch === epoch) return token.data;
  throw new GoogleError(410, 'fullSyncRequired');
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
