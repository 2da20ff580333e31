import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyInMemory } from '../../src/main/store/connection.ts';
import { APPLICATION_ID, openDatabase } from '../../src/main/store/database.ts';
import { checkIntegrity } from '../../src/main/store/integrity.ts';
import { MetaRepository } from '../../src/main/store/meta-repository.ts';
import { type Migration, migrations } from '../../src/main/store/migrations/index.ts';
import {
  addAccount,
  addMapping,
  count,
  failure,
  modeOf,
  open,
  openInMemory,
  silent,
  temporaryDirectory,
  testClock,
} from './store-support.ts';

let directory: string;
let file: string;
const backups = (): string[] =>
  existsSync(join(directory, 'backups')) ? readdirSync(join(directory, 'backups')) : [];

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, 'calendar-sync.sqlite');
});

describe('opening', () => {
  it('creates a database that only its owner may read, log and shared memory included', () => {
    const db = open({ file });
    addAccount(db);

    expect(['', '-wal', '-shm'].map((suffix) => modeOf(file + suffix))).toEqual(['600', '600', '600']);
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(backups()).toEqual([]);
  });

  it('finds what was written before', () => {
    const first = open({ file });
    addAccount(first);
    first.close();

    expect(count(open({ file }), 'external_calendar_account')).toBe(1);
  });

  it('tightens the mode of a file that others could read', () => {
    open({ file }).close();
    chmodSync(file, 0o644);

    open({ file });

    expect(modeOf(file)).toBe('600');
  });

  it('says which directory it may not write to', async () => {
    writeFileSync(join(directory, 'file'), '');

    const error = await failure(() => open({ file: join(directory, 'file', 'calendar-sync.sqlite') }));

    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'unwritable' });
    expect(error.message).toContain(directory);
  });

  it('says so when another user owns the directory', () => {
    chmodSync(directory, 0o755);
    const target = process.getuid?.() === 0 ? directory : join(directory, 'closed');
    if (target !== directory) mkdirSync(target, { mode: 0o500 });
    const script = `
      import { openDatabase } from ${JSON.stringify(new URL('../../src/main/store/database.ts', import.meta.url).href)};
      try {
        openDatabase({ file: ${JSON.stringify(join(target, 'db.sqlite'))}, backupsDir: '/nowhere', clock: { now: () => new Date() }, log() {} });
      } catch (error) { process.stdout.write(error.code + ' ' + error.detail); }`;

    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
    });

    expect(child.stdout).toBe('PERMISSION_DENIED unwritable');
  });
});

describe('a database that cannot be used', () => {
  const bytes = (): string => readFileSync(file).toString('base64');

  it('leaves a newer one exactly as it was', async () => {
    const db = open({ file });
    db.pragma(`user_version = ${migrations.length + 1}`);
    db.close();
    const before = bytes();

    for (const readonly of [false, true]) {
      const error = await failure(() => open({ file, readonly }));

      expect(error).toMatchObject({ code: 'CONFLICT', detail: 'newer-schema' });
      expect(error.message).toMatch(/update the app/i);
    }
    expect(bytes()).toBe(before);
    expect(backups()).toEqual([]);
  });

  const damages: Record<string, () => void> = {
    'holds something else': () =>
      writeFileSync(file, 'This is not a database, whatever its name may say.'.repeat(100)),
    'was cut': () => truncateSync(file, statSync(file).size - 4096 * 3),
    'was overwritten in the middle': () => {
      const content = readFileSync(file);
      content.fill(0xa5, 4096, 4096 * 6);
      writeFileSync(file, content);
    },
  };
  it.each(Object.entries(damages))('leaves one that %s exactly as it was', async (_, damage) => {
    const db = open({ file });
    addAccount(db);
    addMapping(db);
    db.close();
    damage();
    const before = bytes();

    for (const readonly of [false, true]) {
      const error = await failure(() => open({ file, readonly }));

      expect(error).toMatchObject({ code: 'INTERNAL', detail: 'damaged' });
      expect(error.command).toContain('calendar-sync restore');
    }
    expect(bytes()).toBe(before);
  });

  it("refuses somebody else's database", async () => {
    const other = new BetterSqlite3(file);
    other.exec('CREATE TABLE recipe (name TEXT)');
    other.close();

    expect(await failure(() => open({ file }))).toMatchObject({ detail: 'damaged' });
    expect(
      new BetterSqlite3(file, { readonly: true }).prepare('SELECT name FROM sqlite_schema').all(),
    ).toHaveLength(1);
  });
});

