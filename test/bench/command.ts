import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bundleEntry, headlessBundle } from '../../scripts/headless-bundle.mjs';
import { ENCRYPTION_KEY } from './ports.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/calendar-sync.mjs', import.meta.url));
const ENTRY = fileURLToPath(new URL('../../src/main/headless/cli.ts', import.meta.url));

/** Why `calendar-sync` cannot be run as a process, or null. */
export const missingCommand = (): string | null =>
  existsSync(ENTRY) ? null : 'src/main/headless/cli.ts is not there yet';

/** A finished process. */
export interface Finished {
  readonly stdout: string;
  /** What it wrote on file descriptor 3. */
  readonly aside: string;
}

/**
 * Runs Node with nothing of this process's environment but the path.
 * @throws Error when it does not end with code 0
 */
export async function runNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const [, stdout = '', stderr = '', aside = ''] = await Promise.all(child.stdio.map(textOf));
  const [code] = await closed;
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return { stdout, aside };
}

const textOf = async (stream: unknown): Promise<string> => (stream instanceof Readable ? text(stream) : '');

/** Runs `calendar-sync` as a person does, which builds it first where its sources have changed. */
export function runCommand(
  args: readonly string[],
  dataDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<Finished> {
  return runNode([SCRIPT, '--data-dir', dataDir, ...args], withKey(environment));
}

/**
 * Runs the program as it is installed: the bundle alone, with nothing around it that could build it.
 * @param preload module that is loaded into its process first
 */
export async function runBundle(
  args: readonly string[],
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  preload: string,
): Promise<Finished> {
  if (!headlessBundle.isFresh()) await headlessBundle.build('silent');
  return runNode(['--import', preload, bundleEntry, '--data-dir', dataDir, ...args], withKey(environment));
}

export const withKey = (environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  ...environment,
  CALENDAR_ENCRYPTION_KEY: ENCRYPTION_KEY,
});
