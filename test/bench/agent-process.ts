import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { bundleEntry, headlessBundle } from '../../scripts/headless-bundle.mjs';
import { realFetch } from '../support/real-fetch.ts';
import { withKey } from './command.ts';

/** `calendar-sync serve`, built, in a process of its own. */
export interface AgentProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Milliseconds of processor that it has used so far. Linux only. */
  processorTime(): number;
  /** Bytes that it has resident. Linux only. */
  resident(): number;
  /** Resolves once so many runs have ended; answers with what `/metrics` says of them. */
  runsEnded(count: number): Promise<string>;
}

/** Ticks of `/proc` are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;
const LOOK_MS = 250;

/** Starts the agent on a data directory and waits until it is ready. */
export async function startAgent(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<AgentProcess> {
  if (!headlessBundle.isFresh()) await headlessBundle.build('silent');
  const child = spawn(process.execPath, [bundleEntry, '--data-dir', dataDir, 'serve', '--port', '0'], {
    env: { PATH: process.env.PATH, ...withKey(environment) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const origin = await ready(child.stderr, ended);
  const proc = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');

  async function runs(): Promise<readonly string[]> {
    const metrics = await (await realFetch(`${origin}/metrics`)).text();
    return metrics.split('\n').filter((line) => line.startsWith('calendar_sync_runs_total{'));
  }

  return {
    origin,
    processorTime() {
      // The name before may have anything in it but ends with the last bracket; see proc_pid_stat(5).
      const fields = proc('stat').split(') ').at(-1)?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    resident: () => Number(/^VmRSS:\s*(\d+) kB$/m.exec(proc('status'))?.[1]) * 1024,
    async runsEnded(count) {
      for (;;) {
        const lines = await runs();
        const total = lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
        if (total >= count) return lines.join('\n');
        await pause(LOOK_MS);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function ready(output: NodeJS.ReadableStream, ended: Promise<number | null>): Promise<string> {
  let said = '';
  const link = new Promise<string>((resolve) => {
    output.on('data', (chunk: Buffer) => {
      said += chunk;
      const address = /^ready: (\S+)$/m.exec(said)?.[1];
      if (address !== undefined) resolve(new URL(address).origin);
    });
  });
  const died = ended.then((code): never => {
    throw new Error(`The agent ended with ${code}: ${said}`);
  });
  return Promise.race([link, died]);
}
