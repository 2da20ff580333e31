import type { Database } from './connection.ts';

export interface HoldRow {
  readonly id: string;
  readonly mapping_id: string;
  readonly state: 'open' | 'released' | 'discarded' | 'ended';
  readonly reason: string;
  readonly created_at: string;
  readonly decided_at: string | null;
}

export interface HoldItem {
  readonly link_id: number;
  readonly title: string;
  readonly start: string;
}

/** Deletions that wait for a person, and the answers that were given. */
export class HoldRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  openOf(mappingId: string): HoldRow | undefined {
    return this.#db
      .prepare<[string], HoldRow>("SELECT * FROM hold WHERE mapping_id = ? AND state = 'open'")
      .get(mappingId);
  }

  open(): readonly HoldRow[] {
    return this.#db
      .prepare<[], HoldRow>("SELECT * FROM hold WHERE state = 'open' ORDER BY created_at, id")
      .all();
  }

  get(id: string): HoldRow | undefined {
    return this.#db.prepare<[string], HoldRow>('SELECT * FROM hold WHERE id = ?').get(id);
  }

  items(holdId: string): readonly HoldItem[] {
    return this.#db
      .prepare<[string], HoldItem>(
        'SELECT link_id, title, start FROM hold_item WHERE hold_id = ? ORDER BY start, link_id',
      )
      .all(holdId);
  }

  /** Links of a mapping whose deletion a person has released. */
  released(mappingId: string): ReadonlySet<number> {
    const rows = this.#db
      .prepare<[string], { link_id: number }>(
        `SELECT i.link_id FROM hold h JOIN hold_item i ON i.hold_id = h.id
         WHERE h.mapping_id = ? AND h.state = 'released'`,
      )
      .all(mappingId);
    return new Set(rows.map(({ link_id }) => link_id));
  }

  /** An answer is good for the deletions it was given for; what is there again needs a new one. */
  forgetReleased(mappingId: string, linkId: number): void {
    this.#db
      .prepare(
        `DELETE FROM hold_item WHERE link_id = ?
           AND hold_id IN (SELECT id FROM hold WHERE mapping_id = ? AND state = 'released')`,
      )
      .run(linkId, mappingId);
  }

  /** Makes the mapping's open hold say exactly this. */
  put(hold: { id: string; mappingId: string; reason: string; at: string; items: readonly HoldItem[] }): void {
    this.#db.transaction(() => {
      const open = this.openOf(hold.mappingId);
      const id = open?.id ?? hold.id;
      if (open === undefined) {
        this.#db
          .prepare("INSERT INTO hold (id, mapping_id, state, reason, created_at) VALUES (?, ?, 'open', ?, ?)")
          .run(id, hold.mappingId, hold.reason, hold.at);
      } else {
        this.#db.prepare('UPDATE hold SET reason = ? WHERE id = ?').run(hold.reason, id);
        this.#db.prepare('DELETE FROM hold_item WHERE hold_id = ?').run(id);
      }
      const insert = this.#db.prepare(
        'INSERT INTO hold_item (hold_id, link_id, title, start) VALUES (?, ?, ?, ?)',
      );
      for (const item of hold.items) insert.run(id, item.link_id, item.title, item.start);
    })();
  }

  close(id: string, state: 'released' | 'discarded' | 'ended', at: string): void {
    this.#db.prepare('UPDATE hold SET state = ?, decided_at = ? WHERE id = ?').run(state, at, id);
  }
}
