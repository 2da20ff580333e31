import type { Database } from './connection.ts';

/** Events that were written to since their calendar was last read. */
export class WrittenEvents {
  readonly #note;
  readonly #untold;
  readonly #forget;

  constructor(db: Database) {
    this.#note = db.prepare<[number, string]>(
      'INSERT OR IGNORE INTO written_event (calendar, event_id) SELECT ?, value FROM json_each(?)',
    );
    this.#untold = db
      .prepare<[number, string], string>(
        `SELECT event_id FROM written_event w WHERE calendar = ?
           AND event_id NOT IN (SELECT value FROM json_each(?))
           AND NOT EXISTS (SELECT 1 FROM staged_event s
             WHERE s.calendar = w.calendar AND s.event_id = w.event_id)`,
      )
      .pluck();
    this.#forget = db.prepare<[number]>('DELETE FROM written_event WHERE calendar = ?');
  }

  note(calendar: number, eventIds: readonly string[]): void {
    this.#note.run(calendar, JSON.stringify(eventIds));
  }

  /**
   * Those of which a reading has told nothing, neither on the stage nor beside it.
   * @param told events and series that it told of and that are not staged yet
   */
  untold(calendar: number, told: readonly string[]): readonly string[] {
    return this.#untold.all(calendar, JSON.stringify(told));
  }

  /** The calendar has been read. */
  forget(calendar: number): void {
    this.#forget.run(calendar);
  }
}
