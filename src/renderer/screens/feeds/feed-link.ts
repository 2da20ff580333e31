import type { FeedItem } from '../../../shared/domain/feed.ts';

export type FeedState = 'local' | 'published' | 'not-published' | 'off';

/** How a feed stands, for its text. */
export function feedState({ enabled, publish, publishedUrl }: FeedItem): FeedState {
  if (!enabled) return 'off';
  if (!publish) return 'local';
  return publishedUrl === null ? 'not-published' : 'published';
}

/**
 * Where calendar apps of this computer reach a feed.
 * @param origin of what the program serves; null while it serves nothing
 */
export const localLink = ({ path }: FeedItem, origin: string | null): string | null =>
  path !== null && origin !== null ? origin + path : null;
