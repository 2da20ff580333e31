import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createVault, keyIdsInUse } from '../../src/main/auth/vault.ts';
import { resolveVaultKey, type VaultKeyOptions, vaultKey } from '../../src/main/auth/vault-key.ts';
import type { Keychain } from '../../src/main/ports.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { MetaRepository } from '../../src/main/store/meta-repository.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { failure, openInMemory } from './store-support.ts';

const bytes = new Uint8Array(randomBytes(32));
const HEX = Buffer.from(bytes).toString('hex');

let db: Database;
let items: Map<string, string>;
let keychain: Keychain;
let asked: number;

beforeEach(() => {
  db = openInMemory();
  items = new Map();
  asked = 0;
  keychain = {
    get: async (name) => {
      asked += 1;
      return items.get(name) ?? null;
    },
    set: async (name, secret) => {
      items.set(name, secret);
    },
    delete: async (name) => {
      items.delete(name);
    },
  };
});

const options = (given: Partial<VaultKeyOptions> = {}): VaultKeyOptions => ({
  openKeychain: async () => keychain,
  environmentKey: undefined,
  random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
  facts: new MetaRepository(db),
  idsInUse: () => keyIdsInUse(db),
  log: () => {},
  ...given,
});
const none = { openKeychain: async () => null };
const locked = {
  openKeychain: async (): Promise<Keychain> => ({
    ...keychain,
    get: () =>
      Promise.reject(
        new AppError('PERMISSION_DENIED', 'The keychain is locked.', { detail: 'keychain-refused' }),
      ),
  }),
};
const idOf = async (given: Partial<VaultKeyOptions>): Promise<string> =>
  (await resolveVaultKey(options(given))()).current.id;
const vaultWith = (given: Partial<VaultKeyOptions>) => {
  const all = options(given);
  return createVault(db, resolveVaultKey(all), all.random);
};

describe('with a keychain', () => {
  it('a key is made there on first use and used from then on', async () => {
    const first = await idOf({});

    expect([...items.values()].map((item) => Buffer.from(item, 'base64').length)).toEqual([32]);
    expect(await idOf({})).toBe(first);
  });

  it('nothing is asked before a secret is read or written, and then only once', async () => {
    const source = resolveVaultKey(options());
    expect(asked).toBe(0);

    await Promise.all([source(), source()]);
    const once = asked;
    await source();

    expect(asked).toBe(once);
    expect(items.size).toBe(1);
  });

  it('the environment is not used', async () => {
    expect(await idOf({ environmentKey: HEX })).not.toBe(vaultKey(bytes).id);
  });

  it('a key that is not kept is not used', async () => {
    keychain.set = async () => {};

    expect(await failure(() => idOf({}))).toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: 'keychain-refused',
    });
  });

  it('an item that is no key is explained', async () => {
    items.set('encryption-key', 'rubbish');

    expect((await failure(() => idOf({}))).message).toContain('Remove the item “calendar-sync”');
  });

  it('that came later, sign-ins made without it are kept', async () => {
    await vaultWith({ ...none, environmentKey: HEX }).put('account-1', 'tokens', 'kept');

    const later = vaultWith({ environmentKey: HEX });

    expect(await later.get('account-1', 'tokens')).toBe('kept');
    await later.put('account-1', 'tokens', 'new');
    expect(await vaultWith({}).get('account-1', 'tokens')).toBe('new');
  });
});

describe('with a keychain that refuses', () => {
  it('there is an error that can be tried again', async () => {
    let open = false;
    const source = resolveVaultKey(
      options({ openKeychain: async () => (open ? keychain : await locked.openKeychain()) }),
    );

    expect(await failure(source)).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'keychain-refused' });
    open = true;
    expect((await source()).current.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('the environment is not used in its place where something is stored under its key', async () => {
    await vaultWith({}).put('account-1', 'tokens', 'secret');
    const meanwhile = vaultWith({ ...locked, environmentKey: HEX });

    expect(await failure(() => meanwhile.get('account-1', 'tokens'))).toMatchObject({
      detail: 'keychain-refused',
    });
    expect(await failure(() => meanwhile.put('account-2', 'tokens', 'x'))).toMatchObject({
      detail: 'keychain-refused',
    });
    expect(keyIdsInUse(db)).toHaveLength(1);
  });

  it('the environment is used, with a warning, where nothing is', async () => {
    const warnings: string[] = [];
    const given = {
      ...locked,
      environmentKey: HEX,
      log: (_: unknown, __: unknown, message: string) => void warnings.push(message),
    };

    expect(await idOf(given)).toBe(vaultKey(bytes).id);
    expect(warnings).toHaveLength(1);

    await vaultWith(given).put('account-1', 'tokens', 'x');
    expect(await vaultWith(given).get('account-1', 'tokens')).toBe('x');
  });
});

describe('without a keychain', () => {
  it.each([
    ['hex', HEX],
    ['upper-case hex', HEX.toUpperCase()],
    ['base64', Buffer.from(bytes).toString('base64')],
    ['base64 without padding', Buffer.from(bytes).toString('base64').replace('=', '')],
    ['base64url', Buffer.from(bytes).toString('base64url')],
    ['a trailing newline', `${HEX}\n`],
  ])('32 bytes are taken as %s', async (_, text) => {
    expect(await idOf({ ...none, environmentKey: text })).toBe(vaultKey(bytes).id);
    expect(new MetaRepository(db).get('vault.salt')).toBeNull();
  });

  it('a passphrase is stretched with a salt that is kept', async () => {
    const first = await idOf({ ...none, environmentKey: 'correct horse battery staple' });

    expect(Buffer.from(new MetaRepository(db).get('vault.salt') ?? '', 'base64')).toHaveLength(16);
    expect(await idOf({ ...none, environmentKey: 'correct horse battery staple' })).toBe(first);
    expect(await idOf({ ...none, environmentKey: 'correct horse battery stapler' })).not.toBe(first);
    new MetaRepository(db).delete('vault.salt');
    expect(await idOf({ ...none, environmentKey: 'correct horse battery staple' })).not.toBe(first);
  });

  it('a passphrase is not stretched before it is needed', async () => {
    const vault = vaultWith({ ...none, environmentKey: 'a passphrase' });

    expect(await vault.get('account-1', 'tokens')).toBeNull();
    expect(vault.has('account-1', 'tokens')).toBe(false);
    expect(new MetaRepository(db).get('vault.salt')).toBeNull();
  });

  it.each([undefined, '', '  '])(
    'and without a key (%j) secrets are refused and nothing is stored',
    async (environmentKey) => {
      const error = await failure(() =>
        vaultWith({ ...none, environmentKey }).put('account-1', 'tokens', 'CANARY'),
      );

      expect(error).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'no-key' });
      expect(error.command).toContain('CALENDAR_ENCRYPTION_KEY');
      expect(db.prepare('SELECT count(*) FROM secret').pluck().get()).toBe(0);
    },
  );

  it('another passphrase than before is explained, not taken for damage', async () => {
    await vaultWith({ ...none, environmentKey: 'one passphrase' }).put('account-1', 'tokens', 'x');

    expect(
      await failure(() => vaultWith({ ...none, environmentKey: 'another one' }).get('account-1', 'tokens')),
    ).toMatchObject({ code: 'AUTH_EXPIRED', detail: 'unknown-key' });
  });
});
