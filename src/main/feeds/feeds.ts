import type { FeedItem } from '../../shared/domain/feed.ts';
import type { Visibility } from '../../shared/domain/mapping.ts';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { Vault } from '../auth/vault.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import { notSeen } from '../booking/not-seen.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { StoredFeed } from '../store/feed-repository.ts';
import { checkForeign } from '../store/own-files.ts';
import type { Store } from '../store/store.ts';
import { BookingReader } from './booking-reader.ts';
import { writeFeed } from './feed-file.ts';
import { FeedLinks } from './feed-links.ts';
import { FeedPublication } from './feed-publication.ts';
import { type FeedRequest, type FeedResponse, FeedServer } from './feed-server.ts';
import { newToken, tokenHash } from './feed-token.ts';
import { RenderedFeeds } from './rendered-feeds.ts';

export interface FeedOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly booking: () => Promise<BookingApi>;
  /** The same where nobody waits: it is left alone while it has asked for a pause, or does not answer. */
  readonly bookingUnattended: () => Promise<BookingApi>;
  /** Host name of the booking system. */
  readonly host: () => string;
  /** Whether the booking system hosts feeds. */
  readonly canPublish: () => Promise<boolean>;
}

export interface FeedInput {
  /** Exactly one of the two. */
  readonly technicianId?: string | undefined;
  readonly projectId?: string | undefined;
  /** Default busy-only. */
  readonly visibility?: Visibility | undefined;
  readonly publish?: boolean | undefined;
}

/** What became of a change that reaches beyond this computer. */
export interface FeedChange {
  readonly feed: FeedItem;
  /** Why the booking system does not follow yet; it is tried again after the next sync. */
  readonly pending: AppError | null;
}

/** The feeds of this device, from making one to answering for it. Methods throw `AppError` only. */
export class Feeds {
  readonly #options: FeedOptions;
  readonly #links: FeedLinks;
  readonly #reader: BookingReader;
  readonly #rendered: RenderedFeeds;
  readonly #publication: FeedPublication;
  readonly #server: FeedServer;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#links = new FeedLinks(options.vault);
    this.#reader = new BookingReader(options);
    this.#rendered = new RenderedFeeds(options);
    const shared = { ...options, links: this.#links, rendered: this.#rendered, reader: this.#reader };
    this.#publication = new FeedPublication(shared);
    this.#server = new FeedServer(shared);
  }

