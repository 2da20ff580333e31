import { beforeEach, describe, expect, it } from 'vitest';
import { AccountRepository } from '../../src/main/store/account-repository.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { addAccount, addKnowledge, addMapping, count, failure, NOW, openInMemory } from './store-support.ts';

let db: Database;
let accounts: AccountRepository;

beforeEach(() => {
  db = openInMemory();
  accounts = new AccountRepository(db);
});

describe('accounts', () => {
  it('start connected, in the order in which they came', () => {
    addAccount(db, { id: 'b' });
    addAccount(db, { id: 'a', subject: 'subject-2', createdAt: '2026-11-24T09:00:00.000Z' });

    expect(accounts.list().map(({ id }) => id)).toEqual(['b', 'a']);
    expect(accounts.get('b')).toEqual({
      id: 'b',
      provider: 'google',
      subject: 'subject-1',
      email: 'tess@example.com',
      access: 'write',
      state: 'connected',
      error: null,
      tokenExpiresAt: null,
      lastSyncedAt: null,
    });
    expect(accounts.get('c')).toBeNull();
  });

  it('are found by who they are to their provider', () => {
    addAccount(db);

    expect(accounts.findBySubject('google', 'subject-1')?.id).toBe('account-1');
    expect(accounts.findBySubject('microsoft', 'subject-1')).toBeNull();
  });

  it('are connected once per person', async () => {
    addAccount(db);

    const error = await failure(() => addAccount(db, { id: 'account-2' }));

    expect(error.code).toBe('CONFLICT');
    expect(error.message).toContain('account-1');
    expect(accounts.list()).toHaveLength(1);
  });

  it('are read-only while they are healthy and may only read', () => {
    addAccount(db, { access: 'read' });
    expect(accounts.get('account-1')?.state).toBe('read-only');

    expect(accounts.update('account-1', { state: 'needs-sign-in' }).state).toBe('needs-sign-in');
    expect(accounts.update('account-1', { state: 'read-only' }).state).toBe('read-only');
    expect(accounts.update('account-1', { access: 'write' }).state).toBe('connected');
  });

  it('change only in what is named', () => {
    addAccount(db, { tokenExpiresAt: NOW });
    const error = { code: 'AUTH_EXPIRED', message: 'Sign in again.' };

    accounts.update('account-1', { state: 'error', error });
    expect(accounts.update('account-1', { lastSyncedAt: NOW })).toMatchObject({
      state: 'error',
      error,
      tokenExpiresAt: NOW,
      lastSyncedAt: NOW,
    });
    expect(accounts.update('account-1', { error: null, tokenExpiresAt: null })).toMatchObject({
      error: null,
      tokenExpiresAt: null,
    });
  });

  it('that do not exist cannot change', async () => {
    expect((await failure(() => accounts.update('nobody', { email: 'x@example.com' }))).code).toBe(
      'NOT_FOUND',
    );
  });

  it('take their mappings, their picture and their secrets with them', () => {
    addAccount(db);
    addAccount(db, { id: 'account-2', subject: 'subject-2' });
    addMapping(db);
    addMapping(db, { id: 'mapping-2', accountId: 'account-2' });
    addKnowledge(db, 'mapping-1');
    addKnowledge(db, 'mapping-2');
    for (const owner of ['account-1', 'account-2']) {
      db.prepare("INSERT INTO secret VALUES (?, 'token', 'key', x'00', x'00')").run(owner);
    }

    accounts.remove('account-1');

    expect(accounts.list().map(({ id }) => id)).toEqual(['account-2']);
    for (const table of [
      'calendar_mapping',
      'calendar',
      'observed_event',
      'event_mapping',
      'journal',
      'hold',
      'secret',
    ]) {
      expect([table, count(db, table)]).toEqual([table, 1]);
    }
  });
});
