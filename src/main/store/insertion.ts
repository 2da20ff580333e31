import type { Database } from './connection.ts';

/**
 * How many rows share a statement, the most first. While a statement of several rows runs, SQLite keeps a copy of each
 * page that it changes: a few large statements keep a page less often than many small ones.
 * https://www.sqlite.org/tempfiles.html#statement_journal_files
 */
const ROWS_PER_STATEMENT = [250, 50] as const;
const FEWEST = Math.min(...ROWS_PER_STATEMENT);

/** Writes whole rows of one table. */
export interface Insertion<Row> {
  run(row: Row): void;
  /** In order, in as few statements as it takes. Not a transaction by itself. */
  runAll(rows: readonly Row[]): void;
}

/**
 * Prepares the insertion of rows into a table. Values are bound by position, many rows share a statement, and what is
 * the same in all of them is bound once: each value that crosses costs about as much as SQLite's work on it.
 * @param into e.g. `INSERT INTO sync_log`
 * @param columns names of columns, which are those of `Row` as well
 */
export function insertion<Column extends string>(
  db: Database,
  into: string,
  columns: readonly Column[],
): Insertion<Readonly<Record<Column, unknown>>> {
  type Row = Readonly<Record<Column, unknown>>;
  const one = statement(1, []);
  /** Rows of one table mostly share the same columns, so that the last statement of a size will do for most. */
  const last = new Map<
    number,
    { readonly shared: string; readonly statement: ReturnType<typeof statement> }
  >();

  /** @param shared columns that are bound by name, once for all rows */
  function statement(rows: number, shared: readonly Column[]) {
    const marks = `(${columns.map((column) => (shared.includes(column) ? `@${column}` : '?')).join(', ')})`;
    return db.prepare<unknown[]>(
      `${into} (${columns.join(', ')}) VALUES ${Array(rows).fill(marks).join(', ')}`,
    );
  }

  function several(rows: number, shared: readonly Column[]): ReturnType<typeof statement> {
    const key = shared.join();
    const known = last.get(rows);
    if (known?.shared === key) return known.statement;
    const prepared = statement(rows, shared);
    last.set(rows, { shared: key, statement: prepared });
    return prepared;
  }

  function run(row: Row): void {
    one.run(columns.map((column) => row[column]));
  }

  /** @returns how many of the rows it has written: as many as fill whole statements */
  function runMany(rows: readonly Row[]): number {
    const [first] = rows;
    if (first === undefined) return 0;
    const isShared = (column: Column): boolean => rows.every((row) => row[column] === first[column]);
    const shared = columns.filter(isShared);
    const own = columns.filter((column) => !shared.includes(column));
    const common = Object.fromEntries(shared.map((column) => [column, first[column]]));
    let from = 0;
    for (const size of ROWS_PER_STATEMENT) {
      for (; rows.length - from >= size; from += size) {
        const values: unknown[] = [];
        for (const row of rows.slice(from, from + size)) {
          for (const column of own) values.push(row[column]);
        }
        several(size, shared).run(values, common);
      }
    }
    return from;
  }

  return {
    run,
    runAll(rows) {
      const written = rows.length < FEWEST ? 0 : runMany(rows);
      for (const row of rows.slice(written)) run(row);
    },
  };
}