describe('reading only', () => {
  it('asks to be opened the ordinary way first, and creates nothing', async () => {
    expect(await failure(() => open({ file, readonly: true }))).toMatchObject({
      code: 'PRECONDITION_FAILED',
      detail: 'needs-migration',
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('asks for that with an older schema too, and migrates nothing', async () => {
    open({ file, migrations: steps(1) }).close();

    expect(await failure(() => open({ file, readonly: true, migrations: steps(2) }))).toMatchObject({
      detail: 'needs-migration',
    });
    expect(backups()).toEqual([]);
  });

  it('reads while another connection is writing, and cannot write', () => {
    const writer = open({ file });
    addAccount(writer);
    writer.exec('BEGIN IMMEDIATE');

    const reader = open({ file, readonly: true });

    expect(count(reader, 'external_calendar_account')).toBe(1);
    expect(() => reader.exec('DELETE FROM external_calendar_account')).toThrow(/readonly/);
  });
});

describe('migrations', () => {
  it('keep a backup of what was there before, without the tokens', () => {
    const before = open({ file, migrations: steps(1) });
    before.exec("INSERT INTO thing (name) VALUES ('kept')");
    before.exec("INSERT INTO secret VALUES ('canary')");
    before.close();

    const after = open({ file, migrations: steps(2) });

    expect(after.prepare('SELECT name, colour FROM thing').all()).toEqual([{ name: 'kept', colour: 'grey' }]);
    expect(backups()).toEqual(['calendar-sync-v1-20261123T090000000Z.sqlite']);
    const kept = join(directory, 'backups', backups()[0] ?? '');
    expect(modeOf(kept)).toBe('600');
    expect(modeOf(join(directory, 'backups'))).toBe('700');
    const backup = new BetterSqlite3(kept, { readonly: true });
    expect(backup.pragma('user_version', { simple: true })).toBe(1);
    expect(backup.prepare('SELECT * FROM thing').all()).toEqual([{ name: 'kept' }]);
    expect(count(backup, 'secret')).toBe(0);
    backup.close();
  });

  it('leave the database as it was when one fails, and the steps before it done', async () => {
    open({ file, migrations: steps(1) }).close();
    const broken: Migration = { version: 3, name: 'broken', sql: 'CREATE TABLE half (x); SELECT nonsense;' };

    await expect(failure(() => open({ file, migrations: [...steps(2), broken] }))).resolves.toMatchObject({
      code: 'INTERNAL',
    });

    const db = open({ file, migrations: steps(2) });
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()).toEqual({ n: 0 });
  });

  it('refuse to leave a reference without its row', async () => {
    open({ file, migrations: steps(1) }).close();
    const orphaning: Migration = {
      version: 2,
      name: 'orphaning',
      sql: "CREATE TABLE part (thing TEXT REFERENCES thing (name)); INSERT INTO part VALUES ('none');",
    };

    const error = await failure(() => open({ file, migrations: [...steps(1), orphaning] }));

    expect(error.message).toContain('1 broken reference');
    expect(open({ file, migrations: steps(1) }).pragma('user_version', { simple: true })).toBe(1);
  });

  it('keep the last five backups of their own and nobody else is touched', () => {
    const clock = testClock();
    open({ file, clock, migrations: steps(1) }).close();
    mkdirSync(join(directory, 'backups'));
    writeFileSync(join(directory, 'backups', 'mine.sqlite'), '');
    for (let version = 2; version <= 8; version += 1) {
      clock.advance(60_000);
      open({ file, clock, migrations: steps(version) }).close();
    }

    expect(backups().sort()).toEqual([
      'calendar-sync-v3-20261123T090300000Z.sqlite',
      'calendar-sync-v4-20261123T090400000Z.sqlite',
      'calendar-sync-v5-20261123T090500000Z.sqlite',
      'calendar-sync-v6-20261123T090600000Z.sqlite',
      'calendar-sync-v7-20261123T090700000Z.sqlite',
      'mine.sqlite',
    ]);
  });

  it('are numbered from 1 without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });
});

describe('the daily check of a large database', () => {
  const LARGE = 9 * 1024 * 1024;
  const HOUR = 3_600_000;

  it('is done once a day, and again when the clock was set back', () => {
    const db = openInMemory();
    const meta = new MetaRepository(db);
    const checkAt = (instant: number): string | null => {
      checkIntegrity(db, LARGE, new Date(instant), 'file');
      return meta.get('integrity.checked-at');
    };
    const start = Date.parse('2026-11-23T00:00:00Z');

    expect(checkAt(start)).toBe('2026-11-23T00:00:00.000Z');
    expect(checkAt(start + 23 * HOUR)).toBe('2026-11-23T00:00:00.000Z');
    expect(checkAt(start + 25 * HOUR)).toBe('2026-11-24T01:00:00.000Z');
    expect(checkAt(start)).toBe('2026-11-23T00:00:00.000Z');
  });
});

describe('a copy in memory', () => {
  it('has what is still in the log, and keeps its changes to itself', () => {
    const db = open({ file });
    addAccount(db);

    const copy = copyInMemory(db);
    addMapping(copy);

    expect(count(copy, 'external_calendar_account')).toBe(1);
    expect(count(copy, 'calendar_mapping')).toBe(1);
    expect(count(db, 'calendar_mapping')).toBe(0);
    expect(() =>
      copy.exec(
        "DELETE FROM external_calendar_account WHERE 0; INSERT INTO calendar (account_id, calendar_id) VALUES ('nobody', 'x')",
      ),
    ).toThrow(/FOREIGN KEY/);
    copy.close();
  });

  it('is refused in the middle of a transaction', () => {
    const db = openInMemory();

    expect(() => db.transaction(() => copyInMemory(db))()).toThrow(/transaction/);
  });
});

it('opens a database in memory without touching the disk', () => {
  const db = openDatabase({
    file: ':memory:',
    backupsDir: join(directory, 'none'),
    clock: testClock(),
    log: silent,
  });

  expect(count(db, 'calendar_mapping')).toBe(0);
  expect(readdirSync(directory)).toEqual([]);
  db.close();
});

/** A small schema that grows by one column a version. */
function steps(upTo: number): Migration[] {
  const first = 'CREATE TABLE thing (name TEXT PRIMARY KEY); CREATE TABLE secret (sealed TEXT);';
  return Array.from({ length: upTo }, (_, index) => ({
    version: index + 1,
    name: `step-${index + 1}`,
    sql:
      index === 0
        ? first
        : `ALTER TABLE thing ADD COLUMN ${index === 1 ? 'colour' : `column_${index}`} TEXT DEFAULT 'grey'`,
  }));
}
