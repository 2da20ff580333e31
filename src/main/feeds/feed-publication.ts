import type { NewLogEntry } from '../../shared/domain/sync-log.ts';
import { type AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { StoredFeed } from '../store/feed-repository.ts';
import type { Store } from '../store/store.ts';
import type { FeedLinks } from './feed-links.ts';
import type { RenderedFeeds } from './rendered-feeds.ts';

type BookingAccess = () => Promise<BookingApi>;

export interface FeedPublicationOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'uuid'>;
  readonly log: Log;
  readonly links: FeedLinks;
  readonly rendered: RenderedFeeds;
  readonly booking: BookingAccess;
}

/** Keeps what the booking system hosts for us equal to what our feeds say, and its old links dead. */
export class FeedPublication {
  readonly #options: FeedPublicationOptions;

  constructor(options: FeedPublicationOptions) {
    this.#options = options;
  }

  /** Withdraws and publishes what is due. What fails is on record in the sync log and due again next time. */
  async followUp(booking: BookingAccess): Promise<void> {
    const { store } = this.#options;
    await this.withdrawDue(booking);
    for (const feed of store.feeds.enabled()) {
      // Before its bookings were read, it would say that there are none.
      if (!feed.publish || feed.listedTo === null) continue;
      try {
        await this.publish(feed, booking);
      } catch (error) {
        this.#record(feed, 'publish-feed', error);
      }
    }
  }

  /** Publishes a feed unless that is hosted already. @throws AppError */
  async publish(feed: StoredFeed, booking = this.#options.booking): Promise<void> {
    const { store, links, rendered, random } = this.#options;
    const { body, hash } = rendered.of(feed);
    if (feed.publishedHash === hash) return;
    const token = await links.token(feed);
    const { url } = await (await booking()).putFeed(token, body.toString(), random.uuid());
    await links.keepPublished(feed, url);
    const now = store.feeds.get(feed.id);
    if (now?.enabled !== true || now.tokenHash !== feed.tokenHash) {
      // Replaced while it was on its way: what has just been put there is an old link already.
      await links.keep(feed.id, feed.tokenHash, token);
      store.feeds.withdrawLater(feed, this.#at());
      return;
    }
    store.feeds.published(feed.id, hash);
    this.#record(feed, 'publish-feed', null);
  }

  /** Takes copies down that the booking system hosts under old links. @returns why some are still there, or null */
  async withdrawDue(booking = this.#options.booking): Promise<AppError | null> {
    const { store, links, random } = this.#options;
    let failure: AppError | null = null;
    for (const withdrawal of store.feeds.withdrawals()) {
      const { feedId: id, tokenHash } = withdrawal;
      const feed = store.feeds.get(id);
      try {
        const token = await links.tokenIfKept({ id, tokenHash });
        if (token !== null) await (await booking()).deleteFeed(token, random.uuid());
        store.feeds.withdrawn(tokenHash);
        links.forget(id, tokenHash);
        this.#record(feed, 'withdraw-feed', null);
      } catch (error) {
        failure = toAppError(error);
        this.#record(feed, 'withdraw-feed', error);
      }
    }
    return failure;
  }

  #record(feed: StoredFeed | null, operation: keyof typeof SAID, thrown: unknown): void {
    const { store, log } = this.#options;
    const error = thrown === null ? null : toAppError(thrown);
    if (error !== null) log('warn', 'feeds', `${operation} failed`, { feedId: feed?.id, error });
    const entry: NewLogEntry = {
      at: this.#at(),
      runId: null,
      accountId: null,
      mappingId: null,
      provider: null,
      direction: 'export',
      operation,
      status: error === null ? 'ok' : 'retry',
      bookingId: null,
      externalId: feed?.id ?? null,
      technicianId: feed?.technicianId ?? null,
      projectId: feed?.projectId ?? null,
      message: error === null ? SAID[operation] : `${error.sentence} It is tried again after the next sync.`,
      code: error?.code ?? null,
      durationMs: null,
      attempt: null,
      payload: null,
    };
    store.syncLog.append(entry);
  }

  #at(): string {
    return this.#options.clock.now().toISOString();
  }
}

const SAID = {
  'publish-feed': 'The booking system hosts the feed as it is now.',
  'withdraw-feed': 'The booking system no longer hosts the feed under its old link.',
} as const;
