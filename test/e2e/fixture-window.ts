import { readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { CONTENT_SECURITY_POLICY } from '../../src/shared/content-security-policy.ts';
import { watchFaults } from './browser.ts';
import type { FixtureProgram } from './fixture-program.ts';

const SCREENS = resolve(import.meta.dirname, '../../out/renderer');
const ORIGIN = 'http://calendar-sync.test';
/** Monday morning: the fixtures' week has just begun. */
const NOW = new Date('2026-11-23T09:45:00Z');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** A page that can show one fixture program after another. */
export interface FixtureWindow {
  readonly page: Page;
  /** What went wrong since the last `open`. */
  faults(): readonly string[];
  /** Loads the page anew over another program. */
  open(program: FixtureProgram, path: string): Promise<void>;
}

/**
 * The built screens under their real policy, over programs of fixtures, connected as the desktop's preload connects
 * them. Nothing else can be reached from the page.
 */
export async function openFixtureWindow(context: BrowserContext): Promise<FixtureWindow> {
  let program: FixtureProgram | null = null;
  await context.route('**', (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== ORIGIN) return route.abort();
    const file = url.pathname === '/' ? '/index.html' : url.pathname;
    return route.fulfill({
      body: readFileSync(join(SCREENS, file)),
      contentType: TYPES[extname(file)] ?? 'application/octet-stream',
      headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
    });
  });
  await context.exposeFunction('testRequest', (message: unknown) => program?.dispatch(message));
  await context.addInitScript(installBridge);
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  const faults = watchFaults(page);
  let seen = 0;
  return {
    page,
    faults: () => faults.slice(seen),
    async open(next, path) {
      await page.goto('about:blank');
      seen = faults.length;
      program = next;
      next.onMessage((message) =>
        page.evaluate((given) => {
          (window as unknown as { testPush(message: unknown): void }).testPush(given);
        }, message),
      );
      await page.goto(`${ORIGIN}/#${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  };
}

/** Runs in the page before its own scripts, as the preload does. */
function installBridge(): void {
  const listeners = new Set<(message: unknown) => void>();
  const page = window as unknown as {
    testRequest(message: unknown): Promise<unknown>;
    testPush(message: unknown): void;
    calendarSync: unknown;
  };
  page.testPush = (message) => {
    for (const listener of listeners) listener(message);
  };
  page.calendarSync = {
    request: (message: unknown) => page.testRequest(message),
    subscribe(listener: (message: unknown) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
