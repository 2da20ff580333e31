import { z } from 'zod';
import { Problem } from './problem.ts';

/** Where a listing goes on. Opaque to clients. */
const PageToken = z.object({
  /** Key of the last item already sent. */
  after: z.string(),
  /** Number of changes made before the first page was read: what the listing's cursor is dated from. */
  since: z.number().int(),
  /** Tells apart two tokens that lead to the same place. */
  serial: z.number().int(),
});
export type PageToken = z.infer<typeof PageToken>;

/** Where a client stands in the change feed. Opaque to clients. */
const Cursor = z.object({
  /** Which life of the server's memory it belongs to. */
  epoch: z.string(),
  /** Changes already seen. */
  seen: z.number().int(),
});
export type Cursor = z.infer<typeof Cursor>;

const MAX_PAGE_SIZE = 500;

/** How many items a page may hold: whoever asks for more gets as many as there may be. */
export const PageSize = z.coerce
  .number()
  .int()
  .min(1)
  .default(100)
  .transform((size) => Math.min(size, MAX_PAGE_SIZE));

const encode = (value: PageToken | Cursor): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export const encodePageToken: (token: PageToken) => string = encode;
export const encodeCursor: (cursor: Cursor) => string = encode;

/** @throws Problem 400 `invalid_page_token` */
export function decodePageToken(text: string): PageToken {
  const token = PageToken.safeParse(decode(text));
  if (token.success) return token.data;
  throw new Problem(
    400,
    'invalid_page_token',
    'This page token is not one of ours. Start the listing again.',
  );
}

/** @throws Problem 410 `cursor_expired` */
export function decodeCursor(text: string): Cursor {
  const cursor = Cursor.safeParse(decode(text));
  if (cursor.success) return cursor.data;
  throw cursorExpired();
}

export const cursorExpired = (): Problem =>
  new Problem(410, 'cursor_expired', 'This cursor is unknown or has expired. List the bookings again.');
