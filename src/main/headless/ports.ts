import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { AppPorts } from '../app-contract.ts';
import { redact, redactText } from '../diagnostics/redaction.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { networkFetch } from './network.ts';
import { withoutSignals } from './own-signals.ts';
import { systemPower } from './power.ts';
import { oneLine } from './terminal.ts';
import { VERSION } from './version.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

const RANDOM_UNITS = 2 ** 32;

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
  unit: () => randomInt(RANDOM_UNITS) / RANDOM_UNITS,
};

type Environment = AppPorts['environment'];

/** Everything the core needs from this process and this machine. */
export async function createPorts(environment: Environment, dataDir: string): Promise<AppPorts> {
  const log = await openLog(environment);
  const { systemKeychain } = await import('../app.ts');
  const settings = once(() => openSettings(environment, dataDir));
  return {
    clock: systemClock,
    random: systemRandom,
    fetch: networkFetch(environment, async () => (await settings()).values()),
    power: systemPower,
    keychain: systemKeychain({ clock: systemClock, environment, log }),
    log,
    environment,
    settings,
    dataDir,
    userAgent: `calendar-sync/${VERSION} (headless; ${process.platform})`,
    deviceName: hostname(),
    runtimes: process.versions,
  };
}

/** Diagnostics on standard error, by `DEBUG=calendar:*`; silence otherwise. What people read is the sync log. */
async function openLog({ DEBUG }: Environment): Promise<Log> {
  if (!DEBUG) return () => undefined;
  const { default: debug } = await import('debug');
  return (level, scope, message, fields) => {
    const print = debug(`calendar:${scope}`);
    if (!print.enabled) return;
    // A message may quote what a server said. Fields are escaped by what prints them.
    const said = oneLine(redactText(message));
    if (fields === undefined) print('%s %s', level, said);
    else print('%s %s %O', level, said, redact(fields));
  };
}

/** Loaded on first use: most commands that only look need none. */
async function openSettings(environment: Environment, dataDir: string): Promise<SettingsStore> {
  const { openSettingsFile } = await withoutSignals(() => import('./settings-file.ts'));
  const { policyFile, readPolicy } = await import('../settings/policy.ts');
  const { SettingsStore } = await import('../settings/settings.ts');
  return new SettingsStore(openSettingsFile(dataDir), readPolicy(policyFile(process.platform, environment)));
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
