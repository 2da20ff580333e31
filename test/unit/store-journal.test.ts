import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/main/store/connection.ts';
import { JournalRepository, type NewJournalEntry } from '../../src/main/store/journal-repository.ts';
import { LinkRepository } from '../../src/main/store/link-repository.ts';
import { MappingRepository } from '../../src/main/store/mapping-repository.ts';
import { migrations } from '../../src/main/store/migrations/index.ts';
import {
  addAccount,
  addMapping,
  count,
  NOW,
  open,
  openInMemory,
  temporaryDirectory,
} from './store-support.ts';

let db: Database;
let journal: JournalRepository;

beforeEach(() => {
  db = openInMemory();
  addAccount(db);
  addMapping(db);
  journal = new JournalRepository(db);
});

/** Begins so many links, each with a busy block to be sent. */
function prepared(size: number, first = 0, runId = 'run-1'): readonly NewJournalEntry[] {
  const names = Array.from({ length: size }, (_, index) => `bb_${first + index}`);
  const ids = new LinkRepository(db).insertAll(
    names.map((name) => ({
      mapping_id: 'mapping-1',
      kind: 'import' as const,
      source_id: name,
      event_id: `event of ${name}`,
      state: 'pending' as const,
      decided_at: NOW,
    })),
  );
  const entries = names.map(
    (name, index): NewJournalEntry => ({
      link_id: ids[index] ?? 0,
      run_id: runId,
      operation: 'upsert-block',
      target_id: name,
      body: `{"id":"${name}"}`,
      precondition: null,
      idempotency_key: '',
      intent: `{"title":"“${name}”"}`,
    }),
  );
  journal.prepareBatch('mapping-1', entries);
  return entries;
}

const next = (limit = 500) => journal.preparedBlocks('mapping-1', limit);

describe('busy blocks that leave together', () => {
  it.each([
    ['by the process that planned them', () => journal],
    ['by another one', () => new JournalRepository(db)],
  ])('are sent as they were planned, %s', (_, opened) => {
    const entries = prepared(3);
    journal = opened();
    expect(next()).toMatchObject(entries);
  });

  it('are joined up to what one request may carry, and never in part', () => {
    prepared(3);
    prepared(4, 3);
    prepared(2, 7);
    expect(next(8)).toHaveLength(7);
    expect(next(6)).toHaveLength(3);
    expect(next(2)).toHaveLength(3);
  });

  it('stand before any other operation on their links until they are settled', () => {
    const [first, last] = [prepared(3)[0], prepared(1, 3)[0]];
    const isOpen = () => [first, last].map((entry) => journal.isOpen(entry?.link_id ?? 0));
    expect(isOpen()).toEqual([true, true]);
    expect([journal.openCount(), journal.countPrepared('mapping-1')]).toEqual([4, [['upsert-block', 4]]]);
    const sent = next(3);
    journal.markSent(sent, 'key-1');
    expect([isOpen(), journal.openCount(), next().length]).toEqual([[true, true], 4, 1]);
    journal.closeAll(sent);
    expect([isOpen(), journal.openCount()]).toEqual([[false, true], 1]);
    expect(['journal_batch', 'journal_batch_content'].map((table) => count(db, table))).toEqual([1, 1]);
  });

  it('go each its own way once they are taken apart', () => {
    prepared(3);
    journal.markSent(next(), 'key-1');
    const [done, failed, again] = journal.sent('mapping-1');
    for (const entry of [done, failed, again]) {
      expect(entry).toMatchObject({ batch: null, idempotency_key: 'key-1', attempt: 1 });
    }
    journal.closeAll(done === undefined ? [] : [done]);
    journal.markSent(again === undefined ? [] : [again], 'key-2');
    const left = journal
      .sent('mapping-1')
      .map((entry) => [entry.target_id, entry.idempotency_key, entry.attempt]);
    expect(left).toEqual([
      ['bb_1', 'key-1', 1],
      ['bb_2', 'key-2', 2],
    ]);
    expect([count(db, 'journal_batch'), journal.openCount()]).toEqual([0, 2]);
  });

  it('can be taken apart while their answer is looked at', () => {
    const entries = prepared(2);
    journal.markSent(next(), 'key-1');
    const rows = journal.unbatched(entries.map((entry) => ({ ...entry, id: 0, attempt: 0, batch: 1 })));
    expect(rows).toMatchObject(entries);
    journal.closeAll(rows);
    expect(journal.openCount()).toBe(0);
  });

  it('are left alone by a look at what other runs have left', () => {
    prepared(2, 0, 'run-1');
    journal.markSent(next(), 'key-1');
    prepared(1, 2, 'run-2');
    expect(journal.sent('mapping-1', 'run-1')).toEqual([]);
    expect(journal.allPrepared('mapping-1', 'run-1')).toHaveLength(1);
    expect(count(db, 'journal_batch')).toBe(1);
  });

  it('are forgotten with what is known of their mapping', () => {
    prepared(2);
    const mappings = new MappingRepository(db);
    mappings.remove('mapping-1');
    expect([journal.openCount(), count(db, 'journal_batch_content')]).toEqual([0, 0]);
  });
});

it('a database from before there were batches keeps what was on its way, and gets them', () => {
  const file = join(temporaryDirectory(), 'calendar-sync.sqlite');
  const before = open({ file, migrations: migrations.slice(0, 7) });
  addAccount(before);
  addMapping(before);
  before.exec(`
    INSERT INTO event_mapping (id, mapping_id, kind, source_id, state, decided_at)
      VALUES (1, 'mapping-1', 'import', 'bb_0', 'pending', '${NOW}');
    INSERT INTO journal (link_id, run_id, state, operation, target_id, body, idempotency_key, intent)
      VALUES (1, 'run-0', 'sent', 'upsert-block', 'bb_0', '{}', 'key-0', '{}')`);
  before.close();
  db = open({ file });
  journal = new JournalRepository(db);
  expect(journal.sent('mapping-1')).toMatchObject([{ target_id: 'bb_0', idempotency_key: 'key-0' }]);
  const entries = prepared(1, 1);
  expect(next()).toMatchObject(entries);
});
