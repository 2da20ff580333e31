import type { Feed } from '../../shared/domain/feed.ts';
import type { Database } from './connection.ts';

/** A feed as it is kept here: its link by a hash, and what is known of its content. */
export interface StoredFeed extends Feed {
  /** SHA-256 of the token in its link. The token itself is in the vault. */
  readonly tokenHash: string;
  /** Fingerprint of what the booking system hosts; null while it hosts nothing. */
  readonly publishedHash: string | null;
  /** Fingerprint of what the feed said last, and since when (UTC instant, whole seconds). */
  readonly contentHash: string | null;
  readonly changedAt: string | null;
  /** The window of the last complete listing of its bookings; null while there was none. */
  readonly listedFrom: string | null;
  readonly listedTo: string | null;
}

export type NewFeed = Pick<
  Feed,
  'id' | 'technicianId' | 'projectId' | 'name' | 'visibility' | 'publish' | 'createdAt'
> & { readonly tokenHash: string };

/** A link that is to stop working at the booking system. */
export interface Withdrawal {
  readonly tokenHash: string;
  readonly feedId: string;
}

interface FeedRow {
  readonly id: string;
  readonly technician_id: string | null;
  readonly project_id: string | null;
  readonly name: string;
  readonly visibility: Feed['visibility'];
  readonly token_hash: string;
  readonly enabled: number;
  readonly publish: number;
  readonly published_hash: string | null;
  readonly content_hash: string | null;
  readonly changed_at: string | null;
  readonly listed_from: string | null;
  readonly listed_to: string | null;
  readonly created_at: string;
}

/** The feeds, and which old links of theirs the booking system still has to forget. */
export class FeedRepository {
  readonly #db: Database;
  readonly #list;
  readonly #get;

  constructor(db: Database) {
    this.#db = db;
    this.#list = db.prepare<[], FeedRow>('SELECT * FROM ics_feed ORDER BY created_at, id');
    this.#get = db.prepare<[string], FeedRow>('SELECT * FROM ics_feed WHERE id = ?');
  }

  /** In the order in which they were made. */
  list(): readonly StoredFeed[] {
    return this.#list.all().map(toFeed);
  }

  enabled(): readonly StoredFeed[] {
    return this.list().filter((feed) => feed.enabled);
  }

  get(id: string): StoredFeed | null {
    const row = this.#get.get(id);
    return row === undefined ? null : toFeed(row);
  }

  add(feed: NewFeed): void {
    this.#db
      .prepare(
        `INSERT INTO ics_feed (id, technician_id, project_id, name, visibility, token_hash, enabled, publish, created_at)
         VALUES (@id, @technicianId, @projectId, @name, @visibility, @tokenHash, 1, @publish, @createdAt)`,
      )
      .run({ ...feed, publish: feed.publish ? 1 : 0 });
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM ics_feed WHERE id = ?').run(id);
  }

  /** Gives a feed another link, or none; a copy under the old one is to be withdrawn. */
  relink(feed: StoredFeed, tokenHash: string | null, at: string): void {
    this.#db.transaction(() => {
      if (feed.publish && feed.enabled) this.withdrawLater(feed, at);
      this.#db
        .prepare(
          'UPDATE ics_feed SET token_hash = @tokenHash, enabled = @enabled, published_hash = NULL WHERE id = @id',
        )
        .run({ id: feed.id, tokenHash: tokenHash ?? feed.tokenHash, enabled: tokenHash === null ? 0 : 1 });
    })();
  }

  withdrawLater(feed: Pick<StoredFeed, 'id' | 'tokenHash'>, at: string): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO feed_withdrawal (token_hash, feed_id, created_at) VALUES (?, ?, ?)')
      .run(feed.tokenHash, feed.id, at);
  }

  withdrawals(): readonly Withdrawal[] {
    return this.#db
      .prepare<[], Withdrawal>(
        'SELECT token_hash AS tokenHash, feed_id AS feedId FROM feed_withdrawal ORDER BY created_at, token_hash',
      )
      .all();
  }

  withdrawn(tokenHash: string): void {
    this.#db.prepare('DELETE FROM feed_withdrawal WHERE token_hash = ?').run(tokenHash);
  }

  published(id: string, hash: string): void {
    this.#db.prepare('UPDATE ics_feed SET published_hash = ? WHERE id = ?').run(hash, id);
  }

  says(id: string, contentHash: string, changedAt: string): void {
    this.#db
      .prepare('UPDATE ics_feed SET content_hash = ?, changed_at = ? WHERE id = ?')
      .run(contentHash, changedAt, id);
  }

  listed(id: string, window: { readonly from: string; readonly to: string }): void {
    this.#db
      .prepare('UPDATE ics_feed SET listed_from = ?, listed_to = ? WHERE id = ?')
      .run(window.from, window.to, id);
  }
}

function toFeed(row: FeedRow): StoredFeed {
  return {
    id: row.id,
    technicianId: row.technician_id,
    projectId: row.project_id,
    name: row.name,
    visibility: row.visibility,
    enabled: row.enabled === 1,
    publish: row.publish === 1,
    createdAt: row.created_at,
    tokenHash: row.token_hash,
    publishedHash: row.published_hash,
    contentHash: row.content_hash,
    changedAt: row.changed_at,
    listedFrom: row.listed_from,
    listedTo: row.listed_to,
  };
}
