import type { LogFilter } from '../../shared/domain/sync-log.ts';
import type { Database } from './connection.ts';
import { all, type Condition, number, toInstant } from './sync-log-filter.ts';

/** Columns by whose value an entry is found as a whole. */
const IDS = ['booking_id', 'external_id', 'technician_id', 'project_id'] as const;

/** Columns whose words are looked at. */
const WORDS = 'technician_id, project_id, booking_id, external_id, message';

/** Before a status and a provider in the index of words. The trigger that removes from it has the same. */
const STATUS_MARK = 0xe000;
const PROVIDER_MARK = 0xe001;
const KIND = `concat_ws(' ', char(${STATUS_MARK}) || status, char(${PROVIDER_MARK}) || provider)`;

/** Written so fast that nobody waits for it. */
const CHUNK = 500;

/** Where what is searched for is found. */
export type Found =
  /** It is the id of a technician, project, booking or event. */
  | { readonly kind: 'id'; readonly condition: Condition; readonly tallied: boolean }
  /** Its words are in entries by their index, which `match` asks, and in `later` ones by looking at each. */
  | { readonly kind: 'words'; readonly match: string; readonly later: Condition }
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
    match: [...words.slice(0, -1).map(quoted), ...words.slice(-1).map((word) => begunWith(db, word))].join(
      ' AND ',
    ),
    later: all([
      { sql: 'id > @indexedTo', parameters: from },
      ...words.map((word, index) => ({
        sql: `concat_ws(' ', ${WORDS}) LIKE @word${index}`,
        parameters: { [`word${index}`]: `%${word}%` },
      })),
    ]),
  };
}

const quoted = (word: string): string => `"${word}"`;

/** Beginnings up to this long have an index of their own. */
const SHORT = 4;
/** Of more words than this, looking through all that begin so is quicker. */
const FEW = 8;

/** Asks for whatever begins with a word. The few words that do are much quicker to ask for than their beginning. */
function begunWith(db: Database, word: string): string {
  const prefix = word.toLowerCase();
  const beginning = `${quoted(word)}*`;
  // How FTS5 folds other letters is its own affair.
  if (prefix.length <= SHORT || !/^[a-z0-9]+$/.test(prefix)) return beginning;
  const next = db
    .prepare<[string], string>('SELECT term FROM sync_log_terms WHERE term >= ? LIMIT 1')
    .pluck();
  const terms: string[] = [];
  let term = next.get(prefix);
  while (term?.startsWith(prefix)) {
    if (terms.length === FEW) return beginning;
    terms.push(term);
    term = next.get(`${term}\u0001`);
  }
  return terms.length === 0 ? beginning : `(${terms.map(quoted).join(' OR ')})`;
}

interface Piece {
  readonly after: number;
  readonly last: number;
  /** Whether all its entries are of the time that is asked for: nobody has to look at theirs. */
  readonly whole: 0 | 1;
}

/**
 * What of the index a search lets through, as a condition on `sync_log_words`; null when nothing can be. It reads
 * entries only where the time that is asked for begins and ends.
 */
export function indexedCondition(
  db: Database,
  { match }: Extract<Found, { kind: 'words' }>,
  { status, provider, from, to }: LogFilter,
): Condition | null {
  // Anything else is the provider of no entry, and might be more than one word.
  if (provider !== undefined && !/^[a-z0-9]+$/.test(provider)) return null;
  const kinds = [
    ...(status === undefined ? [] : [quoted(String.fromCodePoint(STATUS_MARK) + status)]),
    ...(provider === undefined ? [] : [quoted(String.fromCodePoint(PROVIDER_MARK) + provider)]),
  ];
  const matching: Condition = {
    sql: 'sync_log_words MATCH @match',
    parameters: { match: [match, ...kinds].join(' AND ') },
  };
  if (from === undefined && to === undefined) return matching;
  const span = { from: toInstant(from) ?? '', to: toInstant(to) ?? '~' };
  const pieces = piecesOf(db, span);
  const [newest, oldest] = [pieces.at(0), pieces.at(-1)];
  if (newest === undefined || oldest === undefined) return null;
  const inside = longest(pieces.filter(({ whole }) => whole === 1));
  const within: Condition = {
    sql: `rowid > @after AND rowid <= @last AND (rowid > @insideAfter AND rowid <= @insideLast
      OR EXISTS (SELECT 1 FROM sync_log WHERE id = sync_log_words.rowid AND at >= @from AND at < @to))`,
    parameters: {
      ...span,
      after: oldest.after,
      last: newest.last,
      insideAfter: inside?.after ?? 0,
      insideLast: inside?.last ?? 0,
    },
  };
  return all([matching, within]);
}

