import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Database, useWriteAheadLog } from '../../src/main/store/connection.ts';
import { maintain } from '../../src/main/store/maintenance.ts';

let directory: string;
let file: string;
let db: Database;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calendar-sync-maintenance-'));
  file = join(directory, 'database.sqlite');
  db = connect(file);
  useWriteAheadLog(db);
  db.exec('CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO entry (text) VALUES (?)');
  db.transaction(() => {
    for (let row = 0; row < 4_000; row += 1) insert.run('x'.repeat(2_000));
  })();
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

describe('looking after the database file', () => {
  it('gives back what is empty when it is much, and empties the write-ahead log', () => {
    db.exec('DELETE FROM entry WHERE id > 100');
    const { damage, bytes, freedBytes } = maintain(db);
    expect(damage).toBeNull();
    expect(freedBytes).toBeGreaterThan(4_000_000);
    expect(bytes).toBeLessThan(1_000_000);
    expect(statSync(file).size).toBe(bytes);
    expect(statSync(`${file}-wal`).size).toBe(0);
    expect(db.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(100);
  });

  it('does not write it anew for little', () => {
    db.exec('DELETE FROM entry WHERE id > 3900');
    const before = maintain(db).bytes;
    expect(maintain(db)).toEqual({ damage: null, bytes: before, freedBytes: 0 });
  });

  it('names damage, and leaves a damaged file as it is', () => {
    db.close();
    const bytes = readFileSync(file);
    for (let page = 100; page < 110; page += 1) bytes.fill(0xff, page * 4_096, page * 4_096 + 200);
    writeFileSync(file, bytes);
    db = connect(file);
    const { damage } = maintain(db);
    expect(damage).toMatchObject({ code: 'INTERNAL', detail: 'damaged' });
    expect(damage?.message).toContain('restore a backup');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
