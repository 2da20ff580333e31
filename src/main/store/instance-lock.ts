import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock } from '../ports.ts';
import { storeError } from './integrity.ts';

const RETRY_MS = 50;

/** Held while one process owns the data directory. */
export interface InstanceLock {
  /** Gives the data directory up. Harmless when repeated. */
  release(): void;
}

// The driver closes a connection that nothing refers to, and with it the lock would silently be gone.
const held = new Set<BetterSqlite3.Database>();

/**
 * Makes this process the owner of a data directory, by an exclusive transaction on a tiny database of its own. It is
 * the operating system's lock: it ends with the process, however that ends, and the file that remains means nothing.
 *
 * @param file the lock's own database, beside the real one
 * @param options.waitMs how long to wait for another owner to go; 0 asks once
 * @throws AppError CONFLICT, detail `locked`, when another process (or this one) owns it
 */
export async function acquireLock(
  file: string,
  options: { readonly clock: Clock; readonly waitMs: number },
): Promise<InstanceLock> {
  const { clock, waitMs } = options;
  const deadline = clock.now().getTime() + waitMs;
  for (;;) {
    const lock = tryLock(file);
    if (lock) return lock;
    const left = deadline - clock.now().getTime();
    if (left <= 0) {
      throw new AppError(
        'CONFLICT',
        'Another Calendar Sync is using this data directory. Quit it and try again.',
        { detail: 'locked', command: '“--data-dir” chooses another directory.' },
      );
    }
    await clock.sleep(Math.min(RETRY_MS, left));
  }
}

function tryLock(file: string): InstanceLock | null {
  let db: BetterSqlite3.Database | undefined;
  try {
    createOnce(file);
    db = new BetterSqlite3(file, { timeout: 0 });
    // Nothing is ever written, so no journal needs to stand beside the lock.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    if (error instanceof BetterSqlite3.SqliteError && error.code === 'SQLITE_NOTADB') {
      throw new AppError('INTERNAL', `The lock ${file} is damaged. Delete the file and try again.`, {
        cause: error,
        detail: 'damaged',
      });
    }
    throw storeError(error, file);
  }
  const connection = db;
  held.add(connection);
  return {
    release() {
      if (held.delete(connection)) connection.close();
    },
  };
}

function createOnce(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Never opened once it exists: closing it here would drop this process's own lock on it.
    // https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
