import { hash } from 'node:crypto';
import { z } from 'zod';

/** What a server wants to be asked with next time (RFC 9110 section 8.8). */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** Counts up when the same feed is read otherwise than before, so that it is read again after an update. */
const READING = 2;

const IcsCursor = z.object({
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Of the body, and of all that decides on how it is read. */
  hash: z.string(),
  /** Of the latter alone: it may change while the server still says 304. */
  reading: z.string(),
});
export type IcsCursor = Readonly<z.infer<typeof IcsCursor>>;

export const readingOf = (timeZone: string): string => `${READING} ${timeZone}`;

export function cursorOf(body: Uint8Array, validators: Validators, reading: string): IcsCursor {
  const { etag, lastModified } = validators;
  return { etag, lastModified, hash: hash('sha256', body, 'base64url'), reading };
}

export const writeCursor = (cursor: IcsCursor): string => JSON.stringify(cursor);

/** The cursor, or null when it is not one of ours or of another reading: then everything is read anew. */
export function readCursor(text: string | null, reading: string): IcsCursor | null {
  if (text === null) return null;
  try {
    const cursor = IcsCursor.parse(JSON.parse(text));
    return cursor.reading === reading ? cursor : null;
  } catch {
    return null;
  }
}
