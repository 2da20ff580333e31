import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Account } from '../../shared/domain/account.ts';
import type { BackupContent } from '../../shared/domain/backup-content.ts';
import { Mapping } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { AccountRepository } from './account-repository.ts';
import { backupFile, backupTo, pruneBackups, replaceFile } from './backup.ts';
import { connect, type Database } from './connection.ts';
import { migrate, requireKnown } from './database.ts';
import { requireSound, storeError } from './integrity.ts';
import { MappingRepository, touchEverything } from './mapping-repository.ts';
import { migrations as allMigrations, type Migration } from './migrations/index.ts';
import { keepFeeds, readFeeds } from './own-feeds.ts';
import { isSameFile } from './own-files.ts';

/** Facts in `meta` that belong to this machine and its secrets rather than to what was backed up. */
const OWN_FACTS = "key = 'vault.salt' OR key GLOB 'enrolment*'";

export interface RestoreOptions {
  /** The backup. It is only read. */
  readonly file: string;
  /** The database to replace. Nobody may have it open: hold the instance lock and close it first. */
  readonly databaseFile: string;
  readonly backupsDir: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface Restored {
  /** Where the database that was replaced is kept; null when there was none. */
  readonly keptAs: string | null;
  readonly accounts: number;
  readonly mappings: number;
  /** Accounts whose tokens this machine does not have. */
  readonly needSignIn: readonly { readonly id: string; readonly email: string }[];
}

/**
 * Puts a backup in the place of the database. The backup is checked, migrated and prepared in a copy first, so that a
 * refused one changes nothing. Sign-ins and enrolment of this machine are carried over; cursors are dropped, so that
 * the next run lists both sides afresh and adopts what was made since the backup.
 *
 * @throws AppError INVALID_INPUT when the file is no sound backup; CONFLICT (`newer-schema`) when a later version of
 *   the program made it; NOT_FOUND when it is not there; PERMISSION_DENIED when it may not be read
 */
export function restoreFrom(options: RestoreOptions): Restored {
  const { file, databaseFile, backupsDir, clock, log } = options;
  if (isSameFile(file, databaseFile)) {
    throw new AppError('INVALID_INPUT', `${file} is the database itself. Choose a backup.`);
  }
  const candidate = candidateBeside(databaseFile, 'restoring', file);
  try {
    mkdirSync(dirname(databaseFile), { recursive: true, mode: 0o700 });
    removeDatabase(candidate);
    copyBackup(file, candidate);
    const restored = prepare(candidate, options);
    const keptAs = existsSync(databaseFile) ? keepReplaced(databaseFile, backupsDir, clock.now()) : null;
    for (const suffix of ['-wal', '-shm', '-journal']) rmSync(databaseFile + suffix, { force: true });
    replaceFile(candidate, databaseFile);
    log('info', 'store', `Restored ${file}`, { keptAs, needSignIn: restored.needSignIn.length });
    return { ...restored, keptAs };
  } catch (error) {
    throw storeError(error, databaseFile);
  } finally {
    removeDatabase(candidate);
  }
}

/** Where a backup is copied to first: it takes the place of whatever an end of the process has left there. */
function candidateBeside(databaseFile: string, purpose: 'restoring' | 'inspecting', backup: string): string {
  const candidate = `${databaseFile}.${purpose}`;
  if (!isSameFile(backup, candidate)) return candidate;
  throw new AppError(
    'INVALID_INPUT',
    `${backup} is in the place that backups are copied to first. Move it to another place and choose it there.`,
  );
}

function copyBackup(file: string, candidate: string): void {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new AppError('NOT_FOUND', `There is no backup ${file}. Check the path and try again.`);
  }
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    const message = `The backup ${file} may not be read. Allow it to be read, or choose another.`;
    throw new AppError('PERMISSION_DENIED', message, { cause });
  }
  try {
    copyFileSync(file, candidate);
  } catch (error) {
    throw storeError(error, candidate);
  }
  chmodSync(candidate, 0o600);
}

/**
 * What a backup would bring, without touching anything but a copy that is gone afterwards.
 * @throws AppError as `restoreFrom` does
 */
