import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type BrowserServer, chromium } from 'playwright';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { desktopEntry } from '../../scripts/desktop-bundle.mjs';
import type { Machine } from '../integration/cli-harness.ts';
import type { Driver, Electron, Ended } from './driver.ts';
import type { Order } from './stand-in/orders.ts';

const START = resolve(import.meta.dirname, 'stand-in/start.ts');

/** The stand-in, whose windows are pages of the machine's Chromium. */
export async function openStandIn(): Promise<Electron> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('There is no Chromium: run “npm run pretest”.');
  const browser = await chromium.launchServer({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  const start: Electron['start'] = (machine, args) => startProgram(machine, browser, args);
  return { start, run: (machine, args) => start(machine, args).end, close: () => browser.close() };
}

function startProgram(machine: Machine, browser: BrowserServer, args: readonly string[]): Driver {
  const answers = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let nextId = 0;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', START, desktopEntry, ...args],
    {
      env: { ...machine.environment, STAND_IN_BROWSER: browser.wsEndpoint() },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    },
  );
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (text.stdout += chunk));
  child.stderr?.on('data', (chunk) => (text.stderr += chunk));
  child.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
    const waiting = answers.get(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(error));
  });
  const end = new Promise<Ended>((fulfil) => {
    child.on('close', (code) => {
      for (const { reject } of answers.values()) reject(new Error(`It ended with ${code}: ${text.stderr}`));
      fulfil({ code, ...text });
    });
  });
  const send = (order: Order): Promise<unknown> => {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      answers.set(id, { resolve, reject });
      child.send({ id, order }, (error) => {
        if (error !== null) reject(error);
      });
    });
  };
  return {
    end,
    order: send,
    use: <T, G>(work: unknown, given: G) => send({ kind: 'use', source: String(work), given }) as Promise<T>,
    async kill() {
      child.kill('SIGKILL');
      await end;
    },
  };
}
