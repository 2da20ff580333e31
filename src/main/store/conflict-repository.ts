import type { Database } from './connection.ts';

export interface ConflictRow {
  readonly id: string;
  readonly mapping_id: string;
  readonly link_id: number | null;
  readonly booking_id: string;
  readonly kind: string;
  /** `open`: waits for a person. `decided`: the next run carries it out. `recorded`: kept, nothing to decide. */
  readonly state: 'open' | 'recorded' | 'decided' | 'resolved';
  readonly fields: string;
  readonly booking_side: string;
  readonly calendar_side: string;
  readonly keep: 'booking' | 'calendar' | null;
  readonly created_at: string;
  /** Of one that is `decided`: when a person said so. Else when it was settled; null while it is open. */
  readonly resolved_at: string | null;
}

export type NewConflict = Omit<ConflictRow, 'keep' | 'resolved_at'>;

/** The inbox: edits that did not win, so that none is ever lost. */
export class ConflictRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Adds an item. A link has at most one undecided item: a newer one replaces what it supersedes. */
  add(conflict: NewConflict): void {
    if (conflict.state === 'open' && conflict.link_id !== null) {
      this.#db
        .prepare(
          `UPDATE conflict SET state = 'recorded', resolved_at = ?
           WHERE link_id = ? AND state IN ('open', 'decided')`,
        )
        .run(conflict.created_at, conflict.link_id);
    }
    this.#db
      .prepare(
        `INSERT INTO conflict (id, mapping_id, link_id, booking_id, kind, state, fields, booking_side, calendar_side,
           created_at)
         VALUES (@id, @mapping_id, @link_id, @booking_id, @kind, @state, @fields, @booking_side, @calendar_side,
           @created_at)`,
      )
      .run(conflict);
  }

  get(id: string): ConflictRow | undefined {
    return this.#db.prepare<[string], ConflictRow>('SELECT * FROM conflict WHERE id = ?').get(id);
  }

  /** What waits for a decision, oldest first. */
  open(): readonly ConflictRow[] {
    return this.#db
      .prepare<[], ConflictRow>("SELECT * FROM conflict WHERE state = 'open' ORDER BY created_at, id")
      .all();
  }

  openCount(): number {
    const row = this.#db
      .prepare<[], { n: number }>("SELECT count(*) AS n FROM conflict WHERE state = 'open'")
      .get();
    return row?.n ?? 0;
  }

  /** What a mapping's next run carries out, of the answers given until `until`. */
  decided(mappingId: string, until: string): readonly ConflictRow[] {
    return this.#db
      .prepare<[string, string], ConflictRow>(
        `SELECT * FROM conflict WHERE mapping_id = ? AND state = 'decided'
           AND coalesce(resolved_at, created_at) <= ?`,
      )
      .all(mappingId, until);
  }

  /** Answers that can still be taken back, since no run has begun to carry them out, newest first. */
  revocable(): readonly ConflictRow[] {
    return this.#db
      .prepare<[], ConflictRow>(
        `SELECT * FROM conflict WHERE state = 'decided' AND NOT EXISTS (
           SELECT 1 FROM journal j WHERE j.link_id = conflict.link_id AND j.state IN ('prepared', 'sent'))
         ORDER BY resolved_at DESC, id`,
      )
      .all();
  }

  /** When the earliest answer after `instant` was given, or null. */
  nextDecidedAfter(instant: string): string | null {
    const row = this.#db
      .prepare<[string], { at: string | null }>(
        "SELECT min(resolved_at) AS at FROM conflict WHERE state = 'decided' AND resolved_at > ?",
      )
      .get(instant);
    return row?.at ?? null;
  }

  undecidedOf(linkId: number): ConflictRow | undefined {
    return this.#db
      .prepare<[number], ConflictRow>(
        "SELECT * FROM conflict WHERE link_id = ? AND state IN ('open', 'decided')",
      )
      .get(linkId);
  }

  /**
   * Takes questions out of the inbox that have answered themselves: the deleted event is back or its booking gone,
   * the parked one is kept in step again. What they show stays on record.
   */
  settleAnswered(mappingId: string, at: string): void {
    this.#db
      .prepare(
        `UPDATE conflict SET state = 'recorded', resolved_at = @at
         WHERE mapping_id = @mappingId AND state = 'open' AND kind IN ('deleted', 'parked')
           AND NOT EXISTS (SELECT 1 FROM event_mapping l WHERE l.id = conflict.link_id
             AND l.state = CASE conflict.kind WHEN 'deleted' THEN 'asked' ELSE 'parked' END)`,
      )
      .run({ mappingId, at });
  }

  decide(id: string, keep: 'booking' | 'calendar', at: string): void {
    this.#db
      .prepare("UPDATE conflict SET state = 'decided', keep = ?, resolved_at = ? WHERE id = ?")
      .run(keep, at, id);
  }

  reopen(id: string): void {
    this.#db
      .prepare("UPDATE conflict SET state = 'open', keep = NULL, resolved_at = NULL WHERE id = ?")
      .run(id);
  }

  resolve(id: string, at: string): void {
    this.#db.prepare("UPDATE conflict SET state = 'resolved', resolved_at = ? WHERE id = ?").run(at, id);
  }
}
