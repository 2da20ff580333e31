import type { Statement } from 'better-sqlite3';
import type { Database } from './connection.ts';
import { insertion } from './insertion.ts';

export type LinkState = 'pending' | 'live' | 'deleted' | 'left' | 'asked' | 'parked' | 'skipped';

/** A row of `event_mapping`: one thing of the booking system and one of a calendar, and the base between them. */
export interface LinkRow {
  readonly id: number;
  readonly mapping_id: string;
  readonly kind: 'export' | 'import';
  readonly source_id: string;
  readonly event_id: string;
  readonly ical_uid: string | null;
  readonly incarnation: number;
  readonly state: LinkState;
  readonly sent: string;
  readonly shown: string;
  readonly refused: string | null;
  readonly rewrites: number;
  readonly basis: string;
  readonly revision: number;
  readonly reason: string;
  readonly decided_at: string;
}

/** How far a link has come. */
export type LinkStanding = Pick<LinkRow, 'id' | 'state' | 'sent' | 'basis'>;

export type NewLink = Pick<
  LinkRow,
  'mapping_id' | 'kind' | 'source_id' | 'event_id' | 'state' | 'decided_at'
> &
  Partial<Omit<LinkRow, 'id'>>;

/** What a decision changes of a link. Left out: as it was. */
export type LinkChange = Partial<Omit<LinkRow, 'id' | 'mapping_id' | 'kind' | 'source_id'>>;

/** How many things a mapping keeps in step, or leaves out. */
export interface LinkCounts {
  /** Personal events that are busy blocks. */
  readonly imported: number;
  /** Personal events that are not, each with its reason. */
  readonly skipped: number;
  /** Bookings that are in the calendar. */
  readonly exported: number;
  /** Bookings that are not, because the technician deleted their event or something keeps rewriting it. */
  readonly leftOut: number;
}

const DEFAULTS = {
  ical_uid: null,
  incarnation: 0,
  sent: '',
  shown: '',
  refused: null,
  rewrites: 0,
  basis: '',
  revision: 0,
  reason: '',
} as const;

const IDENTITY = ['mapping_id', 'kind', 'source_id'] as const;

const CHANGEABLE = [
  'event_id',
  'ical_uid',
  'incarnation',
  'state',
  'sent',
  'shown',
  'refused',
  'rewrites',
  'basis',
  'revision',
  'reason',
  'decided_at',
] as const;

