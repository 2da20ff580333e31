import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../ports.ts';
import type { StoredFeed } from '../store/feed-repository.ts';
import type { Store } from '../store/store.ts';
import { feedWindow } from './booking-reader.ts';
import { feedText } from './feed-text.ts';

/** A feed as it is served. */
export interface RenderedFeed {
  /** `text/calendar`, UTF-8. */
  readonly body: Buffer;
  /** The body, packed when it is first asked for. */
  readonly gzip: () => Buffer;
  /** Fingerprint of the body. */
  readonly hash: string;
  /** Since when it says this: UTC instant, whole seconds. */
  readonly changedAt: string;
}

interface Kept {
  readonly basis: string;
  readonly feed: RenderedFeed;
}

export interface RenderedFeedsOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** Host name of the booking system. */
  readonly host: () => string;
}

const SECOND_MS = 1000;

/** Feeds from the bookings known here, built and compressed once for as long as nothing has changed. */
export class RenderedFeeds {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #host: () => string;
  readonly #kept = new Map<string, Kept>();

  constructor({ store, clock, host }: RenderedFeedsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#host = host;
  }

  /** @throws AppError PRECONDITION_FAILED when this device is no longer enrolled */
  of(feed: StoredFeed): RenderedFeed {
    const window = feedWindow(this.#clock.now());
    const basis = `${this.#store.feedBookings.revision} ${window.from} ${feed.tokenHash}`;
    const kept = this.#kept.get(feed.id);
    if (kept?.basis === basis) return kept.feed;
    const rendered = this.#render(feed);
    this.#kept.set(feed.id, { basis, feed: rendered });
    return rendered;
  }

  #render(feed: StoredFeed): RenderedFeed {
    const now = this.#clock.now();
    const bookings = this.#store.feedBookings.select(feed, feedWindow(now));
    const body = Buffer.from(feedText({ ...feed, host: this.#host() }, bookings));
    const bodyHash = hash('sha256', body, 'base64url').slice(0, 22);
    let packed: Buffer | null = null;
    return {
      body,
      gzip() {
        // At once: it takes less than making the text took, and nothing can change meanwhile.
        packed ??= gzipSync(body);
        return packed;
      },
      hash: bodyHash,
      changedAt: this.#changedAt(feed.id, bodyHash, now),
    };
  }

  /**
   * Survives a restart, so that a calendar app's If-Modified-Since does. HTTP counts seconds: two versions never share
   * one, or the second would be taken for the first.
   */
  #changedAt(id: string, bodyHash: string, now: Date): string {
    const { feeds } = this.#store;
    const known = feeds.get(id);
    if (known === null) return now.toISOString();
    if (known.contentHash === bodyHash && known.changedAt !== null) return known.changedAt;
    const second = Math.floor(now.getTime() / SECOND_MS) * SECOND_MS;
    const earliest = known.changedAt === null ? second : Date.parse(known.changedAt) + SECOND_MS;
    const changedAt = new Date(Math.max(second, earliest)).toISOString();
    feeds.says(id, bodyHash, changedAt);
    return changedAt;
  }
}