  list(): Promise<readonly FeedItem[]> {
    return listFeeds(this.#options.store, this.#options.vault);
  }

  /**
   * Makes a feed; with `publish` it is hosted before this returns, or not made at all.
   * @throws AppError NOT_FOUND for a technician or project this device does not see; PRECONDITION_FAILED when the
   *   booking system hosts no feeds
   */
  async create(input: FeedInput): Promise<FeedItem> {
    const { store, clock, random, canPublish } = this.#options;
    const name = await this.#nameOf(input);
    const publish = input.publish ?? false;
    if (publish && !(await canPublish())) {
      throw new AppError(
        'PRECONDITION_FAILED',
        'This booking system does not host feeds. Create it without publishing it.',
        { command: 'Leave “--publish” away, or write it to a file: “calendar-sync feeds write ID FILE”.' },
      );
    }
    const id = `feed_${random.uuid()}`;
    const hash = await this.#newLink(id);
    store.feeds.add({
      id,
      technicianId: input.technicianId ?? null,
      projectId: input.projectId ?? null,
      name,
      visibility: input.visibility ?? 'busy-only',
      publish,
      tokenHash: hash,
      createdAt: clock.now().toISOString(),
    });
    if (publish) await this.#publishOrUndo(this.#get(id));
    return feedItem(this.#get(id), this.#links);
  }

  /** Gives a feed a new link and makes the old ones dead; one that was switched off is on again. */
  async rotate(id: string): Promise<FeedChange> {
    const { store, clock } = this.#options;
    const before = this.#get(id);
    const hash = await this.#newLink(id);
    store.feeds.relink(before, hash, clock.now().toISOString());
    this.#forgetUnlessDue(before);
    let pending = await this.#publication.withdrawDue();
    if (before.publish) {
      try {
        await this.#reader.read();
        await this.#publication.publish(this.#get(id));
      } catch (error) {
        pending ??= toAppError(error);
      }
    }
    return { feed: await feedItem(this.#get(id), this.#links), pending };
  }

  /** Switches a feed off: its link is dead, here and at the booking system. */
  async disable(id: string): Promise<FeedChange> {
    const { store, clock } = this.#options;
    const before = this.#get(id);
    store.feeds.relink(before, null, clock.now().toISOString());
    this.#forgetUnlessDue(before);
    const pending = await this.#publication.withdrawDue();
    return { feed: await feedItem(this.#get(id), this.#links), pending };
  }

  /**
   * Writes a feed to a file, from the booking system's present answer or, while it cannot be reached, from what is
   * known here.
   * @param file absolute path
   * @returns how many bytes
   * @throws AppError INVALID_INPUT where the program itself needs that file; PERMISSION_DENIED
   */
  async write(id: string, file: string): Promise<number> {
    checkForeign(this.#options.store.db.name, file);
    const feed = this.#get(id);
    if (!feed.enabled) {
      throw new AppError(
        'PRECONDITION_FAILED',
        `The feed of ${feed.name} is switched off. A new link switches it on again.`,
        { command: `“calendar-sync feeds rotate ${id}” gives it one.` },
      );
    }
    try {
      await this.#reader.read();
    } catch (error) {
      if (!this.#reader.knows(feed)) throw error;
      this.#options.log('warn', 'feeds', 'A feed was written from what was known before.', { error });
    }
    const { body } = this.#rendered.of(this.#get(id));
    writeFeed(file, body);
    return body.length;
  }

  /** Answers a request for `/ics/TOKEN.ics`. Never rejects. */
  respond(request: FeedRequest): Promise<FeedResponse> {
    return this.#server.respond(request);
  }

  /**
   * After a sync: reads what the feeds show and publishes what has changed. Never rejects; failures are logged.
   * @param unattended nobody waits for that sync
   */
  async followUp(unattended: boolean): Promise<void> {
    const { store, log } = this.#options;
    const booking = unattended ? this.#options.bookingUnattended : this.#options.booking;
    try {
      if (store.feeds.enabled().length > 0) await this.#reader.read(booking);
    } catch (error) {
      log('warn', 'feeds', 'The bookings of the feeds could not be read.', { error });
    }
    try {
      await this.#publication.followUp(booking);
    } catch (error) {
      log('error', 'feeds', 'The feeds could not be published.', { error });
    }
  }

  /** Takes down what the booking system hosts, as far as it can be reached, before everything here is forgotten. */
  async withdrawAll(): Promise<void> {
    const { store } = this.#options;
    for (const feed of store.feeds.enabled()) if (feed.publish) await this.disable(feed.id);
    await this.#publication.withdrawDue();
  }

  #get(id: string): StoredFeed {
    const feed = this.#options.store.feeds.get(id);
    if (feed !== null) return feed;
    throw new AppError('NOT_FOUND', 'That feed is not there any more. Choose another one.', {
      command: `There is no feed ${id}; “calendar-sync feeds” lists them.`,
    });
  }

  async #newLink(feedId: string): Promise<string> {
    const token = newToken(this.#options.random);
    const hash = tokenHash(token);
    await this.#links.keep(feedId, hash, token);
    return hash;
  }

  /** An old token is still needed while a copy under it has to be taken down. */
  #forgetUnlessDue(feed: StoredFeed): void {
    const due = this.#options.store.feeds
      .withdrawals()
      .some(({ tokenHash: hash }) => hash === feed.tokenHash);
    if (!due) this.#links.forget(feed.id, feed.tokenHash);
  }

  async #publishOrUndo(feed: StoredFeed): Promise<void> {
    const { store, clock } = this.#options;
    try {
      await this.#reader.read();
      // The reading may have begun before there was this feed.
      if (!this.#reader.knows(this.#get(feed.id))) await this.#reader.read();
      await this.#publication.publish(this.#get(feed.id));
    } catch (error) {
      store.transaction(() => {
        // It may have arrived all the same.
        store.feeds.withdrawLater(feed, clock.now().toISOString());
        store.feeds.remove(feed.id);
      });
      await this.#publication.withdrawDue();
      throw error;
    }
  }

  async #nameOf({ technicianId, projectId }: FeedInput): Promise<string> {
    if ((technicianId === undefined) === (projectId === undefined)) {
      throw new AppError('INVALID_INPUT', 'A feed is of one technician or of one project. Name one of them.');
    }
    const api = await this.#options.booking();
    const listed = technicianId === undefined ? await api.projects() : await api.technicians();
    const found = listed.find(({ id }) => id === (technicianId ?? projectId));
    if (found !== undefined) return found.name;
    if (technicianId === undefined) throw notSeen('project', projectId ?? '', listed);
    throw notSeen('technician', technicianId, listed);
  }
}

/** Every feed with its link, for whoever only looks. */
export async function listFeeds(store: Store, vault: Vault): Promise<readonly FeedItem[]> {
  const links = new FeedLinks(vault);
  return Promise.all(store.feeds.list().map((feed) => feedItem(feed, links)));
}

async function feedItem(feed: StoredFeed, links: FeedLinks): Promise<FeedItem> {
  const token = feed.enabled ? await links.tokenIfKept(feed) : null;
  const { id, technicianId, projectId, name, visibility, enabled, publish, createdAt } = feed;
  return {
    ...{ id, technicianId, projectId, name, visibility, enabled, publish, createdAt },
    publishedUrl: enabled && feed.publishedHash !== null ? await links.publishedUrl(feed) : null,
    path: token === null ? null : `/ics/${token}.ics`,
  };
}
