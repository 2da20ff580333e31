import { z } from 'zod';

/**
 * Where a calendar's listing ended. With the tag of the whole collection (`getctag`), by which most servers can say
 * for little that nothing has changed.
 */
const CaldavCursor = z.discriminatedUnion('kind', [
  /** RFC 6578. */
  z.object({ kind: z.literal('token'), reading: z.string(), ctag: z.string().nullable(), token: z.string() }),
  /** Every object's etag: until something changes, and for ever with a server without sync-collection. */
  z.object({
    kind: z.literal('etags'),
    reading: z.string(),
    ctag: z.string().nullable(),
    etags: z.record(z.string(), z.string()),
  }),
]);
export type CaldavCursor = Readonly<z.infer<typeof CaldavCursor>>;

/** Counts up when the same objects are read otherwise than before, so that they are read again after an update. */
const READING = 2;

/** Of all that decides on how a calendar's objects are read. */
export const readingOf = (timeZone: string): string => `${READING} ${timeZone}`;

export const writeCursor = (cursor: CaldavCursor): string => JSON.stringify(cursor);

/** The cursor, or null when it is not one of ours or of another reading: then everything is read anew. */
export function readCursor(text: string, reading: string): CaldavCursor | null {
  try {
    const cursor = CaldavCursor.parse(JSON.parse(text));
    return cursor.reading === reading ? cursor : null;
  } catch {
    return null;
  }
}
