import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createVault, keyIdsInUse, type Vault } from '../../src/main/auth/vault.ts';
import { type VaultKey, type VaultKeySource, vaultKey } from '../../src/main/auth/vault-key.ts';
import { backupTo } from '../../src/main/store/backup.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { failure, fileHolds, open, temporaryDirectory } from './store-support.ts';

const CANARY = 'CANARY.refresh-token/0123456789+abcdefghijklmnopqrstuvwxyz';

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const keyOf = (byte: number): VaultKey => vaultKey(new Uint8Array(32).fill(byte));
const sourceOf =
  (current: VaultKey, ...older: VaultKey[]): VaultKeySource =>
  async () => ({ current, older });

let file: string;
let db: Database;
let vault: Vault;

beforeEach(() => {
  file = join(temporaryDirectory(), 'calendar-sync.sqlite');
  db = open({ file });
  vault = createVault(db, sourceOf(keyOf(1)), random);
});

const sealed = (owner = 'account-1'): Buffer =>
  db.prepare<[string], Buffer>('SELECT sealed FROM secret WHERE owner = ?').pluck().get(owner) ??
  Buffer.alloc(0);

describe('the vault', () => {
  it('gives back what was put in, per owner and purpose', async () => {
    await vault.put('account-1', 'tokens', 'first');
    await vault.put('account-1', 'tokens', 'sécond ✓');
    await vault.put('account-1', 'password', '');
    await vault.put('booking-api', 'tokens', 'device');

    expect(await vault.get('account-1', 'tokens')).toBe('sécond ✓');
    expect(await vault.get('account-1', 'password')).toBe('');
    expect(await vault.get('booking-api', 'tokens')).toBe('device');
    expect(await vault.get('account-2', 'tokens')).toBeNull();
    expect([vault.has('account-1', 'password'), vault.has('account-2', 'password')]).toEqual([true, false]);
  });

  it('holds tokens of any size', async () => {
    const large = 'x'.repeat(100_000);
    await vault.put('account-1', 'tokens', large);

    expect(await vault.get('account-1', 'tokens')).toBe(large);
  });

  it('forgets one secret, or all of an owner', async () => {
    for (const purpose of ['tokens', 'password', 'feed']) await vault.put('account-1', purpose, 'x');
    await vault.put('account-2', 'tokens', 'x');

    vault.delete('account-1', 'feed');
    expect([vault.has('account-1', 'feed'), vault.has('account-1', 'password')]).toEqual([false, true]);

    vault.delete('account-1');
    expect([vault.has('account-1', 'tokens'), vault.has('account-1', 'password')]).toEqual([false, false]);
    expect(vault.has('account-2', 'tokens')).toBe(true);
  });

  it('uses a fresh nonce of 96 bits for every write', async () => {
    const nonces = new Set<string>();
    for (let index = 0; index < 50; index += 1) {
      await vault.put('account-1', 'tokens', 'the same');
      const nonce = db.prepare<[], Buffer>('SELECT nonce FROM secret').pluck().get();
      expect(nonce).toHaveLength(12);
      nonces.add(nonce?.toString('hex') ?? '');
    }

    expect(nonces.size).toBe(50);
  });

  it('leaves no trace of a secret in the database, its log or a backup', async () => {
    await vault.put('account-1', 'tokens', CANARY);
    await vault.put('account-2', 'tokens', CANARY);
    vault.delete('account-2');
    const backup = `${file}.backup`;
    backupTo(db, backup);

    for (const path of [file, `${file}-wal`, `${file}-shm`, backup]) {
      expect([path, fileHolds(path, CANARY)]).toEqual([path, false]);
    }
    db.close();
    expect(fileHolds(file, CANARY)).toBe(false);
  });
});

