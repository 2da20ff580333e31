import type { AppError } from '../../shared/rpc/errors.ts';
import type { Database } from './connection.ts';
import { requireSound, storeError } from './integrity.ts';

/** Writing the file anew costs as much as it holds, and is worth it when this much would be given back. */
const WORTH_BYTES = 4 * 1024 * 1024;
const WORTH_SHARE = 0.25;

/** What was found, and done, in the database file. */
export interface Maintained {
  /** Null: it is sound. */
  readonly damage: AppError | null;
  /** The size of the file afterwards. */
  readonly bytes: number;
  /** What it was made smaller by. */
  readonly freedBytes: number;
}

/**
 * Looks after the file as SQLite advises for long-lived connections: checks its structure (`quick_check`), refreshes
 * the statistics of its indexes (`optimize`), writes it anew where much of it is empty (`VACUUM`), and empties the
 * write-ahead log. One that is damaged is left exactly as it is. Must not be called inside a transaction.
 * @throws AppError such as a full disk; the file is as it was then
 */
export function maintain(db: Database): Maintained {
  const file = db.name;
  const before = sizeOf(db);
  try {
    requireSound(db, file);
  } catch (error) {
    return { damage: storeError(error, file), bytes: before, freedBytes: 0 };
  }
  try {
    db.pragma('optimize');
    const free = Number(db.pragma('freelist_count', { simple: true })) * pageSize(db);
    const isWorthIt = free >= WORTH_BYTES && free >= WORTH_SHARE * before;
    if (isWorthIt) db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = sizeOf(db);
    return { damage: null, bytes, freedBytes: isWorthIt ? Math.max(0, before - bytes) : 0 };
  } catch (error) {
    throw storeError(error, file);
  }
}

const pageSize = (db: Database): number => Number(db.pragma('page_size', { simple: true }));

/** What the file holds once the write-ahead log is emptied into it. */
const sizeOf = (db: Database): number => Number(db.pragma('page_count', { simple: true })) * pageSize(db);
