import { connect, type Database } from '../../src/main/store/connection.ts';

/** What a sync writes, each table after those it refers to. */
const WRITTEN = ['observed_event', 'observed_booking', 'event_mapping', 'run', 'sync_log'];
/** What has to be there before. */
const CONTEXT = ['external_calendar_account', 'calendar', 'calendar_mapping'];

interface Table {
  readonly insert: string;
  readonly rows: readonly unknown[][];
}

/** The rows that a sync has left in a database. */
export interface SyncedRows {
  readonly context: readonly Table[];
  readonly written: readonly Table[];
}

export function readRows(file: string): SyncedRows {
  const db = connect(file, { readonly: true });
  const read = (table: string): Table => {
    const statement = db.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw();
    const columns = statement.columns().map(({ name }) => name);
    const marks = columns.map(() => '?').join(', ');
    return {
      insert: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`,
      rows: statement.all(),
    };
  };
  try {
    return { context: CONTEXT.map(read), written: WRITTEN.map(read) };
  } finally {
    db.close();
  }
}

/** One prepared statement a table, all in one transaction. */
export function insertRows(db: Database, tables: readonly Table[]): void {
  db.transaction(() => {
    for (const { insert, rows } of tables) {
      const statement = db.prepare(insert);
      for (const row of rows) statement.run(row);
    }
  })();
}

export const rowCount = ({ written }: SyncedRows): number =>
  written.reduce((sum, { rows }) => sum + rows.length, 0);
