/** Starts the built desktop program as its user does, and looks at it from outside. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import electron from 'electron/package.json' with { type: 'json' };
import { vi } from 'vitest';
import { desktopBundle } from '../../scripts/desktop-bundle.mjs';
import { electronBinary } from '../../scripts/electron-binary.mjs';
import { screensBundle } from '../../scripts/screens-bundle.mjs';
import type { Machine } from '../integration/cli-harness.ts';
import type { Act, Driver, Electron, Ended, PageWork } from './driver.ts';
import { openReal } from './real/driver.ts';
import type { Sight, SightOfMenu } from './stand-in/orders.ts';
import { openStandIn } from './stand-in-driver.ts';

const BINARY = electronBinary();

export const IS_REAL = BINARY !== null;

/** Which Electron the specs run on, for the report. */
export const ELECTRON = BINARY === null ? 'on the stand-in for Electron' : `on Electron ${electron.version}`;

/** Electron itself where its binary is, else the stand-in. */
export async function openElectron(): Promise<Electron> {
  return BINARY === null ? openStandIn() : openReal(BINARY);
}

export async function buildDesktop(): Promise<void> {
  for (const bundle of [desktopBundle, screensBundle]) if (!bundle.isFresh()) await bundle.build('silent');
}

/** Programs start slowly on a machine that has much to do. */
export const PATIENCE = { timeout: 90_000, interval: 50 };

/** Gives a machine's desktop a place for tray icons, as its session bus tells of it. */
export function addTray(machine: Machine): void {
  const directory = join(machine.environment.HOME ?? '', 'bin');
  mkdirSync(directory, { recursive: true });
  const script = `#!/bin/sh\nenv > '${join(directory, 'environment')}'\necho "(true,)"\n`;
  writeFileSync(join(directory, 'gdbus'), script, { mode: 0o755 });
  machine.environment.PATH = `${directory}:${machine.environment.PATH}`;
}

/** The environment in which the desktop asked the session bus for its tray. */
export const handedOn = (machine: Machine): string =>
  readFileSync(join(machine.environment.HOME ?? '', 'bin', 'environment'), 'utf8');

/** The desktop program at work. */
export class Desktop {
  readonly #driver: Driver;
  readonly end: Promise<Ended>;

  constructor(machine: Machine, electron: Electron, args: readonly string[] = []) {
    this.#driver = electron.start(machine, args);
    this.end = this.#driver.end;
  }

  order(act: Act): Promise<unknown> {
    return this.#driver.order(act);
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
  use<T, G>(work: PageWork<T, G | undefined>): Promise<T>;
  use<T, G>(work: PageWork<T, G>, given: G): Promise<T>;
  use<T, G>(work: PageWork<T, G | undefined>, given?: G): Promise<T> {
    return this.#driver.use(work, given);
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

  kill(): Promise<void> {
    return this.#driver.kill();
  }
}

export const entryOf = (menu: readonly SightOfMenu[], id: string): SightOfMenu | undefined =>
  menu.flatMap((entry) => [entry, ...entry.items]).find((entry) => entry.id === id);