export function inspectBackup({
  file,
  databaseFile,
  log,
}: Pick<RestoreOptions, 'file' | 'databaseFile' | 'log'>): BackupContent {
  const candidate = candidateBeside(databaseFile, 'inspecting', file);
  try {
    removeDatabase(candidate);
    copyBackup(file, candidate);
    return withSoundCopy(candidate, file, log, (db) => ({
      savedAt: statSync(file).mtime.toISOString(),
      accounts: new AccountRepository(db).list().map(({ provider, email }) => ({ provider, email })),
      mappings: new MappingRepository(db).list().length,
    }));
  } finally {
    removeDatabase(candidate);
  }
}

/** Checks the copy, brings it up to date and makes it this machine's. Leaves one closed file without a log. */
function prepare(candidate: string, { file, databaseFile, log }: RestoreOptions): Omit<Restored, 'keptAs'> {
  return withSoundCopy(candidate, file, log, (db) => {
    makeOwn(db, databaseFile);
    const accounts = new AccountRepository(db).list();
    return {
      accounts: accounts.length,
      mappings: new MappingRepository(db).list().length,
      needSignIn: accounts
        .filter(({ state }) => state === 'needs-sign-in')
        .map(({ id, email }) => ({ id, email })),
    };
  });
}

/** A copy that was checked and brought up to date, for as long as `use` takes. */
function withSoundCopy<T>(candidate: string, file: string, log: Log, use: (db: Database) => T): T {
  let db: Database | undefined;
  try {
    db = connect(candidate);
    requireBackup(db, file);
    db.pragma('journal_mode = DELETE');
    // What is deleted here may be somebody's sealed tokens; they shall not stay on a freed page.
    db.pragma('secure_delete = ON');
    migrate(db, allMigrations, () => {}, log);
    requireContent(db, file);
    return use(db);
  } catch (error) {
    throw refusal(error, file);
  } finally {
    db?.close();
  }
}

/** A backup is exactly what this program writes: anything else in its schema, such as a trigger, would run later. */
function requireBackup(db: Database, file: string): void {
  const version = requireKnown(db, allMigrations.length, file);
  if (version === 0) throw notABackup(file, new Error('It is empty.'));
  requireSound(db, file, 'integrity_check');
  if (schemaOf(db) !== expectedSchema(allMigrations.slice(0, version))) {
    throw notABackup(file, new Error('Its tables are not those of its version.'));
  }
  if (db.prepare('PRAGMA foreign_key_check').all().length > 0) {
    throw notABackup(file, new Error('It has references to rows that are missing.'));
  }
}

/** What is stored as text must be what the program would have written there. */
function requireContent(db: Database, file: string): void {
  Account.array().parse(new AccountRepository(db).list());
  Mapping.array().parse(new MappingRepository(db).list());
  for (const table of ['observed_event', 'observed_booking', 'feed_booking']) {
    if (db.prepare(`SELECT 1 FROM ${table} WHERE NOT json_valid(content) LIMIT 1`).get() !== undefined) {
      throw notABackup(file, new Error(`Its ${table} is not readable.`));
    }
  }
}

function expectedSchema(steps: readonly Migration[]): string {
  const db = connect(':memory:');
  try {
    for (const step of steps) db.exec(step.sql);
    return schemaOf(db);
  } finally {
    db.close();
  }
}

