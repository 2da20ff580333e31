/** Starts the built desktop program as its user does, and looks at it from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BrowserServer, chromium, type Page } from 'playwright';
import { vi } from 'vitest';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { desktopBundle, desktopEntry } from '../../scripts/desktop-bundle.mjs';
import { screensBundle } from '../../scripts/screens-bundle.mjs';
import type { Machine } from '../integration/cli-harness.ts';
import type { Order, Sight, SightOfMenu } from './stand-in/orders.ts';

const START = resolve(import.meta.dirname, 'stand-in/start.ts');

export async function buildDesktop(): Promise<void> {
  for (const bundle of [desktopBundle, screensBundle]) if (!bundle.isFresh()) await bundle.build('silent');
}

/** The machine's Chromium, of which each window gets a page. */
export function startBrowser(): Promise<BrowserServer> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('There is no Chromium: run “npm run pretest”.');
  return chromium.launchServer({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}

/** Programs start slowly on a machine that has much to do. */
export const PATIENCE = { timeout: 30_000, interval: 50 };

/** Gives a machine's desktop a place for tray icons, as its session bus tells of it. */
export function addTray(machine: Machine): void {
  const directory = join(machine.environment.HOME ?? '', 'bin');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'gdbus'), '#!/bin/sh\necho "(true,)"\n', { mode: 0o755 });
  machine.environment.PATH = `${directory}:${machine.environment.PATH}`;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The desktop program at work. */
export class Desktop {
  readonly process: ChildProcess;
  readonly end: Promise<Ended>;
  readonly #answers = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #nextId = 0;

  constructor(machine: Machine, browser: BrowserServer, args: readonly string[] = []) {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', START, desktopEntry, ...args],
      {
        env: { ...machine.environment, STAND_IN_BROWSER: browser.wsEndpoint() },
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.process = child;
    const text = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk) => (text.stdout += chunk));
    child.stderr?.on('data', (chunk) => (text.stderr += chunk));
    child.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
      const waiting = this.#answers.get(id);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    this.end = new Promise((fulfil) => {
      child.on('close', (code) => {
        for (const { reject } of this.#answers.values())
          reject(new Error(`It ended with ${code}: ${text.stderr}`));
        fulfil({ code, ...text });
      });
    });
  }

  order(order: Order): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.process.send({ id, order }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  look(): Promise<Sight> {
    return this.order({ kind: 'look' }) as Promise<Sight>;
  }

  /** Looks until what is seen is as expected. */
  sees(expected: (sight: Sight) => void): Promise<Sight> {
    return vi.waitFor(async () => {
      const sight = await this.look();
      expected(sight);
      return sight;
    }, PATIENCE);
  }

  /** Runs a function over the window's page. It takes nothing from around it but `given`. */
  use<T, G>(work: (page: Page, given: G) => Promise<T>, given?: G): Promise<T> {
    return this.order({ kind: 'use', source: work.toString(), given }) as Promise<T>;
  }

  /** Asks the program what the page could ask. */
  ask(method: string, input: object): Promise<unknown> {
    return this.use(
      (page, message) =>
        page.evaluate((given) => {
          const { calendarSync } = window as unknown as {
            calendarSync: { request(message: unknown): Promise<unknown> };
          };
          return calendarSync.request(given);
        }, message),
      { id: 1_000_000, method, input },
    );
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.end;
  }
}

export const entryOf = (menu: readonly SightOfMenu[], id: string): SightOfMenu | undefined =>
  menu.flatMap((entry) => [entry, ...entry.items]).find((entry) => entry.id === id);