export class LinkRepository {
  readonly #db: Database;
  readonly #insert;
  readonly #nextId;
  /** One statement for each set of columns, so that indexes of the others are left alone. */
  readonly #updates = new Map<string, Statement<unknown[]>>();
  readonly #byId;
  readonly #standing;
  readonly #goLive;
  readonly #byBooking;
  readonly #byBlock;
  readonly #byEvent;
  readonly #exported;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = insertion(db, 'INSERT INTO event_mapping', ['id', ...IDENTITY, ...CHANGEABLE]);
    this.#nextId = db.prepare<[], number>('SELECT coalesce(max(id), 0) + 1 FROM event_mapping').pluck();
    this.#byId = db.prepare<[number], LinkRow>('SELECT * FROM event_mapping WHERE id = ?');
    this.#standing = db.prepare<[string], LinkStanding>(
      'SELECT id, state, sent, basis FROM event_mapping WHERE id IN (SELECT value FROM json_each(?))',
    );
    this.#goLive = db.prepare<[string, string]>(
      `UPDATE event_mapping SET state = 'live', decided_at = ? WHERE id IN (SELECT value FROM json_each(?))`,
    );
    this.#byBooking = db.prepare<[string, string], LinkRow>(
      "SELECT * FROM event_mapping WHERE kind = 'export' AND mapping_id = ? AND source_id = ?",
    );
    this.#byBlock = db.prepare<[string], LinkRow>(
      "SELECT * FROM event_mapping WHERE kind = 'import' AND source_id IN (SELECT value FROM json_each(?))",
    );
    this.#byEvent = db.prepare<[string], LinkRow>(
      'SELECT * FROM event_mapping WHERE event_id = ? ORDER BY id',
    );
    this.#exported = db
      .prepare<[string], string>(
        `SELECT value FROM json_each(?) uid WHERE EXISTS
           (SELECT 1 FROM event_mapping l WHERE l.kind = 'export' AND l.ical_uid = uid.value)`,
      )
      .pluck();
  }

  get(id: number): LinkRow | undefined {
    return this.#byId.get(id);
  }

  /** How the links of these ids stand, by id; without those that there are none of. */
  standing(ids: readonly number[]): ReadonlyMap<number, LinkStanding> {
    return new Map(this.#standing.all(JSON.stringify(ids)).map((link) => [link.id, link]));
  }

  /** What these pending links say has arrived. */
  goLive(ids: readonly number[], decidedAt: string): void {
    this.#goLive.run(decidedAt, JSON.stringify(ids));
  }

  ofBooking(mappingId: string, bookingId: string): LinkRow | undefined {
    return this.#byBooking.get(mappingId, bookingId);
  }

  /** The links of these busy blocks, by block; without those that have none. */
  ofBlocks(blockIds: readonly string[]): ReadonlyMap<string, LinkRow> {
    return new Map(this.#byBlock.all(JSON.stringify(blockIds)).map((link) => [link.source_id, link]));
  }

  /** Those of these iCalendar UIDs that are of our own exports, in any calendar of any account. */
  exportedUids(iCalUids: readonly string[]): ReadonlySet<string> {
    return new Set(this.#exported.all(JSON.stringify(iCalUids)));
  }

  insert(link: NewLink): number {
    const [id = 0] = this.insertAll([link]);
    return id;
  }

  /**
   * In order.
   * @returns the ids that they got
   */
  insertAll(links: readonly NewLink[]): readonly number[] {
    const first = this.#nextId.get() ?? 1;
    const rows = links.map((link, index) => ({ ...DEFAULTS, ...link, id: first + index }));
    this.#insert.runAll(rows);
    return rows.map(({ id }) => id);
  }

  /** Writes what `change` names; the rest of the link stays as it is. */
  update(link: Pick<LinkRow, 'id'>, change: LinkChange): void {
    this.updateAll([{ id: link.id, ...change }]);
  }

  /** The same for several links, whose changes name the same columns. */
  updateAll(changes: readonly (Pick<LinkRow, 'id'> & LinkChange)[]): void {
    const [first] = changes;
    if (first === undefined) return;
    const columns = CHANGEABLE.filter((column) => first[column] !== undefined);
    const key = columns.join();
    let statement = this.#updates.get(key);
    if (statement === undefined) {
      const assignments = columns.map((column) => `${column} = ?`).join(', ');
      statement = this.#db.prepare<unknown[]>(`UPDATE event_mapping SET ${assignments} WHERE id = ?`);
      this.#updates.set(key, statement);
    }
    for (const change of changes) {
      const values: unknown[] = columns.map((column) => change[column]);
      values.push(change.id);
      statement.run(values);
    }
  }

  remove(id: number): void {
    this.#db.prepare('DELETE FROM event_mapping WHERE id = ?').run(id);
  }

  /** How many things each mapping keeps in step; written beside the mapping so that a quiet run need not count. */
  refreshCounts(mappingId: string): void {
    this.#db
      .prepare(
        `UPDATE calendar_mapping SET
           imported_count = (SELECT count(*) FROM event_mapping WHERE mapping_id = @id AND kind = 'import' AND state = 'live'),
           skipped_count = (SELECT count(*) FROM event_mapping WHERE mapping_id = @id AND kind = 'import' AND state = 'skipped'),
           exported_count = (SELECT count(*) FROM event_mapping WHERE mapping_id = @id AND kind = 'export' AND state = 'live'),
           left_out_count = (SELECT count(*) FROM event_mapping WHERE mapping_id = @id AND kind = 'export'
             AND state IN ('left', 'asked', 'parked'))
         WHERE id = @id`,
      )
      .run({ id: mappingId });
  }

  /** As the last run that changed something counted them. */
  counts(mappingId: string): LinkCounts {
    const row = this.#db
      .prepare<[string], LinkCounts>(
        `SELECT imported_count AS imported, skipped_count AS skipped, exported_count AS exported,
           left_out_count AS leftOut FROM calendar_mapping WHERE id = ?`,
      )
      .get(mappingId);
    return row ?? { imported: 0, skipped: 0, exported: 0, leftOut: 0 };
  }

  /** Live links of a mapping: what a mass deletion is measured against. */
  liveCount(mappingId: string): number {
    const row = this.#db
      .prepare<[string], { n: number }>(
        "SELECT count(*) AS n FROM event_mapping WHERE mapping_id = ? AND state IN ('live', 'parked')",
      )
      .get(mappingId);
    return row?.n ?? 0;
  }

  /** Blocks that the booking system has from this mapping's calendar, but whose event has not been seen. */
  blocksWithoutEvent(mappingId: string): readonly LinkRow[] {
    return this.#db
      .prepare<[string], LinkRow>(
        "SELECT * FROM event_mapping WHERE mapping_id = ? AND kind = 'import' AND state = 'live' AND event_id = ''",
      )
      .all(mappingId);
  }

  /** Links of one calendar event, of either kind and any mapping. */
  ofEvent(eventId: string): readonly LinkRow[] {
    return this.#byEvent.all(eventId);
  }

  /** Every link of anything with this id: a booking, a calendar event or a busy block. */
  of(id: string): readonly LinkRow[] {
    return this.#db
      .prepare<[string, string], LinkRow>(
        'SELECT * FROM event_mapping WHERE source_id = ? OR event_id = ? ORDER BY id',
      )
      .all(id, id);
  }

  /** Live links of one kind, for removing what a mapping created. */
  live(mappingId: string, kind: LinkRow['kind']): readonly LinkRow[] {
    return this.#db
      .prepare<[string, string], LinkRow>(
        `SELECT * FROM event_mapping WHERE mapping_id = ? AND kind = ? AND state IN ('live', 'parked')`,
      )
      .all(mappingId, kind);
  }
}
