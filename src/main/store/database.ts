import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { backupFile, backupTo, KEPT_BACKUPS, pruneBackups } from './backup.ts';
import { connect, type Database, useWriteAheadLog } from './connection.ts';
import { checkIntegrity, storeError } from './integrity.ts';
import { migrations as allMigrations, type Migration } from './migrations/index.ts';

/** "CaSy": marks a SQLite file as ours (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x43615379;

export interface OpenOptions {
  /** Path of the database, or `:memory:`. */
  readonly file: string;
  readonly backupsDir: string;
  /**
   * For commands that only look. Needs no lock, writes nothing, and refuses what an ordinary open would have to
   * create or migrate first.
   */
  readonly readonly?: boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The steps to apply; only tests pass others than the program's own. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the database, creating or migrating it first where needed. A backup without tokens is kept before each
 * migration of a database that has content. A database that is newer or damaged is left exactly as it was.
 *
 * @throws AppError CONFLICT, detail `newer-schema`: written by a later version of the program
 * @throws AppError INTERNAL, detail `damaged`: not a database, or not a sound one
 * @throws AppError PERMISSION_DENIED, detail `unwritable`
 * @throws AppError PRECONDITION_FAILED, detail `needs-migration`, with `readonly` only: missing, empty or of an
 *   older schema; open it the ordinary way first
 */
export function openDatabase(options: OpenOptions): Database {
  const { file, clock, log } = options;
  const readonly = options.readonly ?? false;
  const steps = options.migrations ?? allMigrations;
  const onDisk = file !== ':memory:';
  let db: Database | undefined;
  let backups = 0;
  try {
    if (readonly && !existsSync(file)) throw needsMigration();
    if (!readonly && onDisk) prepareFile(file);
    db = connect(file, { readonly });
    const version = requireKnown(db, steps.length, file);
    if (readonly && version < steps.length) throw needsMigration();
    if (onDisk && version > 0) checkIntegrity(db, statSync(file).size, clock.now(), file);
    if (!readonly) {
      if (onDisk) useWriteAheadLog(db);
      migrate(db, steps, (from) => keepBackup(options, from), log);
    }
    return db;
  } catch (error) {
    db?.close();
    throw storeError(error, file);
  }

  function keepBackup({ backupsDir }: OpenOptions, from: number): void {
    if (!db || !onDisk) return;
    const kept = backupFile(backupsDir, `v${from}`, clock.now());
    backupTo(db, kept);
    backups += 1;
    pruneBackups(backupsDir, Math.max(KEPT_BACKUPS, backups));
    log('info', 'store', `Kept a backup before the migration: ${kept}`);
  }
}

/**
 * Brings the schema up to the last of `steps`, each step in a transaction of its own.
 * @param beforeStep called before each step of a database that has content, with the version it is at
 */
export function migrate(
  db: Database,
  steps: readonly Migration[],
  beforeStep: (fromVersion: number) => void,
  log: Log,
): void {
  const found = schemaVersion(db);
  for (const step of steps.slice(found)) {
    if (found > 0) beforeStep(step.version - 1);
    log('info', 'store', `Migrating the database to version ${step.version} (${step.name})`);
    applyStep(db, step);
  }
}

/**
 * The schema version of a file that is ours and not newer than this program; 0 for an empty one.
 * @throws AppError CONFLICT (`newer-schema`) or INTERNAL (`damaged`)
 */
export function requireKnown(db: Database, latest: number, file: string): number {
  const version = schemaVersion(db);
  if (version > latest) {
    throw new AppError(
      'CONFLICT',
      `The database ${file} was written by a newer version of Calendar Sync (schema ${version}, this version knows ${latest}). Nothing was changed; update the app, or restore a backup made by this version.`,
      { detail: 'newer-schema', command: '“calendar-sync restore FILE” restores one.' },
    );
  }
  const objects = db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
  const ours = version > 0 ? pragmaNumber(db, 'application_id') === APPLICATION_ID : objects === 0;
  if (!ours) {
    throw new AppError(
      'INTERNAL',
      `${file} is not a database of Calendar Sync. Nothing was changed; move it away, or restore a backup.`,
      { detail: 'damaged', command: '“calendar-sync restore FILE” restores one.' },
    );
  }
  return version;
}

function applyStep(db: Database, step: Migration): void {
  // Rebuilding a table drops the old one, which would cascade; references are checked at the end instead.
  // https://www.sqlite.org/lang_altertable.html#otheralter (the pragma has no effect inside a transaction)
  db.pragma('foreign_keys = OFF');
  try {
    db.transaction(() => {
      db.exec(step.sql);
      const broken = db.prepare('PRAGMA foreign_key_check').all();
      if (broken.length > 0)
        throw new Error(`Migration ${step.name} leaves ${broken.length} broken references.`);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${step.version}`);
    }).immediate();
  } finally {
    db.pragma('foreign_keys = ON');
  }
}

function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file)) {
    // By path: opening and closing the file here would drop the POSIX locks that another connection of this process
    // holds on it. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    const found = statSync(file);
    if (found.isFile() && (found.mode & 0o077) !== 0) chmodSync(file, 0o600);
  } else {
    // SQLite gives -wal and -shm the mode of the file they belong to.
    closeSync(openSync(file, 'wx', 0o600));
  }
}

function needsMigration(): AppError {
  return new AppError('PRECONDITION_FAILED', 'The database has to be created or brought up to date first.', {
    detail: 'needs-migration',
    command: 'Run “calendar-sync sync” once.',
  });
}

function schemaVersion(db: Database): number {
  return pragmaNumber(db, 'user_version');
}

function pragmaNumber(db: Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}
