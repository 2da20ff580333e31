import { AppError } from '../../shared/rpc/errors.ts';
import type { Vault } from '../auth/vault.ts';
import type { StoredFeed } from '../store/feed-repository.ts';

/** A token is sealed under its own hash, so that replacing it never leaves a moment in which neither is known. */
const purpose = (hash: string): string => `token:${hash}`;

/** The address of the copy that the booking system hosts: as good as the token for reading the feed. */
const hosted = (hash: string): string => `hosted:${hash}`;

/** The tokens in the links of feeds, in the vault: for copying a link and for publishing, never for looking one up. */
export class FeedLinks {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  keep(feedId: string, hash: string, token: string): Promise<void> {
    return this.#vault.put(feedId, purpose(hash), token);
  }

  /** @throws AppError NOT_FOUND when it is not known here; PERMISSION_DENIED when the key cannot be had now */
  async token(feed: Pick<StoredFeed, 'id' | 'tokenHash'>): Promise<string> {
    const token = await this.tokenIfKept(feed);
    if (token !== null) return token;
    throw new AppError(
      'NOT_FOUND',
      'The link of this feed is not known on this computer. Give it a new one.',
      { command: `“calendar-sync feeds rotate ${feed.id}” does that.` },
    );
  }

  /** Null when it is not kept here, or cannot be opened with the key of this computer. */
  tokenIfKept(feed: Pick<StoredFeed, 'id' | 'tokenHash'>): Promise<string | null> {
    return this.#open(feed.id, purpose(feed.tokenHash));
  }

  keepPublished(feed: Pick<StoredFeed, 'id' | 'tokenHash'>, url: string): Promise<void> {
    return this.#vault.put(feed.id, hosted(feed.tokenHash), url);
  }

  /** Where the booking system hosts it, or null. */
  publishedUrl(feed: Pick<StoredFeed, 'id' | 'tokenHash'>): Promise<string | null> {
    return this.#open(feed.id, hosted(feed.tokenHash));
  }

  forget(feedId: string, hash: string): void {
    this.#vault.delete(feedId, purpose(hash));
    this.#vault.delete(feedId, hosted(hash));
  }

  async #open(feedId: string, secret: string): Promise<string | null> {
    try {
      return await this.#vault.get(feedId, secret);
    } catch (error) {
      if (error instanceof AppError && error.code === 'AUTH_EXPIRED') return null;
      throw error;
    }
  }
}
