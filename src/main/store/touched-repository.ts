import type { Database } from './connection.ts';

/** What the next plan of each mapping must look at. Everything else is as the last plan left it. */
export class TouchedRepository {
  readonly #db: Database;
  readonly #touch;
  readonly #clear;
  readonly #clearUpTo;
  readonly #next;

  constructor(db: Database) {
    this.#db = db;
    this.#touch = db.prepare<[string, string, string]>('INSERT OR IGNORE INTO touched VALUES (?, ?, ?)');
    this.#clear = db.prepare<[string, string, string]>(
      'DELETE FROM touched WHERE mapping_id = ? AND side = ? AND id IN (SELECT value FROM json_each(?))',
    );
    this.#clearUpTo = db.prepare<[string, string, string, string, string]>(
      `DELETE FROM touched WHERE mapping_id = ? AND side = ? AND id > ? AND id <= ?
         AND id NOT IN (SELECT value FROM json_each(?))`,
    );
    this.#next = db.prepare<[string, string, string, number], { id: string }>(
      'SELECT id FROM touched WHERE mapping_id = ? AND side = ? AND id > ? ORDER BY id LIMIT ?',
    );
  }

  touch(mappingId: string, side: 'booking' | 'event', id: string): void {
    this.#touch.run(mappingId, side, id);
  }

  /** Has every other mapping look at its copy of this event: the one that blocked the time is about to go. */
  touchCopies(mappingId: string, eventId: string): void {
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO touched SELECT other.id, 'event', copy.event_id
         FROM calendar_mapping own
           JOIN observed_event event ON event.calendar = own.calendar AND event.event_id = @event
           JOIN observed_event copy ON copy.copy_key = event.copy_key
           JOIN calendar_mapping other ON other.calendar = copy.calendar AND other.id <> own.id
         WHERE own.id = @mapping`,
      )
      .run({ mapping: mappingId, event: eventId });
  }

  clear(mappingId: string, side: 'booking' | 'event', ids: readonly string[]): void {
    this.#clear.run(mappingId, side, JSON.stringify(ids));
  }

  /** Takes off what lies after `after`, up to `last`, but for `waiting`. */
  clearUpTo(
    mappingId: string,
    side: 'booking' | 'event',
    { after, last, waiting }: { after: string; last: string; waiting: Iterable<string> },
  ): void {
    this.#clearUpTo.run(mappingId, side, after, last, JSON.stringify([...waiting]));
  }

  /** Up to `limit` ids after `after`, in order, so that a large plan is made in bounded memory. */
  next(mappingId: string, side: 'booking' | 'event', after: string, limit: number): readonly string[] {
    return this.#next.all(mappingId, side, after, limit).map(({ id }) => id);
  }

  has(mappingId: string): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM touched WHERE mapping_id = ? LIMIT 1').get(mappingId) !== undefined
    );
  }
}
