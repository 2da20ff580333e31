import type { FeedItem } from '../../../shared/domain/feed.ts';

export type FeedState = 'local' | 'published' | 'not-published' | 'off';

/** How a feed stands, for its text. */
export function feedState({ enabled, publish, publishedUrl }: FeedItem): FeedState {
  if (!enabled) return 'off';
  if (!publish) return 'local';
  return publishedUrl === null ? 'not-published' : 'published';
}

/** Where calendar apps of this computer reach a feed: at the server that this page came from, if one did. */
export function localLink({ path }: FeedItem): string | null {
  const { protocol, origin } = window.location;
  return path !== null && protocol === 'http:' ? origin + path : null;
}
