import type { Database } from './connection.ts';
import { all, type Condition, number } from './sync-log-filter.ts';

/** Columns by whose value an entry is found as a whole. */
const IDS = ['booking_id', 'external_id', 'technician_id', 'project_id'] as const;

/** Columns whose words are looked at. */
const WORDS = 'technician_id, project_id, booking_id, external_id, message';

/** Written so fast that nobody waits for it. */
const CHUNK = 500;

/** Where what is searched for is found. */
export type Found =
  /** It is the id of a technician, project, booking or event. */
  | { readonly kind: 'id'; readonly condition: Condition; readonly tallied: boolean }
  /** Its words are in entries up to `indexedTo` by their index, and in later ones by looking at each. */
  | { readonly kind: 'words'; readonly indexed: Condition; readonly later: Condition }
  | { readonly kind: 'nowhere' };

/**
 * An id finds exactly the entries about it; any other text the entries that have all its words in their ids or in what
 * they say, of the last one at least the beginning, without regard to case and accents. In entries that are not indexed
 * yet, a word is found in the midst of others too.
 */
export function find(db: Database, text: string): Found {
  const ids = IDS.filter(
    (column) =>
      db.prepare<[string], number>(`SELECT 1 FROM sync_log WHERE ${column} = ? LIMIT 1`).pluck().get(text) ===
      1,
  );
  if (ids.length > 0) {
    return {
      kind: 'id',
      condition: {
        sql: `(${ids.map((column) => `${column} = @id`).join(' OR ')})`,
        parameters: { id: text },
      },
      tallied: ids.length === 1 && (ids[0] === 'technician_id' || ids[0] === 'project_id'),
    };
  }
  // As FTS5's unicode61 divides text: at whatever is neither letter nor number (https://www.sqlite.org/fts5.html).
  const words = text.match(/[\p{L}\p{N}\p{Co}\p{M}]+/gu) ?? [];
  if (words.length === 0) return { kind: 'nowhere' };
  const from = { indexedTo: indexedTo(db) };
  return {
    kind: 'words',
    indexed: {
      sql: 'sync_log_words MATCH @match',
      parameters: { match: `${words.map((word) => `"${word}"`).join(' ')}*` },
    },
    later: all([
      { sql: 'id > @indexedTo', parameters: from },
      ...words.map((word, index) => ({
        sql: `concat_ws(' ', ${WORDS}) LIKE @word${index}`,
        parameters: { [`word${index}`]: `%${word}%` },
      })),
    ]),
  };
}

const indexedTo = (db: Database): number =>
  number(db, 'SELECT indexed_to FROM sync_log_words_state WHERE @one = 1', { one: 1 });

/**
 * Brings the index of words some way forward. A few milliseconds of work.
 * @returns whether there is more
 */
export function indexSome(db: Database): boolean {
  return db
    .transaction(() => {
      const after = indexedTo(db);
      const to =
        db
          .prepare<[number, number], number | null>(
            'SELECT max(id) FROM (SELECT id FROM sync_log WHERE id > ? ORDER BY id LIMIT ?)',
          )
          .pluck()
          .get(after, CHUNK) ?? null;
      if (to === null) return false;
      db.prepare<[number, number]>(
        `INSERT INTO sync_log_words (rowid, ${WORDS}) SELECT id, ${WORDS} FROM sync_log WHERE id > ? AND id <= ?`,
      ).run(after, to);
      db.prepare<[number]>('UPDATE sync_log_words_state SET indexed_to = ?').run(to);
      return true;
    })
    .immediate();
}
