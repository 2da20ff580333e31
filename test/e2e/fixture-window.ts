import type { BrowserContext, Page } from 'playwright';
import { PATIENCE_MS, watchFaults } from './browser.ts';
import { holdDate } from './fixed-date.ts';
import { type FixtureProgram, WITHOUT_ANSWER } from './fixture-program.ts';
import { serveBuiltScreens } from './screens-server.ts';
import { settled } from './settled.ts';

/** Monday morning: the fixtures' week has just begun. */
const NOW = new Date('2026-11-23T09:45:00Z');

/** A page that can show one fixture program after another. */
export interface FixtureWindow extends AsyncDisposable {
  readonly page: Page;
  /** What went wrong since the last `open`. */
  faults(): readonly string[];
  /** Loads the page anew over another program, until all that it answers is there. */
  open(program: FixtureProgram, path: string, ready?: string): Promise<void>;
}

/**
 * The built screens under their real policy, over programs of fixtures, connected as the desktop's preload connects
 * them. Nothing else can be reached from the page.
 */
export async function openFixtureWindow(context: BrowserContext): Promise<FixtureWindow> {
  let program: FixtureProgram | null = null;
  const server = await serveBuiltScreens();
  await context.exposeFunction('testRequest', (message: unknown) => program?.dispatch(message));
  await context.addInitScript(installBridge, WITHOUT_ANSWER);
  await holdDate(context, NOW);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults = watchFaults(page);
  let seen = 0;
  let opened = 0;
  return {
    page,
    faults: () => faults.slice(seen),
    async open(next, path, ready = 'h1') {
      seen = faults.length;
      program = next;
      next.onMessage((message) =>
        page.evaluate((given) => {
          (window as unknown as { testPush(message: unknown): void }).testPush(given);
        }, message),
      );
      // Another query, so that it is loaded anew; the same origin, so that what was compiled is used again.
      opened += 1;
      await page.goto(`${server.origin}/?${opened}#${path}`);
      await page.locator(ready).first().waitFor();
      if (!next.keepsWaiting) {
        await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
      }
      await settled(page);
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Runs in the page before its own scripts, as the preload does. */
function installBridge(withoutAnswer: string): void {
  // The theme that an earlier program asked for is remembered there.
  localStorage.clear();
  sessionStorage.clear();
  const listeners = new Set<(message: unknown) => void>();
  let asking = 0;
  const page = window as unknown as {
    testRequest(message: unknown): Promise<unknown>;
    testPush(message: unknown): void;
    testAsking(): boolean;
    calendarSync: unknown;
  };
  page.testAsking = () => asking > 0;
  page.testPush = (message) => {
    for (const listener of listeners) listener(message);
  };
  page.calendarSync = {
    async request(message: unknown) {
      asking += 1;
      try {
        const answer = await page.testRequest(message);
        return answer === withoutAnswer ? new Promise(() => undefined) : answer;
      } finally {
        asking -= 1;
      }
    },
    subscribe(listener: (message: unknown) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
