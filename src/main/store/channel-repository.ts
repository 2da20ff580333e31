import type { Database } from './connection.ts';

/** A way by which a calendar tells of its changes. Instants are UTC. */
export interface Channel {
  readonly id: string;
  readonly accountId: string;
  readonly calendarId: string;
  /** Null until the provider has answered. */
  readonly remoteId: string | null;
  readonly secretHash: string;
  readonly callbackHash: string;
  readonly renewAt: string;
  readonly expiresAt: string;
  readonly lastMessage: number;
}

export type ChannelChange = Partial<Pick<Channel, 'remoteId' | 'renewAt' | 'expiresAt' | 'lastMessage'>>;

const COLUMNS = `id, account_id AS accountId, calendar_id AS calendarId, remote_id AS remoteId,
  secret_hash AS secretHash, callback_hash AS callbackHash, renew_at AS renewAt, expires_at AS expiresAt,
  last_message AS lastMessage`;

/** The channels that are open, or are being opened. */
export class ChannelRepository {
  readonly #all;
  readonly #get;
  readonly #byRemote;
  readonly #put;
  readonly #remove;

  constructor(db: Database) {
    this.#all = db.prepare<[], Channel>(`SELECT ${COLUMNS} FROM channel ORDER BY expires_at, id`);
    this.#get = db.prepare<[string], Channel>(`SELECT ${COLUMNS} FROM channel WHERE id = ?`);
    this.#byRemote = db.prepare<[string], Channel>(`SELECT ${COLUMNS} FROM channel WHERE remote_id = ?`);
    this.#put = db.prepare<Channel>(
      `INSERT OR REPLACE INTO channel (id, account_id, calendar_id, remote_id, secret_hash, callback_hash, renew_at,
         expires_at, last_message) VALUES (@id, @accountId, @calendarId, @remoteId, @secretHash, @callbackHash,
         @renewAt, @expiresAt, @lastMessage)`,
    );
    this.#remove = db.prepare<[string]>('DELETE FROM channel WHERE id = ?');
  }

  list(): readonly Channel[] {
    return this.#all.all();
  }

  get(id: string): Channel | null {
    return this.#get.get(id) ?? null;
  }

  byRemoteId(remoteId: string): Channel | null {
    return this.#byRemote.get(remoteId) ?? null;
  }

  put(channel: Channel): void {
    this.#put.run(channel);
  }

  /** Changes a channel, if it is still there. */
  update(id: string, change: ChannelChange): void {
    const channel = this.get(id);
    if (channel !== null) this.put({ ...channel, ...change });
  }

  remove(id: string): void {
    this.#remove.run(id);
  }
}