/** Pieces with entries of a time, newest first; neighbours as one. */
function piecesOf(db: Database, span: { readonly from: string; readonly to: string }): readonly Piece[] {
  const rows = db
    .prepare<[object], Piece>(
      `SELECT after_id AS after, last_id AS last, first_at >= @from AND last_at < @to AS whole
       FROM sync_log_words_piece WHERE last_at >= @from AND first_at < @to ORDER BY after_id DESC`,
    )
    .all(span);
  const pieces: Piece[] = [];
  for (const piece of rows) {
    const newer = pieces.at(-1);
    if (newer?.after === piece.last && newer.whole === piece.whole) {
      pieces[pieces.length - 1] = { ...newer, after: piece.after };
    } else pieces.push(piece);
  }
  return pieces;
}

/** As a rule there is one; more where the clock was set back. */
const longest = (pieces: readonly Piece[]): Piece | undefined =>
  pieces.toSorted((a, b) => b.last - b.after - (a.last - a.after))[0];

const indexedTo = (db: Database): number =>
  number(db, 'SELECT indexed_to FROM sync_log_words_state WHERE @one = 1', { one: 1 });

/** How many entries are not indexed yet. */
export const unindexed = (db: Database): number =>
  number(db, 'SELECT coalesce(max(id), 0) - @indexedTo FROM sync_log', { indexedTo: indexedTo(db) });

interface Chunk {
  readonly last: number | null;
  readonly firstAt: string;
  readonly lastAt: string;
}

/**
 * Brings the index of words some way forward. A few milliseconds of work.
 * @returns whether there is more
 */
export function indexSome(db: Database): boolean {
  return db
    .transaction(() => {
      const after = indexedTo(db);
      const chunk = db
        .prepare<[number, number], Chunk>(
          `SELECT max(id) AS last, min(at) AS firstAt, max(at) AS lastAt
           FROM (SELECT id, at FROM sync_log WHERE id > ? ORDER BY id LIMIT ?)`,
        )
        .get(after, CHUNK);
      if (chunk === undefined || chunk.last === null) return false;
      db.prepare<[number, number]>(
        `INSERT INTO sync_log_words (rowid, ${WORDS}, kind)
         SELECT id, ${WORDS}, ${KIND} FROM sync_log WHERE id > ? AND id <= ?`,
      ).run(after, chunk.last);
      notePiece(db, after, chunk);
      db.prepare<[number]>('UPDATE sync_log_words_state SET indexed_to = ?').run(chunk.last);
      return true;
    })
    .immediate();
}

/** Notes of which time a piece is. A run writes few entries: the newest piece takes them in until it is large enough. */
function notePiece(db: Database, after: number, { last, firstAt, lastAt }: Chunk): void {
  // Ids that were given anew are not those that were indexed before.
  db.prepare<[number]>('DELETE FROM sync_log_words_piece WHERE after_id >= ?').run(after);
  db.prepare<[object]>('UPDATE sync_log_words_piece SET last_id = @after WHERE last_id > @after').run({
    after,
  });
  const chunk = { after, last, firstAt, lastAt, size: CHUNK };
  const grown = db
    .prepare<[object]>(
      `UPDATE sync_log_words_piece
       SET last_id = @last, first_at = min(first_at, @firstAt), last_at = max(last_at, @lastAt)
       WHERE last_id = @after AND last_id - after_id < @size`,
    )
    .run(chunk).changes;
  if (grown > 0) return;
  db.prepare<[object]>('INSERT INTO sync_log_words_piece VALUES (@after, @last, @firstAt, @lastAt)').run(
    chunk,
  );
}

/** Forgets pieces with nothing from an instant on. */
export function forgetPieces(db: Database, before: Date): void {
  db.prepare<[string]>('DELETE FROM sync_log_words_piece WHERE last_at < ?').run(before.toISOString());
}
