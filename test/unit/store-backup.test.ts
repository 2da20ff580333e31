import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccountRepository } from '../../src/main/store/account-repository.ts';
import { backupTo, checkBackupPlace } from '../../src/main/store/backup.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { MappingRepository } from '../../src/main/store/mapping-repository.ts';
import { MetaRepository } from '../../src/main/store/meta-repository.ts';
import { migrations } from '../../src/main/store/migrations/index.ts';
import { inspectBackup, type Restored, restoreFrom } from '../../src/main/store/restore.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import {
  addAccount,
  addKnowledge,
  addMapping,
  count,
  cursorOf,
  failure,
  fileHolds,
  modeOf,
  open,
  silent,
  temporaryDirectory,
  testClock,
  touched,
} from './store-support.ts';

const CANARY = 'CANARY-sealed-bytes-of-a-token-0123456789';

let directory: string;
let file: string;
let backup: string;

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, 'calendar-sync.sqlite');
  backup = join(directory, 'backup.sqlite');
});

const addSecret = (db: Database, owner: string, sealed = CANARY): void => {
  db.prepare(
    "INSERT OR REPLACE INTO secret VALUES (?, 'tokens', 'key-1', x'000102030405060708090a0b', ?)",
  ).run(owner, Buffer.from(sealed));
};

describe('a backup', () => {
  it('has everything but the secrets, not even on a freed page', () => {
    const db = open({ file });
    addAccount(db);
    addMapping(db);
    for (let index = 0; index < 50; index += 1)
      addSecret(db, `owner-${index}`, `${CANARY}${'x'.repeat(5_000)}`);
    db.exec("DELETE FROM secret WHERE owner < 'owner-3'");
    expect(fileHolds(`${file}-wal`, CANARY)).toBe(true);

    backupTo(db, backup);

    expect(fileHolds(backup, CANARY)).toBe(false);
    const copy = new BetterSqlite3(backup, { readonly: true });
    expect(
      ['external_calendar_account', 'calendar_mapping', 'secret'].map((table) => count(copy, table)),
    ).toEqual([1, 1, 0]);
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
    expect(count(db, 'secret')).toBeGreaterThan(0);
  });

  it('is private, one file, and takes the place of an older one', () => {
    const db = open({ file });
    writeFileSync(backup, 'an older backup', { mode: 0o644 });
    writeFileSync(`${backup}.partial`, 'left by a crash');

    backupTo(db, backup);

    expect(modeOf(backup)).toBe('600');
    expect(readFileSync(backup).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(readdirSync(directory).filter((name) => name.startsWith('backup.'))).toEqual(['backup.sqlite']);
  });

  it('that cannot be written leaves what was there', async () => {
    const db = open({ file });

    expect(await failure(() => backupTo(db, join(directory, 'none', 'b.sqlite')))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/b\.sqlite could not be written/),
    });
  });
});

