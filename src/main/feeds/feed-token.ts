import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../ports.ts';

/** 256 bits: nobody finds one by trying. */
const TOKEN_BYTES = 32;

/** A new link's secret part: base64url, 43 characters. */
export function newToken(random: Pick<Random, 'bytes'>): string {
  return Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
}

/** SHA-256 as base64url: what is kept of a token where it can be read. */
export function tokenHash(token: string): string {
  return digest(token).toString('base64url');
}

/**
 * The one of `feeds` that a token leads to. Takes as long whichever it is and whether or not it is one: hashes are
 * compared, all of them, each in constant time.
 */
export function feedOf<T extends { readonly tokenHash: string }>(
  feeds: readonly T[],
  token: string,
): T | undefined {
  const asked = digest(token);
  let found: T | undefined;
  for (const feed of feeds) {
    const kept = Buffer.from(feed.tokenHash, 'base64url');
    if (kept.length === asked.length && timingSafeEqual(kept, asked)) found = feed;
  }
  return found;
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
