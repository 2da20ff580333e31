import { connect, type Database } from './connection.ts';

/** Tables of which a restored database keeps this machine's rows beside, or in place of, the backup's. */
const TABLES = ['ics_feed', 'feed_withdrawal', 'feed_booking'] as const;

type Row = Readonly<Record<string, unknown>>;

/** Rows of feeds by their table. */
export type FeedRows = ReadonlyMap<string, readonly Row[]>;

/** The feeds of the database that is about to be replaced. One from before there were any, or a damaged one, has none. */
export function readFeeds(databaseFile: string): FeedRows {
  let db: Database | undefined;
  try {
    db = connect(databaseFile);
    const open = db;
    return new Map(TABLES.map((table) => [table, open.prepare<[], Row>(`SELECT * FROM ${table}`).all()]));
  } catch {
    return new Map();
  } finally {
    db?.close();
  }
}

/**
 * Gives a restored database the feeds of this machine as they are now: a link that was replaced since the backup must
 * not come back. Feeds that only the backup has are switched off, since their links are not known here.
 */
export function keepFeeds(db: Database, own: FeedRows): void {
  db.exec('UPDATE ics_feed SET enabled = 0, published_hash = NULL');
  db.exec('DELETE FROM feed_withdrawal');
  for (const [table, rows] of own) {
    for (const row of rows) {
      const columns = Object.keys(row);
      const values = columns.map((column) => `@${column}`);
      db.prepare(`INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`).run(
        row,
      );
    }
  }
  db.exec(`
    UPDATE ics_feed SET listed_from = NULL, listed_to = NULL;
    UPDATE feed_source SET cursor = NULL, read_at = NULL;
  `);
}
