import BetterSqlite3 from 'better-sqlite3';

export type Database = BetterSqlite3.Database;

export interface ConnectionOptions {
  readonly readonly?: boolean;
  /** How long a statement waits for another process's lock. Default 5 s. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens a connection with the settings every connection of ours has. The file is created by nobody but
 * `openDatabase`, which gives it its mode; `:memory:` and a serialized image work too.
 * @throws SqliteError as SQLite reports it; `storeError` turns it into a sentence
 */
export function connect(source: string | Buffer, options: ConnectionOptions = {}): Database {
  const db = new BetterSqlite3(source, {
    readonly: options.readonly ?? false,
    timeout: options.busyTimeoutMs ?? 5_000,
  });
  try {
    // A file may come from a backup somebody handed over, hence SQLite's advice for untrusted files: schema not
    // trusted, cells checked, and no memory mapping, where a truncated file would be a SIGBUS instead of an error.
    // https://www.sqlite.org/security.html
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.pragma('mmap_size = 0');
    db.pragma('foreign_keys = ON');
    // 16 MB of pages hold the whole database of a busy technician.
    db.pragma('cache_size = -16000');
    // What is staged or sorted stays in memory up to 20 MB. Beyond, as with a first listing of tens of thousands of
    // events, it goes to a file that SQLite makes for its user alone and takes out of its directory at once.
    db.pragma('temp_store = FILE');
    db.pragma('temp.cache_size = -20000');
    // What has been staged gives its room back at once; to be said before the first table.
    db.pragma('temp.auto_vacuum = FULL');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Makes writes durable against a crash of the program at the price of one fsync per checkpoint: with WAL and
 * `synchronous = NORMAL` a power cut may lose the last transactions but never the file, and what is lost is adopted
 * or planned again by the next run.
 */
export function useWriteAheadLog(db: Database): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  // 32 MB, which no run but a very first one fills: in a large run each checkpoint copies the same pages once more.
  db.pragma('wal_autocheckpoint = 8000');
  // A first listing can grow the log by tens of megabytes, which would otherwise never be given back.
  db.pragma('journal_size_limit = 4194304');
}

/** Gives back what was kept of the file's pages; what is needed of them again is read again. */
export function giveMemoryBack(db: Database): void {
  db.pragma('shrink_memory');
}

/** Runs `work` in one transaction. Within another it joins that one, which then fails or holds as a whole. */
export function inTransaction<T>(db: Database, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work)();
}

/**
 * The same data in memory, for a dry run: it may write what it likes and nothing is kept. Must not be called inside
 * a transaction, whose uncommitted rows it would copy.
 */
export function copyInMemory(db: Database): Database {
  if (db.inTransaction) throw new Error('A database cannot be copied in the middle of a transaction.');
  const image = db.serialize();
  // Bytes 18 and 19 of the header say "WAL" (2), which a database in memory refuses to open.
  // https://www.sqlite.org/fileformat2.html#file_format_version_numbers
  image[18] = 1;
  image[19] = 1;
  return connect(image);
}