function schemaOf(db: Database): string {
  const objects = db
    .prepare(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'
       ORDER BY type, name`,
    )
    .raw()
    .all();
  return JSON.stringify(objects);
}

function makeOwn(db: Database, databaseFile: string): void {
  const own = readOwn(databaseFile);
  const feeds = existsSync(databaseFile) ? readFeeds(databaseFile) : new Map();
  db.transaction(() => {
    db.exec('DELETE FROM secret');
    db.exec(`DELETE FROM meta WHERE ${OWN_FACTS}`);
    for (const { key, value } of own.facts) db.prepare('INSERT INTO meta VALUES (?, ?)').run(key, value);
    const carry = db.prepare<OwnSecret>(
      `INSERT INTO secret SELECT @owner, @purpose, @key_id, @nonce, @sealed
       WHERE @provider IS NULL OR EXISTS (SELECT 1 FROM external_calendar_account
         WHERE id = @owner AND provider = @provider AND subject = @subject)`,
    );
    for (const secret of own.secrets) carry.run(secret);
    // A public ICS feed has no secret; every other account signs in with one.
    db.exec(
      `UPDATE external_calendar_account SET state = 'needs-sign-in', token_expires_at = NULL,
         error_code = 'AUTH_EXPIRED', error_message = 'Restored from a backup. Connect this account again.'
       WHERE provider <> 'ics' AND id NOT IN (SELECT owner FROM secret)`,
    );
    db.exec(`
      UPDATE calendar SET cursor = NULL, suddenly_empty = 0;
      UPDATE booking_source SET cursor = NULL, suddenly_empty = 0;
      UPDATE calendar_mapping SET blocks_adopted = 0;
    `);
    // What was on its way when the backup was made has long arrived or not; the tags of the events tell. And what
    // somebody allowed to be deleted then is not allowed now.
    db.exec(`
      DELETE FROM journal;
      DELETE FROM journal_batch;
      UPDATE hold SET state = 'ended' WHERE state IN ('open', 'released');
    `);
    keepFeeds(db, feeds);
    for (const id of db.prepare<[], string>('SELECT id FROM calendar_mapping').pluck().all())
      touchEverything(db, id);
  })();
}

interface OwnSecret {
  readonly owner: string;
  readonly purpose: string;
  readonly key_id: string;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
  /** Whose account it is; null for what belongs to the installation. */
  readonly provider: string | null;
  readonly subject: string | null;
}

/** What only the database being replaced has: this machine's secrets and enrolment. A damaged one has none. */
function readOwn(databaseFile: string): {
  readonly secrets: readonly OwnSecret[];
  readonly facts: readonly { readonly key: string; readonly value: string }[];
} {
  if (!existsSync(databaseFile)) return { secrets: [], facts: [] };
  let db: Database | undefined;
  try {
    db = connect(databaseFile);
    return {
      secrets: db
        .prepare<[], OwnSecret>(
          `SELECT s.owner, s.purpose, s.key_id, s.nonce, s.sealed, a.provider, a.subject
           FROM secret s LEFT JOIN external_calendar_account a ON a.id = s.owner`,
        )
        .all(),
      facts: db
        .prepare<[], { key: string; value: string }>(`SELECT key, value FROM meta WHERE ${OWN_FACTS}`)
        .all(),
    };
  } catch {
    return { secrets: [], facts: [] };
  } finally {
    db?.close();
  }
}

/** Keeps the database that is about to be replaced: without tokens, or byte by byte where it cannot be read. */
function keepReplaced(databaseFile: string, backupsDir: string, now: Date): string {
  const kept = backupFile(backupsDir, 'replaced', now);
  let db: Database | undefined;
  try {
    db = connect(databaseFile);
    requireSound(db, databaseFile);
    backupTo(db, kept);
  } catch {
    for (const suffix of ['', '-wal']) {
      if (!existsSync(databaseFile + suffix)) continue;
      copyFileSync(databaseFile + suffix, kept + suffix);
      chmodSync(kept + suffix, 0o600);
    }
  } finally {
    db?.close();
  }
  pruneBackups(backupsDir);
  return kept;
}

/** Why a file was not restored, or what kept this machine from restoring it. */
function refusal(thrown: unknown, file: string): AppError {
  const error = storeError(thrown, file);
  const ownTrouble = ['newer-schema', 'unwritable', 'disk-full', 'locked'].includes(error.detail ?? '');
  return ownTrouble || error.code === 'INVALID_INPUT' ? error : notABackup(file, thrown);
}

function notABackup(file: string, cause: unknown): AppError {
  return new AppError(
    'INVALID_INPUT',
    `${file} is not a sound backup of Calendar Sync. Nothing was changed; choose another backup.`,
    { cause, detail: 'not-a-backup' },
  );
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
}
