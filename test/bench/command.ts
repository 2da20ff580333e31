import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

/**
 * Runs the built program.
 * @param preload module that is loaded into its process first
 */
export function runCommand(
  args: readonly string[],
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  preload?: string,
): Promise<Finished> {
  return runNode(
    [...(preload === undefined ? [] : ['--import', preload]), SCRIPT, '--data-dir', dataDir, ...args],
    { ...environment, CALENDAR_ENCRYPTION_KEY: ENCRYPTION_KEY },
  );
}
