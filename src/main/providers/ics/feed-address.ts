import { hash } from 'node:crypto';
import { AppError } from '../../../shared/rpc/errors.ts';

/** Where a feed is. */
export type FeedAddress =
  | {
      readonly kind: 'web';
      /** http or https, without user name and password. */
      readonly url: URL;
      /** The user name and password of the address as an Authorization header (RFC 7617), if it has them. */
      readonly authorization: string | null;
    }
  | { readonly kind: 'file'; readonly url: URL };

/**
 * @param text http, https, webcal (which means https) or file
 * @throws AppError INVALID_INPUT when it is none of these
 */
export function parseFeedAddress(text: string): FeedAddress {
  const url = URL.parse(text.trim().replace(/^webcals?:/i, 'https:'));
  if (url === null) throw invalid('is not a web address. Copy it whole, from https:// or webcal:// on');
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return { kind: 'web', ...withoutCredentials(url) };
    case 'file:':
      // Another computer's name would send this one's sign-in to it.
      if (url.host !== '') throw invalid('names a file on another computer. Choose one on this computer');
      return { kind: 'file', url };
    default:
      throw invalid(`begins with ${url.protocol}, which is no calendar. Use https, webcal or file`);
  }
}

/** The feed's address without a password; that of a feed is often a secret all the same. */
export function feedUrl({ url }: FeedAddress): string {
  return url.href;
}

/** Identifies the feed without telling its address. */
export function feedId(address: FeedAddress): string {
  return `feed_${hash('sha256', feedUrl(address), 'base64url').slice(0, 22)}`;
}

/** What to call the feed's origin in sentences: addresses of feeds are often secret, so not all of it. */
export function sourceName({ kind, url }: FeedAddress): string {
  if (kind === 'web') return url.hostname;
  const name = url.pathname.split('/').at(-1) ?? '';
  return URL.canParse(`file:///${name}`) ? safelyDecoded(name) : name;
}

/** A URL's own user name and password stay out of it, or the fetch would refuse it and every log would have them. */
export function withoutCredentials(address: URL): {
  readonly url: URL;
  readonly authorization: string | null;
} {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.hash = '';
  if (address.username === '' && address.password === '') return { url, authorization: null };
  const pair = `${safelyDecoded(address.username)}:${safelyDecoded(address.password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(problem: string): AppError {
  return new AppError('INVALID_INPUT', `The calendar's address ${problem}.`, { detail: 'address' });
}
