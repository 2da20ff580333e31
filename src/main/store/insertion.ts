import type { Database } from './connection.ts';

/** Rows of one statement: from about here on, more of them make no row cheaper. */
const ROWS_PER_STATEMENT = 32;

/** Writes whole rows of one table. */
export interface Insertion<Row> {
  run(row: Row): void;
  /** In order, in as few statements as it takes. Not a transaction by itself. */
  runAll(rows: readonly Row[]): void;
}

/**
 * Prepares the insertion of rows into a table. Values are bound by position and many rows share a statement: each
 * halves what a row costs beyond the work of SQLite itself.
 * @param into e.g. `INSERT INTO sync_log`
 * @param columns names of columns, which are those of `Row` as well
 */
export function insertion<Column extends string>(
  db: Database,
  into: string,
  columns: readonly Column[],
): Insertion<Readonly<Record<Column, unknown>>> {
  type Row = Readonly<Record<Column, unknown>>;
  const marks = `(${columns.map(() => '?').join(', ')})`;
  const statement = (rows: number) =>
    db.prepare<unknown[]>(`${into} (${columns.join(', ')}) VALUES ${Array(rows).fill(marks).join(', ')}`);
  const one = statement(1);
  let many: ReturnType<typeof statement> | null = null;

  function valuesOf(rows: readonly Row[]): unknown[] {
    const values: unknown[] = [];
    for (const row of rows) for (const column of columns) values.push(row[column]);
    return values;
  }

  function run(row: Row): void {
    one.run(valuesOf([row]));
  }

  return {
    run,
    runAll(rows) {
      const whole = rows.length - (rows.length % ROWS_PER_STATEMENT);
      for (let from = 0; from < whole; from += ROWS_PER_STATEMENT) {
        many ??= statement(ROWS_PER_STATEMENT);
        many.run(valuesOf(rows.slice(from, from + ROWS_PER_STATEMENT)));
      }
      for (const row of rows.slice(whole)) run(row);
    },
  };
}
