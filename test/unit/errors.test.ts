import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeError } from '../../src/main/store/integrity.ts';
import { AppError, toAppError } from '../../src/shared/rpc/errors.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calendar-sync-errors-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  throw new RangeError('Nothing was thrown');
}

describe('what was thrown, in words', () => {
  it('a disk that is full is to be made room on', () => {
    const db = new BetterSqlite3(join(directory, 'full.sqlite'));
    db.exec('CREATE TABLE t (x)');
    db.pragma('max_page_count = 2');
    const thrown = thrownBy(() => db.prepare('INSERT INTO t VALUES (zeroblob(100000))').run());
    db.close();
    expect(toAppError(thrown)).toMatchObject({
      code: 'INTERNAL',
      detail: 'disk-full',
      message: expect.stringContaining('The disk is full.'),
      cause: thrown,
    });
  });

  it.each([
    ['with no room left, is a disk that is full', 4_096, { detail: 'disk-full' }],
    ['with room left, is a disk to be checked', 1e9, { detail: null }],
  ])('an I/O error of SQLite, %s', (_, free, expected) => {
    // Without room for the files beside the database, SQLite does not say that there is none.
    const thrown = new BetterSqlite3.SqliteError('disk I/O error', 'SQLITE_IOERR_SHMSIZE');
    const error = storeError(thrown, '/data/calendar-sync.sqlite', () => free);
    expect(error).toMatchObject({ code: 'INTERNAL', cause: thrown, ...expected });
    expect(error.message).toContain('/data/calendar-sync.sqlite');
  });

  it('a database that turns out damaged is to be restored', () => {
    const file = join(directory, 'damaged.sqlite');
    const db = new BetterSqlite3(file);
    db.exec('CREATE TABLE t (x); CREATE INDEX i ON t (x)');
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    db.transaction(() => {
      for (let row = 0; row < 200; row += 1) insert.run('x'.repeat(200));
    })();
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096);
    writeFileSync(file, bytes);
    const damaged = new BetterSqlite3(file);
    const thrown = thrownBy(() => damaged.prepare('SELECT count(*) FROM t').all());
    damaged.close();
    expect(toAppError(thrown)).toMatchObject({
      detail: 'damaged',
      message: expect.stringContaining('Restore a backup'),
    });
  });

  it('anything else is unexpected, and kept as the cause', () => {
    expect(toAppError('text')).toMatchObject({ code: 'INTERNAL', cause: 'text' });
    const known = new AppError('OFFLINE', 'There is no network.');
    expect(toAppError(known)).toBe(known);
  });
});
