import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock, Log } from '../../src/main/ports.ts';
import { AccountRepository, type NewAccount } from '../../src/main/store/account-repository.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { type OpenOptions, openDatabase } from '../../src/main/store/database.ts';
import { MappingRepository, type NewMapping } from '../../src/main/store/mapping-repository.ts';
import type { Account } from '../../src/shared/domain/account.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

export const NOW = '2026-11-23T09:00:00.000Z';

/** A clock that stands still until somebody sleeps or it is told to go on. */
export function testClock(start = NOW): Clock & { advance(milliseconds: number): void } {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

export const silent: Log = () => {};

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'calendar-sync-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a database that is closed when the test ends. */
export function open(options: Partial<OpenOptions> & { file: string }): Database {
  const db = openDatabase({
    backupsDir: join(options.file, '..', 'backups'),
    clock: testClock(),
    log: silent,
    ...options,
  });
  onTestFinished(() => {
    db.close();
  });
  return db;
}

export const openInMemory = (): Database => open({ file: ':memory:', backupsDir: '/nowhere' });

export function addAccount(db: Database, account: Partial<NewAccount> = {}): Account {
  return new AccountRepository(db).insert({
    id: 'account-1',
    provider: 'google',
    subject: 'subject-1',
    email: 'tess@example.com',
    access: 'write',
    createdAt: NOW,
    ...account,
  });
}

export const newMapping = (mapping: Partial<NewMapping> = {}): NewMapping => ({
  id: 'mapping-1',
  accountId: 'account-1',
  calendarId: 'primary',
  direction: 'two-way',
  visibility: 'busy-only',
  technicianId: 'tech-1',
  projectId: null,
  onDelete: 'restore',
  pastDays: 30,
  futureDays: 180,
  skip: [],
  skipTitle: null,
  enabled: true,
  createdAt: NOW,
  ...mapping,
});

export const addMapping = (db: Database, mapping: Partial<NewMapping> = {}): Mapping =>
  new MappingRepository(db).add(newMapping(mapping));

/** One event and one booking in the picture, with a link, an open journal entry, a hold and a conflict for each. */
export function addKnowledge(db: Database, mappingId: string): void {
  const calendar = new MappingRepository(db).calendarOf(mappingId);
  db.prepare(
    `INSERT OR IGNORE INTO observed_event VALUES (?, 'event-1', NULL, 'copy', 'live', ?, ?, '{}', 'h', NULL, 'booking-1')`,
  ).run(calendar, NOW, NOW);
  db.prepare(`INSERT OR IGNORE INTO observed_booking VALUES ('booking-1', 'live', '1', ?, ?, '{}', 'h')`).run(
    NOW,
    NOW,
  );
  db.prepare(
    `INSERT INTO event_mapping (mapping_id, kind, source_id, event_id, state, decided_at) VALUES (?, 'export', 'booking-1', 'event-1', 'live', ?)`,
  ).run(mappingId, NOW);
  db.prepare(
    `INSERT INTO journal (link_id, run_id, state, operation, target_id, body, idempotency_key, intent)
     SELECT id, 'run-1', 'sent', 'update-event', 'event-1', '{}', ?, '{}' FROM event_mapping WHERE mapping_id = ?`,
  ).run(`key-${mappingId}`, mappingId);
  db.prepare(
    `INSERT INTO hold (id, mapping_id, state, reason, created_at) VALUES (?, ?, 'open', 'many', ?)`,
  ).run(`hold-${mappingId}`, mappingId, NOW);
  db.prepare(
    `INSERT INTO conflict (id, mapping_id, booking_id, kind, state, fields, booking_side, calendar_side, created_at)
     VALUES (?, ?, 'booking-1', 'both-edited', 'open', '[]', '{}', '{}', ?)`,
  ).run(`conflict-${mappingId}`, mappingId, NOW);
  db.prepare("UPDATE calendar SET cursor = 'cursor', window_from = ?, window_to = ? WHERE id = ?").run(
    NOW,
    NOW,
    calendar,
  );
  db.exec("UPDATE booking_source SET cursor = 'cursor'");
  db.exec('DELETE FROM touched');
}

export const count = (db: Database, table: string): number =>
  db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? Number.NaN;

export const cursorOf = (db: Database): string | null | undefined =>
  db.prepare<[], string | null>('SELECT cursor FROM calendar').pluck().get();

export const touched = (db: Database): string[] =>
  db
    .prepare<[], string>("SELECT mapping_id || ' ' || side || ' ' || id FROM touched ORDER BY 1")
    .pluck()
    .all();

/** The failure that `action` ends with; fails the test when it does not fail. */
export async function failure(action: () => unknown): Promise<AppError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was expected to fail, but it did not.');
}

export const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

/** Whether the text stands in the file in any form a plain store would leave: as it is, or as base64. */
export function fileHolds(file: string, text: string): boolean {
  const bytes = readFileSync(file);
  const base64 = Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1);
  return bytes.includes(text) || bytes.includes(base64) || bytes.includes(Buffer.from(text, 'utf16le'));
}