describe('a secret that cannot be opened', () => {
  it.each(['sealed', 'nonce'])(
    'is a sign-in to renew when any byte of its %s was changed',
    async (column) => {
      await vault.put('account-1', 'tokens', 'secret');
      const original =
        db.prepare<[], Buffer>(`SELECT ${column} FROM secret`).pluck().get() ?? Buffer.alloc(0);

      for (let index = 0; index < original.length; index += 1) {
        const changed = Buffer.from(original);
        changed[index] = (changed[index] ?? 0) ^ 1;
        db.prepare(`UPDATE secret SET ${column} = ?`).run(changed);

        const error = await failure(() => vault.get('account-1', 'tokens'));
        expect(error).toMatchObject({ code: 'AUTH_EXPIRED', detail: 'tampered' });
      }
    },
  );

  it.each([0, 1, 15, 16])('is one when it was cut to %i bytes', async (length) => {
    await vault.put('account-1', 'tokens', 'secret');
    db.prepare('UPDATE secret SET sealed = ?').run(sealed().subarray(0, length));

    expect((await failure(() => vault.get('account-1', 'tokens'))).code).toBe('AUTH_EXPIRED');
  });

  it.each([0, 4, 16])('is one when its nonce has %i bytes', async (length) => {
    await vault.put('account-1', 'tokens', 'secret');
    db.prepare('UPDATE secret SET nonce = ?').run(Buffer.alloc(length));

    expect((await failure(() => vault.get('account-1', 'tokens'))).code).toBe('AUTH_EXPIRED');
  });

  it('is one when it was moved to another owner or purpose', async () => {
    await vault.put('account-1', 'tokens', 'one');
    await vault.put('account-2', 'tokens', 'two');
    await vault.put('account-1', 'password', 'three');
    db.exec(`UPDATE secret SET (nonce, sealed) = (SELECT nonce, sealed FROM secret
      WHERE owner = 'account-1' AND purpose = 'tokens') WHERE NOT (owner = 'account-1' AND purpose = 'tokens')`);

    expect(await vault.get('account-1', 'tokens')).toBe('one');
    expect((await failure(() => vault.get('account-2', 'tokens'))).code).toBe('AUTH_EXPIRED');
    expect((await failure(() => vault.get('account-1', 'password'))).code).toBe('AUTH_EXPIRED');
  });

  it('cannot be moved to names that only look the same when they are joined', async () => {
    await vault.put('ab', 'c', 'secret');
    db.exec("UPDATE secret SET owner = 'a', purpose = 'bc'");

    expect((await failure(() => vault.get('a', 'bc'))).code).toBe('AUTH_EXPIRED');
  });

  it('says that the key is another one, and what to do', async () => {
    await vault.put('account-1', 'tokens', 'secret');
    await vault.put('booking-api', 'token', 'secret');
    const other = createVault(db, sourceOf(keyOf(2)), random);

    const error = await failure(() => other.get('account-1', 'tokens'));
    expect(error).toMatchObject({ code: 'AUTH_EXPIRED', detail: 'unknown-key' });
    expect(error.message).toMatch(/another key.*Connect this account again/);
    expect((await failure(() => other.get('booking-api', 'token'))).message).toContain(
      'Enrol this device again',
    );
  });

  it('never says what it was', async () => {
    await vault.put('account-1', 'tokens', CANARY);
    db.exec("UPDATE secret SET nonce = x'000000000000000000000000'");

    const error = await failure(() => vault.get('account-1', 'tokens'));
    expect(`${error.stack} ${String(error.cause)}`).not.toContain('CANARY');
  });
});

describe('keys', () => {
  it('are only asked for when there is something to read or write', async () => {
    let asked = 0;
    const lazy = createVault(
      db,
      async () => {
        asked += 1;
        return { current: keyOf(1), older: [] };
      },
      random,
    );

    await lazy.get('account-1', 'tokens');
    lazy.has('account-1', 'tokens');
    lazy.delete('account-1');
    expect(asked).toBe(0);

    await lazy.put('account-1', 'tokens', 'x');
    expect(asked).toBe(1);
  });

  it('that cannot be had store nothing', async () => {
    const refusing = createVault(
      db,
      () => Promise.reject(new AppError('PERMISSION_DENIED', 'No key.')),
      random,
    );

    expect((await failure(() => refusing.put('account-1', 'tokens', CANARY))).code).toBe('PERMISSION_DENIED');
    expect(refusing.has('account-1', 'tokens')).toBe(false);
  });

  it('of former times still read, but do not write', async () => {
    await vault.put('account-1', 'tokens', 'old');
    const moved = createVault(db, sourceOf(keyOf(2), keyOf(1)), random);

    expect(await moved.get('account-1', 'tokens')).toBe('old');
    await moved.put('account-1', 'tokens', 'new');
    expect(keyIdsInUse(db)).toEqual([keyOf(2).id]);
  });

  it('are rotated for everything at once', async () => {
    await vault.put('account-1', 'tokens', 'one');
    await vault.put('account-2', 'tokens', 'two');
    const before = sealed();

    await vault.rotate(keyOf(2));

    expect(sealed().equals(before)).toBe(false);
    expect(keyIdsInUse(db)).toEqual([keyOf(2).id]);
    expect([await vault.get('account-1', 'tokens'), await vault.get('account-2', 'tokens')]).toEqual([
      'one',
      'two',
    ]);
    const reopened = createVault(db, sourceOf(keyOf(2)), random);
    expect(await reopened.get('account-1', 'tokens')).toBe('one');
    expect(
      (await failure(() => createVault(db, sourceOf(keyOf(1)), random).get('account-1', 'tokens'))).code,
    ).toBe('AUTH_EXPIRED');
  });

  it('stay as they were when something cannot be rotated', async () => {
    await vault.put('account-1', 'tokens', 'one');
    await vault.put('account-2', 'tokens', 'two');
    db.exec("UPDATE secret SET sealed = x'00' WHERE owner = 'account-2'");

    expect((await failure(() => vault.rotate(keyOf(2)))).code).toBe('AUTH_EXPIRED');
    expect(await vault.get('account-1', 'tokens')).toBe('one');
    expect(keyIdsInUse(db)).toEqual([keyOf(1).id]);
  });

  it('that are rotated while a write waits for its key seal that write too', async () => {
    let answer: () => void = () => {};
    let slow = true;
    const waiting = createVault(
      db,
      async () => {
        if (slow) {
          slow = false;
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        }
        return { current: keyOf(1), older: [] };
      },
      random,
    );

    const write = waiting.put('account-1', 'tokens', 'late');
    await waiting.rotate(keyOf(2));
    answer();
    await write;

    expect(keyIdsInUse(db)).toEqual([keyOf(2).id]);
    expect(await waiting.get('account-1', 'tokens')).toBe('late');
  });

  it('have 32 bytes and an id that tells them apart without telling them', () => {
    expect(() => vaultKey(new Uint8Array(16))).toThrow(RangeError);
    expect(keyOf(1).id).toMatch(/^[0-9a-f]{16}$/);
    expect(keyOf(1).id).not.toBe(keyOf(2).id);
    expect(JSON.stringify(keyOf(1))).not.toContain('0101');
  });
});
