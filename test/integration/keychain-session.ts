/**
 * Runs in a D-Bus session of its own (see `keychain.test.ts`): does what its arguments say and prints the outcome as
 * JSON. Arguments: `get NAME`, `set NAME VALUE`, `delete NAME`, or `key`, which answers with the vault key's id.
 */
import { randomBytes } from 'node:crypto';
import { openKeychain } from '../../src/main/auth/keychain.ts';
import { resolveVaultKey } from '../../src/main/auth/vault-key.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

const [action = '', name = '', value = ''] = process.argv.slice(2);

async function run(): Promise<unknown> {
  const access = await openKeychain({
    // However slow the machine: what does not answer at all is ended by whoever started this.
    clock: { sleep: () => new Promise(() => undefined) },
    environment: process.env,
  });
  if (access.kind === 'absent') return { absent: access.reason };
  const { keychain } = access;
  switch (action) {
    case 'get':
      return { value: await keychain.get(name) };
    case 'set':
      return { value: await keychain.set(name, value) };
    case 'delete':
      return { value: await keychain.delete(name) };
    default: {
      const source = resolveVaultKey({
        openKeychain: async () => keychain,
        environmentKey: undefined,
        random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
        facts: { get: () => null, set: () => {} },
        idsInUse: () => [],
        log: () => {},
      });
      return { value: (await source()).current.id };
    }
  }
}

const outcome = await run().catch((error: unknown) =>
  error instanceof AppError
    ? { code: error.code, detail: error.detail, message: error.message }
    : { error: String(error) },
);
process.stdout.write(JSON.stringify(outcome));
