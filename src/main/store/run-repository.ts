import type { Database } from './connection.ts';

/** How many runs are kept: two weeks of a ten-minute timer with nothing to do are about 2,000, half is plenty. */
const KEPT = 1_000;

/** One sync run. `result` is what `sync --json` printed of it. */
export interface Run {
  readonly id: string;
  /** UTC instant. */
  readonly startedAt: string;
  /** UTC instant; null while it runs, and for ever when the process died in it. */
  readonly finishedAt: string | null;
  readonly ok: boolean | null;
  readonly result: unknown;
}

interface RunRow {
  readonly id: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly ok: number | null;
  readonly result: string | null;
}

export class RunRepository {
  readonly #db: Database;
  readonly #start;
  readonly #finish;
  readonly #get;
  readonly #last;
  readonly #prune;

  constructor(db: Database) {
    this.#db = db;
    this.#start = db.prepare<[string, string]>('INSERT INTO run (id, started_at) VALUES (?, ?)');
    this.#finish = db.prepare<[string, number, string, string]>(
      'UPDATE run SET finished_at = ?, ok = ?, result = ? WHERE id = ?',
    );
    this.#get = db.prepare<[string], RunRow>('SELECT * FROM run WHERE id = ?');
    this.#last = db.prepare<[], RunRow>(
      'SELECT * FROM run WHERE finished_at IS NOT NULL ORDER BY started_at DESC, rowid DESC LIMIT 1',
    );
    this.#prune = db.prepare<[number]>(
      'DELETE FROM run WHERE rowid NOT IN (SELECT rowid FROM run ORDER BY started_at DESC, rowid DESC LIMIT ?)',
    );
  }

  start(id: string, startedAt: Date): void {
    this.#start.run(id, startedAt.toISOString());
  }

  /** Records how a run ended, and forgets the oldest ones. */
  finish(id: string, finishedAt: Date, ok: boolean, result: unknown): void {
    this.#db.transaction(() => {
      this.#finish.run(finishedAt.toISOString(), ok ? 1 : 0, JSON.stringify(result ?? null), id);
      this.#prune.run(KEPT);
    })();
  }

  get(id: string): Run | null {
    return toRun(this.#get.get(id));
  }

  /** The run that started last among those that came to their end, or null before the first. */
  last(): Run | null {
    return toRun(this.#last.get());
  }

  /** The newest runs, newest first, those that never came to their end included. */
  recent(count: number): readonly Run[] {
    return this.#db
      .prepare<[number], RunRow>('SELECT * FROM run ORDER BY started_at DESC, rowid DESC LIMIT ?')
      .all(count)
      .flatMap((row) => toRun(row) ?? []);
  }
}

function toRun(row: RunRow | undefined): Run | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    ok: row.ok === null ? null : row.ok === 1,
    result: row.result === null ? null : JSON.parse(row.result),
  };
}
