import type { Database } from './connection.ts';

/** Rows of one statement: from about here on, more of them make no row cheaper. */
const ROWS_PER_STATEMENT = 50;

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
  let many: { readonly shared: string; readonly statement: ReturnType<typeof statement> } | null = null;

  /** @param shared columns that are bound by name, once for all rows */
  function statement(rows: number, shared: readonly Column[]) {
    const marks = `(${columns.map((column) => (shared.includes(column) ? `@${column}` : '?')).join(', ')})`;
    return db.prepare<unknown[]>(
      `${into} (${columns.join(', ')}) VALUES ${Array(rows).fill(marks).join(', ')}`,
    );
  }

  /** Rows of one table mostly share the same columns, so that the last statement will do for most. */
  function manyWith(shared: readonly Column[]): ReturnType<typeof statement> {
    const key = shared.join();
    if (many?.shared !== key) many = { shared: key, statement: statement(ROWS_PER_STATEMENT, shared) };
    return many.statement;
  }

  function run(row: Row): void {
    one.run(columns.map((column) => row[column]));
  }

  /** Whole statements only. */
  function runMany(rows: readonly Row[]): void {
    const [first] = rows;
    if (first === undefined) return;
    const isShared = (column: Column): boolean => rows.every((row) => row[column] === first[column]);
    const shared = columns.filter(isShared);
    const own = columns.filter((column) => !shared.includes(column));
    const common = Object.fromEntries(shared.map((column) => [column, first[column]]));
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
      const values: unknown[] = [];
      for (const row of rows.slice(from, from + ROWS_PER_STATEMENT)) {
        for (const column of own) values.push(row[column]);
      }
      manyWith(shared).run(values, common);
    }
  }

  return {
    run,
    runAll(rows) {
      const whole = rows.length - (rows.length % ROWS_PER_STATEMENT);
      runMany(rows.slice(0, whole));
      for (const row of rows.slice(whole)) run(row);
    },
  };
}
