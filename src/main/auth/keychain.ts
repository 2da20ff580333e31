import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { default as Keytar } from 'keytar';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Clock, Keychain } from '../ports.ts';

/** Under which name the operating system lists what we keep there. */
const SERVICE = 'calendar-sync';

/** Long enough for a person to find the dialog and type a password. */
const ANSWER_MS = 60_000;
/** Finding out whether a keychain is there at all asks nobody. */
const PROBE_MS = 10_000;

/** The operating system's keychain, or why there is none. */
export type KeychainAccess =
  | { readonly kind: 'present'; readonly keychain: Keychain }
  | { readonly kind: 'absent'; readonly reason: string };

export interface KeychainOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly platform?: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Loads keytar; tests pass another. */
  readonly load?: () => Promise<typeof Keytar>;
}

/**
 * The keychain through keytar: Keychain on macOS, Credential Manager on Windows, Secret Service on Linux. Absent means
 * that this machine has none (no keytar, no session bus, no service on it); one that is there and refuses is an error.
 *
 * @throws AppError PERMISSION_DENIED when it is there but does not answer
 */
export async function openKeychain(options: KeychainOptions): Promise<KeychainAccess> {
  const { clock, environment, platform = process.platform } = options;
  const load = options.load ?? (async () => (await import('keytar')).default);
  // Without a bus, libsecret would start one with dbus-launch, which can hang and would be empty anyway.
  if (platform === 'linux' && !hasSessionBus(environment)) {
    return { kind: 'absent', reason: 'There is no D-Bus session (DBUS_SESSION_BUS_ADDRESS is not set).' };
  }
  let keytar: typeof Keytar;
  try {
    keytar = await load();
  } catch (error) {
    return { kind: 'absent', reason: `The keychain module keytar could not be loaded: ${firstLine(error)}` };
  }
  if (platform === 'linux') {
    try {
      await withLimit(clock, PROBE_MS, keytar.getPassword(SERVICE, 'probe'));
    } catch (error) {
      if (isServiceMissing(error)) {
        return {
          kind: 'absent',
          reason: `There is no Secret Service on the session bus: ${firstLine(error)}`,
        };
      }
      throw refused(error);
    }
  }
  return { kind: 'present', keychain: keychainOf(keytar, clock) };
}

function keychainOf(keytar: typeof Keytar, clock: Pick<Clock, 'sleep'>): Keychain {
  const ask = async <T>(answer: () => Promise<T>): Promise<T> => {
    try {
      return await withLimit(clock, ANSWER_MS, answer());
    } catch (error) {
      throw refused(error);
    }
  };
  return {
    get: (name) => ask(() => keytar.getPassword(SERVICE, name)),
    set: (name, secret) => ask(() => keytar.setPassword(SERVICE, name, secret)),
    delete: async (name) => {
      await ask(() => keytar.deletePassword(SERVICE, name));
    },
  };
}

/** Where GLib looks for the session bus before it would start one. */
function hasSessionBus({
  DBUS_SESSION_BUS_ADDRESS: address,
  XDG_RUNTIME_DIR: runtimeDir,
}: KeychainOptions['environment']): boolean {
  if (address) return !address.startsWith('disabled:');
  return Boolean(runtimeDir) && existsSync(join(runtimeDir ?? '', 'bus'));
}

/** GLib's messages for a bus that is gone, and D-Bus's for a service that nobody provides. */
function isServiceMissing(error: unknown): boolean {
  return /could not connect|cannot autolaunch|not provided by any \.service files|ServiceUnknown|unknown or unsupported transport/i.test(
    messageOf(error),
  );
}

async function withLimit<T>(
  clock: Pick<Clock, 'sleep'>,
  milliseconds: number,
  answer: Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(milliseconds, done.signal).then(
    () => {
      throw new Error(`It did not answer within ${milliseconds / 1_000} seconds.`);
    },
    () => answer,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
    late.catch(() => {});
  }
}

function refused(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    'PERMISSION_DENIED',
    `The keychain of this computer is locked or refused: ${firstLine(error)} Unlock it and try again.`,
    { cause: error, detail: 'keychain-refused' },
  );
}

function firstLine(error: unknown): string {
  const line = messageOf(error).split('\n', 1)[0]?.trim() ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