describe('what the program itself needs, by another name,', () => {
  const names: [string, (elsewhere: string) => string][] = [
    ['through a linked folder', (elsewhere) => join(elsewhere, 'folder', 'calendar-sync.sqlite')],
    ['through a link', (elsewhere) => join(elsewhere, 'link')],
    ['as a second name of the same file', (elsewhere) => join(elsewhere, 'hard')],
  ];
  let elsewhere: string;
  beforeEach(() => {
    elsewhere = temporaryDirectory();
    open({ file }).close();
    symlinkSync(directory, join(elsewhere, 'folder'));
    symlinkSync(file, join(elsewhere, 'link'));
    linkSync(file, join(elsewhere, 'hard'));
  });

  it.each([
    ...names,
    ['in capitals', () => join(directory, 'Calendar-Sync.SQLITE')],
    ['with the settings in capitals', () => join(directory, 'SETTINGS.json')],
  ])('%s: is no place for a backup', async (_, name) => {
    const db = open({ file });
    expect(await failure(() => checkBackupPlace(db, name(elsewhere)))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it.each(names)('%s: is no backup to restore', async (_, name) => {
    const options = { backupsDir: join(directory, 'backups'), clock: testClock(), log: silent };
    const restoring = () => restoreFrom({ file: name(elsewhere), databaseFile: file, ...options });
    expect(await failure(restoring)).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('is the database itself'),
    });
  });

  it.each([
    ['restoring', restoreFrom],
    ['inspecting', inspectBackup],
  ])('a backup that stands where the copy for %s goes is refused, and stays', async (purpose, use) => {
    const options = { backupsDir: join(directory, 'backups'), clock: testClock(), log: silent };
    const inTheWay = `${file}.${purpose}`;
    backupTo(open({ file }), inTheWay);
    const refused = await failure(() => use({ file: inTheWay, databaseFile: file, ...options }));
    expect(refused).toMatchObject({ code: 'INVALID_INPUT' });
    expect(existsSync(inTheWay)).toBe(true);
  });

  it('does not keep a backup out of its folder, nor out of another', () => {
    const db = open({ file });
    for (const place of [backup, join(elsewhere, 'calendar-sync.sqlite'), join(elsewhere, 'none', 'b')])
      expect(() => checkBackupPlace(db, place)).not.toThrow();
  });
});

describe('restoring', () => {
  const restore = (from = backup): Restored =>
    restoreFrom({
      file: from,
      databaseFile: file,
      backupsDir: join(directory, 'backups'),
      clock: testClock(),
      log: silent,
    });

  /** A profile with two accounts, a mapping and what is known of it, backed up and closed. */
  function backedUp(): void {
    const db = open({ file });
    addAccount(db);
    addAccount(db, { id: 'account-2', subject: 'subject-2', email: 'two@example.com' });
    addAccount(db, { id: 'feed', provider: 'ics', subject: 'https://example.com/a.ics', access: 'read' });
    addMapping(db);
    addKnowledge(db, 'mapping-1');
    new MappingRepository(db).markBlocksAdopted('mapping-1');
    const meta = new MetaRepository(db);
    meta.set('vault.salt', 'old salt');
    meta.set('enrolment', 'old enrolment');
    meta.set('capabilities', 'backed up');
    addSecret(db, 'account-1');
    backupTo(db, backup);
    db.close();
  }

  it('brings back what was backed up, listed afresh and with nothing on its way', () => {
    backedUp();
    const emptied = open({ file });
    new AccountRepository(emptied).remove('account-1');
    emptied.close();

    expect(restore()).toMatchObject({ accounts: 3, mappings: 1 });

    const db = open({ file });
    expect(new MappingRepository(db).get('mapping-1')?.calendarId).toBe('primary');
    expect(cursorOf(db)).toBeNull();
    expect(db.prepare('SELECT cursor FROM booking_source').pluck().get()).toBeNull();
    expect(new MappingRepository(db).blocksAdopted('mapping-1')).toBe(false);
    expect(touched(db)).toEqual(['mapping-1 booking booking-1', 'mapping-1 event event-1']);
    expect([
      count(db, 'event_mapping'),
      count(db, 'journal'),
      count(db, "hold WHERE state = 'open'"),
    ]).toEqual([1, 0, 0]);
    expect(modeOf(file)).toBe('600');
    expect(readdirSync(directory).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  it("keeps this machine's sign-ins, and asks for those it does not have", () => {
    backedUp();
    const now = open({ file });
    addSecret(now, 'account-1', 'the newest token');
    addSecret(now, 'booking-api', 'device token');
    new MetaRepository(now).set('vault.salt', 'new salt');
    new MetaRepository(now).set('enrolment', 'new enrolment');
    now.close();

    expect(restore().needSignIn).toEqual([{ id: 'account-2', email: 'two@example.com' }]);

    const db = open({ file });
    const secrets = db
      .prepare<[], { owner: string; sealed: Buffer }>('SELECT owner, sealed FROM secret ORDER BY owner')
      .all();
    expect(secrets.map(({ owner, sealed }) => [owner, sealed.toString()])).toEqual([
      ['account-1', 'the newest token'],
      ['booking-api', 'device token'],
    ]);
    expect(new AccountRepository(db).list().map(({ id, state }) => [id, state])).toEqual([
      ['account-1', 'connected'],
      ['account-2', 'needs-sign-in'],
      ['feed', 'read-only'],
    ]);
    const meta = new MetaRepository(db);
    expect(['vault.salt', 'enrolment', 'capabilities'].map((key) => meta.get(key))).toEqual([
      'new salt',
      'new enrolment',
      'backed up',
    ]);
  });

  it('gives a secret to nobody but the account it was sealed for', () => {
    backedUp();
    const now = open({ file });
    now.exec("UPDATE external_calendar_account SET subject = 'somebody else' WHERE id = 'account-1'");
    now.close();

    expect(restore().needSignIn.map(({ id }) => id)).toEqual(['account-1', 'account-2']);
  });

  it('takes no secret from the backup', () => {
    backedUp();
    const planted = new BetterSqlite3(backup);
    addSecret(planted, 'account-2', CANARY);
    planted.close();
    rmSync(file);

    restore();

    expect(fileHolds(file, CANARY)).toBe(false);
    expect(count(open({ file }), 'secret')).toBe(0);
  });

  it('keeps the database it replaces, without its secrets', () => {
    backedUp();
    const now = open({ file });
    addAccount(now, { id: 'account-9', subject: 'subject-9' });
    now.close();

    const { keptAs } = restore();

    expect(keptAs).toBe(join(directory, 'backups', 'calendar-sync-replaced-20261123T090000000Z.sqlite'));
    expect(modeOf(keptAs ?? '')).toBe('600');
    const kept = new BetterSqlite3(keptAs ?? '', { readonly: true });
    expect(new AccountRepository(kept).get('account-9')).not.toBeNull();
    expect(count(kept, 'secret')).toBe(0);
    kept.close();
  });

  it('can be undone with what it kept', () => {
    backedUp();
    const now = open({ file });
    addAccount(now, { id: 'account-9', subject: 'subject-9' });
    now.close();
    const { keptAs } = restore();

    restore(keptAs ?? '');

    const db = open({ file });
    expect(new AccountRepository(db).list()).toHaveLength(4);
    expect(db.prepare('SELECT owner FROM secret').pluck().all()).toEqual(['account-1']);
  });

  it('replaces a damaged database, and keeps its bytes', () => {
    backedUp();
    writeFileSync(file, 'damaged beyond repair');

    const { keptAs, needSignIn } = restore();

    expect(readFileSync(keptAs ?? '', 'utf8')).toBe('damaged beyond repair');
    expect(needSignIn.map(({ id }) => id)).toEqual(['account-1', 'account-2']);
    expect(count(open({ file }), 'calendar_mapping')).toBe(1);
  });

  it('works on a machine that has no database yet', () => {
    backedUp();
    rmSync(file);

    expect(restore().keptAs).toBeNull();
    expect(count(open({ file }), 'calendar_mapping')).toBe(1);
  });

  describe('changes nothing', () => {
    const tampering: Record<string, (db: BetterSqlite3.Database) => void> = {
      'has a trigger': (db) =>
        db.exec('CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM calendar_mapping; END'),
      'lacks a table': (db) => db.exec('DROP TABLE journal'),
      'has another table': (db) => db.exec('CREATE TABLE extra (x)'),
      'is of another program': (db) => db.pragma('application_id = 1'),
      'says it is empty': (db) => db.pragma('user_version = 0'),
      'refers to rows that are missing': (db) => {
        db.pragma('foreign_keys = OFF');
        db.exec('DELETE FROM external_calendar_account');
      },
      'has a mapping that makes no sense': (db) => db.exec(`UPDATE calendar_mapping SET skip = '{"x":1}'`),
      'has an event that makes no sense': (db) => db.exec("UPDATE observed_event SET content = 'nonsense'"),
    };

    it.each(Object.entries(tampering))('when the backup %s', async (_, tamper) => {
      backedUp();
      const db = new BetterSqlite3(backup);
      tamper(db);
      db.close();
      const before = readFileSync(file);

      expect(await failure(() => restore())).toMatchObject({ code: 'INVALID_INPUT', detail: 'not-a-backup' });

      expect(readFileSync(file).equals(before)).toBe(true);
      expect(existsSync(join(directory, 'backups'))).toBe(false);
      expect(readdirSync(directory).sort()).toEqual(['backup.sqlite', 'calendar-sync.sqlite']);
    });

    it('when the backup is newer', async () => {
      backedUp();
      const db = new BetterSqlite3(backup);
      db.pragma(`user_version = ${migrations.length + 1}`);
      db.close();

      expect(await failure(() => restore())).toMatchObject({ code: 'CONFLICT', detail: 'newer-schema' });
    });

    it('when the backup is not there, is a directory, or is the database', async () => {
      backedUp();

      expect((await failure(() => restore(join(directory, 'none')))).code).toBe('NOT_FOUND');
      expect((await failure(() => restore(directory))).code).toBe('NOT_FOUND');
      expect((await failure(() => restore(file))).code).toBe('INVALID_INPUT');
      expect(count(open({ file }), 'calendar_mapping')).toBe(1);
    });

    it('or leaves a sound database, whatever the bytes of the backup are', () => {
      backedUp();
      const sound = readFileSync(backup);
      const original = readFileSync(file);
      const position = fc.nat({ max: statSync(backup).size - 1 });
      const damage = fc.oneof(
        fc.array(fc.tuple(position, fc.nat({ max: 255 })), { minLength: 1, maxLength: 40 }).map((edits) => {
          const bytes = Buffer.from(sound);
          for (const [at, value] of edits) bytes[at] = value;
          return bytes;
        }),
        position.map((length) => sound.subarray(0, length)),
        fc.uint8Array({ maxLength: 4_096 }).map((bytes) => Buffer.from(bytes)),
      );

      fc.assert(
        fc.property(damage, (bytes) => {
          writeFileSync(backup, bytes);
          const refused = isRefused(restore);
          expect(refused && !readFileSync(file).equals(original)).toBe(false);
          const db = open({ file });
          expect(new MappingRepository(db).list().length).toBeLessThanOrEqual(1);
          expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
          db.close();
          writeFileSync(file, original);
        }),
        { seed: 20261211, numRuns: 100 },
      );
    });
  });
});

/** Whether it failed as it should, with a sentence; any other failure is thrown. */
function isRefused(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}
