import { createHash, createSecretKey, type KeyObject, scrypt } from 'node:crypto';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Keychain, Log, Random } from '../ports.ts';

const KEY_BYTES = 32;
/** The item's name in the keychain. */
const KEYCHAIN_ITEM = 'encryption-key';
const SALT_FACT = 'vault.salt';
const SALT_BYTES = 16;

/**
 * OWASP's first choice for scrypt: 128 MB of memory and some tenths of a second, once per process that reads a secret.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
 * Changing them changes every key derived from a passphrase: a change needs a rotation.
 */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/** A key of the vault. `id` is a short hash of it, so that a blob can say which key it needs. */
export interface VaultKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The key that writes, and any other that may still be needed to read. */
export interface VaultKeys {
  readonly current: VaultKey;
  readonly older: readonly VaultKey[];
}

/** Finds the keys when a secret is first read or written; repeats the search when it failed. */
export type VaultKeySource = () => Promise<VaultKeys>;

export interface VaultKeyOptions {
  /** Opens the keychain; null where this machine has none. */
  readonly openKeychain: () => Promise<Keychain | null>;
  /** `CALENDAR_ENCRYPTION_KEY`: 32 bytes as base64 or hex, else a passphrase. */
  readonly environmentKey: string | undefined;
  readonly random: Pick<Random, 'bytes'>;
  /** Where the passphrase's salt is kept; a salt is no secret. */
  readonly facts: { get(key: string): string | null; set(key: string, value: string): void };
  /** Ids of the keys under which something is stored now. */
  readonly idsInUse: () => readonly string[];
  readonly log: Log;
}

/**
 * Where the vault's key comes from: the keychain, in which one is made on first use; `CALENDAR_ENCRYPTION_KEY` only
 * where there is no keychain. A keychain that is there but refuses is an error, unless nothing was ever stored under
 * its key. Nothing is asked and nothing derived before a secret is read or written.
 *
 * The source throws AppError PERMISSION_DENIED, detail `no-key`, when there is neither: secrets are then refused.
 */
export function resolveVaultKey(options: VaultKeyOptions): VaultKeySource {
  let found: Promise<VaultKeys> | null = null;
  return () => {
    found ??= findKeys(options).catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
}

/** A key of exactly 32 bytes for the vault. */
export function vaultKey(bytes: Uint8Array): VaultKey {
  if (bytes.length !== KEY_BYTES)
    throw new RangeError(`A vault key has ${KEY_BYTES} bytes, not ${bytes.length}.`);
  const id = createHash('sha256')
    .update('calendar-sync vault key\0')
    .update(bytes)
    .digest('hex')
    .slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

async function findKeys(options: VaultKeyOptions): Promise<VaultKeys> {
  const { idsInUse, log } = options;
  const environmentKey = options.environmentKey?.trim() || undefined;
  let current: VaultKey | null;
  try {
    current = await keychainKey(options);
  } catch (error) {
    if (environmentKey === undefined) throw error;
    const fallback = await environmentVaultKey(environmentKey, options);
    if (idsInUse().some((id) => id !== fallback.id)) throw error;
    log(
      'warn',
      'vault',
      'The keychain refused; CALENDAR_ENCRYPTION_KEY is used, as nothing is stored under its key.',
    );
    return { current: fallback, older: [] };
  }
  if (current === null) {
    if (environmentKey === undefined) throw noKey();
    return { current: await environmentVaultKey(environmentKey, options), older: [] };
  }
  const { id } = current;
  // Somebody who began without a keychain and now has one keeps their sign-ins.
  const needsOlder = environmentKey !== undefined && idsInUse().some((used) => used !== id);
  return { current, older: needsOlder ? [await environmentVaultKey(environmentKey, options)] : [] };
}

async function keychainKey({ openKeychain, random }: VaultKeyOptions): Promise<VaultKey | null> {
  const keychain = await openKeychain();
  if (keychain === null) return null;
  const stored = await keychain.get(KEYCHAIN_ITEM);
  if (stored !== null) return vaultKey(parseKeychainItem(stored));
  const text = Buffer.from(random.bytes(KEY_BYTES)).toString('base64');
  await keychain.set(KEYCHAIN_ITEM, text);
  // A key that was not kept would make everything sealed with it unreadable tomorrow.
  if ((await keychain.get(KEYCHAIN_ITEM)) !== text) {
    throw new AppError(
      'PERMISSION_DENIED',
      'The keychain of this computer did not keep what was stored in it. Check that it is unlocked and try again.',
      { detail: 'keychain-refused' },
    );
  }
  return vaultKey(parseKeychainItem(text));
}

function parseKeychainItem(text: string): Uint8Array {
  const bytes = exactKey(text);
  if (bytes !== null) return bytes;
  throw new AppError(
    'PERMISSION_DENIED',
    'The key that the keychain holds for Calendar Sync is not usable. Remove the item “calendar-sync” from the keychain, then connect your accounts again.',
    { detail: 'keychain-refused' },
  );
}

async function environmentVaultKey(text: string, options: VaultKeyOptions): Promise<VaultKey> {
  return vaultKey(exactKey(text) ?? (await derive(text, salt(options))));
}

/** 32 bytes written as hex, base64 or base64url; null for anything else. */
function exactKey(text: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return null;
}

function salt({ facts, random }: VaultKeyOptions): Uint8Array {
  const stored = facts.get(SALT_FACT);
  if (stored !== null) return Buffer.from(stored, 'base64');
  const fresh = random.bytes(SALT_BYTES);
  facts.set(SALT_FACT, Buffer.from(fresh).toString('base64'));
  return fresh;
}

function derive(passphrase: string, withSalt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), withSalt, KEY_BYTES, SCRYPT, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function noKey(): AppError {
  return new AppError(
    'PERMISSION_DENIED',
    'This computer has no keychain, so sign-ins cannot be kept safely. Ask your administrator to give Calendar Sync a key, and try again.',
    {
      detail: 'no-key',
      command: 'Set CALENDAR_ENCRYPTION_KEY to 32 bytes as base64 or hex, or to a passphrase.',
    },
  );
}
