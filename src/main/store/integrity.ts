import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError, diskFull, noRoom } from '../../shared/rpc/errors.ts';
import type { Database } from './connection.ts';

/** Up to this size the check is so quick (some tens of milliseconds) that it is done at every start. */
const ALWAYS_CHECKED_BYTES = 8 * 1024 * 1024;
/** With less than this left, SQLite cannot make the files it works with, and calls that an I/O error. */
const OPENING_BYTES = 256 * 1024;
const DAY_MS = 86_400_000;
const CHECKED_AT = 'integrity.checked-at';

/**
 * Reads the file's structure (`PRAGMA quick_check`) before anything trusts it: always while it is small, else at
 * most once a day, which a writable connection remembers.
 * @throws AppError INTERNAL, detail `damaged`
 */
export function checkIntegrity(db: Database, bytes: number, now: Date, file: string): void {
  const large = bytes > ALWAYS_CHECKED_BYTES;
  if (large && checkedWithinADay(db, now)) return;
  requireSound(db, file);
  if (large && !db.readonly) {
    db.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ).run(CHECKED_AT, now.toISOString());
  }
}

/**
 * Fails unless SQLite finds the file's structure sound. `integrity_check` also compares every index with its table.
 * @throws AppError INTERNAL, detail `damaged`
 */
export function requireSound(
  db: Database,
  file: string,
  check: 'quick_check' | 'integrity_check' = 'quick_check',
): void {
  const findings = db.prepare<[], string>(`PRAGMA ${check}(1)`).pluck().all();
  if (findings.length !== 1 || findings[0] !== 'ok') throw damaged(file, new Error(findings.join('; ')));
}

/**
 * What SQLite or the file system reported, as a failure with a sentence that says what to do.
 * @param file the database the sentence speaks of
 * @param freeBytes what is left on the disk of a directory
 */
export function storeError(
  thrown: unknown,
  file: string,
  freeBytes: (directory: string) => number = bytesLeft,
): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  if (/^SQLITE_(NOTADB|CORRUPT|FORMAT)/.test(code)) return damaged(file, thrown);
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ENOENT|EEXIST)/.test(code)) {
    return new AppError(
      'PERMISSION_DENIED',
      `The database ${file} cannot be opened for writing. Check the permissions of its directory.`,
      { cause: thrown, detail: 'unwritable', command: '“--data-dir” chooses another.' },
    );
  }
  const full = diskFull(thrown, file);
  if (full !== null) return full;
  if (code.startsWith('SQLITE_IOERR') && freeBytes(dirname(file)) < OPENING_BYTES)
    return noRoom(thrown, file);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new AppError(
      'CONFLICT',
      'Another process is using the database. Wait for it to finish and try again.',
      {
        cause: thrown,
        detail: 'locked',
      },
    );
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'INTERNAL',
    `The database ${file} could not be read or written: ${text}. Check the disk, then try again.`,
    { cause: thrown },
  );
}

function damaged(file: string, cause: unknown): AppError {
  return new AppError('INTERNAL', `The database ${file} is damaged. Nothing was changed; restore a backup.`, {
    cause,
    detail: 'damaged',
    command: '“calendar-sync restore FILE” restores one.',
  });
}

function checkedWithinADay(db: Database, now: Date): boolean {
  const at = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(CHECKED_AT);
  const age = at === undefined ? Number.NaN : now.getTime() - Date.parse(at);
  // A clock that was set back must not put the check off for as long as it was wrong.
  return age >= 0 && age < DAY_MS;
}

function bytesLeft(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof BetterSqlite3.SqliteError) return thrown.code;
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return '';
}
