import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { unreadable } from '../icalendar/errors.ts';
import { tooLarge } from './ics-errors.ts';

const MEGABYTE = 1024 * 1024;
const MAX_MEGABYTES = 20;
/** Of a feed as it arrives, and again of what it is once unpacked. */
export const MAX_BODY_BYTES = MAX_MEGABYTES * MEGABYTE;

/** @throws AppError PROVIDER_ERROR */
export function assertSize(bytes: number, source: string): void {
  if (bytes > MAX_BODY_BYTES) throw tooLarge(source, MAX_MEGABYTES);
}

/**
 * A body up to its end or its limit, whichever comes first.
 * @throws AppError PROVIDER_ERROR when it is too large; whatever the connection failed with
 */
export async function readBody(response: Response, source: string): Promise<Uint8Array> {
  assertSize(Number(response.headers.get('content-length') ?? 0), source);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the stream, so that no more of it is sent.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    assertSize(size, source);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * What is in a body that is itself a gzip file, as some servers have feeds; the body itself if it is none.
 * @throws AppError PROVIDER_ERROR when it is too large or damaged
 */
export async function unpacked(body: Uint8Array, source: string): Promise<Uint8Array> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge(source, MAX_MEGABYTES) : unreadable(source, 'damaged', error);
  }
}

/** Text in the given charset, UTF-8 without one (RFC 5545 section 3.1.4), and without a byte order mark. */
export function decodedText(body: Uint8Array, charset: string | null): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
