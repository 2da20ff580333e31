import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Random } from '../ports.ts';
import type { VaultKey, VaultKeySource } from './vault-key.ts';

/** Owner of what belongs to this installation rather than to an account: the booking system's token. */
export const BOOKING_API_OWNER = 'booking-api';

const CIPHER = 'aes-256-gcm';
/** 96 bits, the nonce GCM is made for (NIST SP 800-38D, 5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The only place where tokens and passwords are kept: sealed in the database, each for one owner and one purpose. */
export interface Vault {
  /**
   * Seals a secret, in place of what was there.
   * @throws AppError PERMISSION_DENIED when there is no key to seal with; nothing is stored then
   */
  put(owner: string, purpose: string, plaintext: string): Promise<void>;
  /**
   * The secret, or null when there is none. Asks for the key only when there is one.
   * @throws AppError AUTH_EXPIRED when it cannot be opened: tampered with, moved, or sealed with another key
   * @throws AppError PERMISSION_DENIED when the key cannot be had now
   */
  get(owner: string, purpose: string): Promise<string | null>;
  /** Whether a secret is stored, without asking for the key. */
  has(owner: string, purpose: string): boolean;
  /**
   * Makes sure that there is a key to seal with, and that everything stored opens.
   * @throws AppError PERMISSION_DENIED when the key cannot be had; AUTH_EXPIRED when something does not open with it
   */
  verify(): Promise<void>;
  /** Forgets one secret of an owner, or all of them. */
  delete(owner: string, purpose?: string): void;
  /**
   * Seals everything again with another key, all or nothing, and goes on with that key.
   * @throws AppError AUTH_EXPIRED when something cannot be opened with the present key; nothing is changed then
   */
  rotate(next: VaultKey): Promise<void>;
}

interface SecretRow {
  readonly owner: string;
  readonly purpose: string;
  readonly key_id: string;
  readonly nonce: Uint8Array;
  /** Ciphertext followed by the tag. */
  readonly sealed: Uint8Array;
}

/** Ids of the keys under which something is stored (for `VaultKeyOptions.idsInUse`). */
export function keyIdsInUse(db: Database): readonly string[] {
  return db.prepare<[], string>('SELECT DISTINCT key_id FROM secret').pluck().all();
}

/**
 * A vault in the table `secret`: AES-256-GCM with a fresh nonce for every write, and owner and purpose as additional
 * data, so that a blob opens only in the row it was made for.
 */
export function createVault(db: Database, keys: VaultKeySource, random: Pick<Random, 'bytes'>): Vault {
  const select = db.prepare<[string, string], SecretRow>(
    'SELECT * FROM secret WHERE owner = ? AND purpose = ?',
  );
  const all = db.prepare<[], SecretRow>('SELECT * FROM secret');
  const store = db.prepare<SecretRow>(
    `INSERT INTO secret (owner, purpose, key_id, nonce, sealed) VALUES (@owner, @purpose, @key_id, @nonce, @sealed)
     ON CONFLICT DO UPDATE SET key_id = excluded.key_id, nonce = excluded.nonce, sealed = excluded.sealed`,
  );
  let source = keys;

  return {
    async put(owner, purpose, plaintext) {
      let used: VaultKeySource;
      let key: VaultKey;
      do {
        used = source;
        key = (await used()).current;
        // A rotation that finished meanwhile has made this key the old one.
      } while (used !== source);
      store.run(seal(key, owner, purpose, plaintext, random));
    },

    async get(owner, purpose) {
      const row = select.get(owner, purpose);
      if (row === undefined) return null;
      const { current, older } = await source();
      return open([current, ...older], row);
    },

    has: (owner, purpose) => select.get(owner, purpose) !== undefined,

    async verify() {
      const { current, older } = await source();
      for (const row of all.all()) open([current, ...older], row);
    },

    delete(owner, purpose) {
      db.prepare('DELETE FROM secret WHERE owner = @owner AND (@purpose IS NULL OR purpose = @purpose)').run({
        owner,
        purpose: purpose ?? null,
      });
    },

    async rotate(next) {
      const { current, older } = await source();
      db.transaction(() => {
        for (const row of all.all()) {
          const plaintext = open([current, ...older], row);
          store.run(seal(next, row.owner, row.purpose, plaintext, random));
        }
      })();
      source = () => Promise.resolve({ current: next, older: [] });
    },
  };
}

function seal(
  { id, key }: VaultKey,
  owner: string,
  purpose: string,
  plaintext: string,
  random: Pick<Random, 'bytes'>,
): SecretRow {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(owner, purpose));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { owner, purpose, key_id: id, nonce, sealed };
}

function open(keys: readonly VaultKey[], row: SecretRow): string {
  const { owner, purpose, key_id: keyId, nonce, sealed } = row;
  const match = keys.find(({ id }) => id === keyId);
  if (match === undefined) {
    throw unreadable(owner, 'it was sealed with another key than the one found now', 'unknown-key');
  }
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) {
    throw unreadable(owner, 'it is damaged', 'tampered');
  }
  try {
    const decipher = createDecipheriv(CIPHER, match.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(owner, purpose));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch (error) {
    throw unreadable(owner, 'it is damaged or was changed from outside', 'tampered', error);
  }
}

/** JSON keeps the two apart whatever they contain. */
const additionalData = (owner: string, purpose: string): Buffer =>
  Buffer.from(JSON.stringify([owner, purpose]));

function unreadable(owner: string, why: string, detail: string, cause?: unknown): AppError {
  const remedy =
    owner === BOOKING_API_OWNER
      ? 'Enrol this device again'
      : 'Connect this account again, or give Calendar Sync the key it was stored with';
  return new AppError('AUTH_EXPIRED', `The stored sign-in cannot be read: ${why}. ${remedy}.`, {
    cause,
    detail,
  });
}
