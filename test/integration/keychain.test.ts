import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeychain } from '../../src/main/auth/keychain.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

const script = fileURLToPath(new URL('./keychain-session.ts', import.meta.url));
const installed = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

/** keytar is an optional dependency: it is not there where it could not be built. */
function hasKeytar(): boolean {
  try {
    createRequire(import.meta.url)('keytar');
    return true;
  } catch {
    return false;
  }
}

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'calendar-sync-keychain-'));
  mkdirSync(join(home, 'run'), { mode: 0o700 });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Runs the script in a session of its own, so that nobody's real keyring is touched. */
function inSession(setup: string, args: readonly string[], busOptions: readonly string[] = []): unknown {
  const session = spawnSync(
    'dbus-run-session',
    [...busOptions, '--', 'sh', '-c', `${setup} exec "$@"`, 'sh', process.execPath, script, ...args],
    {
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CACHE_HOME: join(home, 'cache'),
        XDG_RUNTIME_DIR: join(home, 'run'),
      },
    },
  );
  return JSON.parse(session.stdout);
}

const UNLOCK =
  "printf 'password of the keyring' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;";
const unlocked = (...args: string[]): unknown => inSession(UNLOCK, args);

// Needs Debian's dbus, gnome-keyring and libsecret-1-dev (for building keytar).
describe.runIf(
  process.platform === 'linux' &&
    installed('dbus-run-session') &&
    installed('gnome-keyring-daemon') &&
    hasKeytar(),
)('a real Secret Service', () => {
  it('keeps what is written, and forgets what is deleted', () => {
    expect(unlocked('get', 'item')).toEqual({ value: null });
    unlocked('set', 'item', 'sécret');
    expect(unlocked('get', 'item')).toEqual({ value: 'sécret' });
    unlocked('delete', 'item');
    expect(unlocked('get', 'item')).toEqual({ value: null });
  });

  it('gives the same vault key to the next process, and keeps it sealed on disk', () => {
    const first = unlocked('key');
    const { value: stored } = unlocked('get', 'encryption-key') as { value: string };

    expect(first).toEqual({ value: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(unlocked('key')).toEqual(first);
    const keyrings = join(home, 'data', 'keyrings');
    for (const name of readdirSync(keyrings))
      expect(readFileSync(join(keyrings, name)).includes(stored)).toBe(false);
  });

  it('that is locked is an error, and makes no second key', () => {
    const first = unlocked('key');

    expect(inSession('', ['key'])).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'keychain-refused' });
    expect(unlocked('key')).toEqual(first);
  });

  it('that nobody provides is absent', () => {
    const config = join(home, 'bus.conf');
    writeFileSync(
      config,
      `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
           "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
         <busconfig><type>session</type><listen>unix:tmpdir=${home}</listen>
           <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
    );

    expect(inSession('', ['key'], [`--config-file=${config}`])).toEqual({
      absent: expect.stringContaining('no Secret Service'),
    });
  });

  it('whose bus is gone is absent', () => {
    expect(inSession('export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent;', ['key'])).toEqual({
      absent: expect.stringContaining('no Secret Service'),
    });
  });
});

describe('the keychain', () => {
  const keytar = {
    getPassword: async (): Promise<string | null> => null,
    setPassword: async (): Promise<void> => {},
    deletePassword: async (): Promise<boolean> => true,
  };
  const never = { sleep: () => new Promise<void>(() => {}) };
  const atOnce = { sleep: async () => {} };
  const onLinux = {
    platform: 'linux',
    environment: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/some/bus' },
  } as const;
  const failing = (message: string) => ({ ...keytar, getPassword: () => Promise.reject(new Error(message)) });
  const failureOf = async (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => 'done',
      (error: unknown) => error,
    );

  it.each([
    {},
    { DBUS_SESSION_BUS_ADDRESS: '' },
    { DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
    { XDG_RUNTIME_DIR: '/nonexistent' },
  ])(
    'is absent on Linux without a session bus (%j), and nothing is loaded that could start one',
    async (environment) => {
      const load = (): Promise<never> => Promise.reject(new Error('It was loaded.'));

      expect(await openKeychain({ clock: never, platform: 'linux', environment, load })).toEqual({
        kind: 'absent',
        reason: expect.stringContaining('D-Bus'),
      });
    },
  );

  it('is found where the bus has its usual socket', async () => {
    writeFileSync(join(home, 'run', 'bus'), '');

    const access = await openKeychain({
      clock: never,
      platform: 'linux',
      environment: { XDG_RUNTIME_DIR: join(home, 'run') },
      load: async () => keytar,
    });

    expect(access.kind).toBe('present');
  });

  it('is absent where keytar could not be built', async () => {
    const load = (): Promise<never> => Promise.reject(new Error("Cannot find package 'keytar'\nmore"));

    expect(await openKeychain({ clock: never, ...onLinux, load })).toEqual({
      kind: 'absent',
      reason: "The keychain module keytar could not be loaded: Cannot find package 'keytar'.",
    });
  });

  it('needs no bus on other systems', async () => {
    const access = await openKeychain({
      clock: never,
      platform: 'darwin',
      environment: {},
      load: async () => keytar,
    });

    expect(access.kind).toBe('present');
  });

  it('that does not answer is an error, not a wait without end', async () => {
    const mute = { ...keytar, getPassword: () => new Promise<never>(() => {}) };

    const error = await failureOf(openKeychain({ clock: atOnce, ...onLinux, load: async () => mute }));

    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'keychain-refused' });
  });

  it('that refuses says so, and what to do', async () => {
    const refusing = failing('User interaction is not allowed.');
    const access = await openKeychain({
      clock: never,
      platform: 'darwin',
      environment: {},
      load: async () => refusing,
    });
    if (access.kind === 'absent') throw new Error(access.reason);

    const error = await failureOf(access.keychain.get('item'));

    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', detail: 'keychain-refused' });
    expect(String(error)).toMatch(/User interaction is not allowed\. Unlock it/);
  });
});
