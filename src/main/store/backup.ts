import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { AppError } from '../../shared/rpc/errors.ts';
import { copyInMemory, type Database } from './connection.ts';
import { storeError } from './integrity.ts';
import { checkForeign } from './own-files.ts';

/**
 * Writes a consistent copy of the database to `file`, mode 0600, without the tokens. The copy is made in memory and
 * stripped there, so that no sealed token ever reaches the target, not even on a freed page; whatever stood at
 * `file` is replaced at once or not at all.
 * @throws AppError PERMISSION_DENIED or INTERNAL when it cannot be written
 */
export function backupTo(db: Database, file: string): void {
  const partial = `${file}.partial`;
  const copy = copyInMemory(db);
  try {
    copy.exec('DELETE FROM secret');
    rmSync(partial, { force: true });
    // VACUUM INTO fills an empty file; creating it here gives it its mode before it has any content.
    closeSync(openSync(partial, 'wx', 0o600));
    copy.prepare('VACUUM INTO ?').run(partial);
    replaceFile(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    const failure = storeError(error, file);
    if (failure.detail !== 'unwritable') throw failure;
    throw notWritten(file, error);
  } finally {
    copy.close();
  }
}

/** A file that somebody asked for could not be written where they want it. */
export const notWritten = (file: string, cause: unknown): AppError =>
  new AppError(
    'PERMISSION_DENIED',
    `${file} could not be written. Check that its directory exists and may be written to, or choose another file.`,
    { cause, detail: 'unwritable' },
  );

/**
 * Makes sure that a backup somebody asks for takes the place of nothing the program needs, and can be found again.
 * @throws AppError INVALID_INPUT
 */
export function checkBackupPlace(db: Database, file: string): void {
  if (!isAbsolute(file)) {
    throw new AppError('INVALID_INPUT', `${file} is not a full path. Write it from the root of the disk on.`);
  }
  checkForeign(db.name, file);
}

/** Puts `source` in the place of `target` so that after a power cut there is the one or the other, whole. */
export function replaceFile(source: string, target: string): void {
  syncToDisk(source, 'r+');
  renameSync(source, target);
  // Windows cannot open a directory, and writes renames through on its own.
  if (process.platform !== 'win32') syncToDisk(dirname(target), 'r');
}

/** Why a backup was made by the program itself: before a migration from a version, or before a restore. */
export type BackupReason = `v${number}` | 'replaced';

/** Where the program keeps a backup of its own. `at` tells them apart to the millisecond. */
export function backupFile(backupsDir: string, reason: BackupReason, at: Date): string {
  mkdirSync(backupsDir, { recursive: true, mode: 0o700 });
  const stamp = at.toISOString().replaceAll(/[-:.]/g, '');
  return join(backupsDir, `calendar-sync-${reason}-${stamp}.sqlite`);
}

/** How many backups of its own the program keeps. */
export const KEPT_BACKUPS = 5;

/** Removes the program's own backups beyond the newest `keep`; what else lies in the directory is not touched. */
export function pruneBackups(backupsDir: string, keep = KEPT_BACKUPS): void {
  const own = readdirSync(backupsDir)
    .map((name) => ({
      name,
      stamp: /^calendar-sync-(?:v\d+|replaced)-(\d{8}T\d{9}Z)\.sqlite$/.exec(name)?.[1],
    }))
    .filter((entry): entry is { name: string; stamp: string } => entry.stamp !== undefined)
    .sort((one, other) => (one.stamp < other.stamp ? 1 : -1));
  for (const { name } of own.slice(keep)) {
    for (const suffix of ['', '-wal']) rmSync(join(backupsDir, name + suffix), { force: true });
  }
}

function syncToDisk(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
