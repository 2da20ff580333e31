import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, newContext } from './browser.ts';
import { type FixtureWindow, openFixtureWindow } from './fixture-window.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};
const CONTRAST: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } };

const LARGE = { width: 1280, height: 800 };
/** The smallest window, and what is left of a small one at 200 %. */
const SMALL = [
  { width: 720, height: 520 },
  { width: 640, height: 400 },
];

/** What holds of every screen in every state. In files of their own, several of which run at once. */
export function holdScreens(scenes: readonly Scene[]): void {
  let browser: Browser;
  let shown: FixtureWindow;

  beforeAll(async () => {
    browser = await launchBrowser();
    shown = await openFixtureWindow(await newContext(browser));
  });
  afterAll(async () => {
    await shown?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  describe.each(scenes)('the screen $name', (scene) => {
    it('can be used by everybody, in light and dark, small and large, under its policy', async () => {
      const { page, open, faults } = shown;
      const program = scene.program();
      await page.setViewportSize(LARGE);
      await page.emulateMedia({ colorScheme: 'light' });
      await open(program, scene.path, scene.ready);
      await scene.act?.(page, program);
      await settled(page);
      await page.evaluate(AXE);
      expect(await violations(page, WCAG)).toEqual([]);
      for (const size of SMALL) {
        await page.setViewportSize(size);
        await settled(page);
        expect(await overhang(page)).toBeLessThanOrEqual(0);
      }
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark');
      await settled(page);
      expect(await violations(page, CONTRAST)).toEqual([]);
      expect(faults()).toEqual([]);
    });
  });
}

async function violations(page: Page, options: RunOptions): Promise<readonly string[]> {
  const results = (await page.evaluate(
    (given) => (window as unknown as { axe: { run(options: unknown): Promise<unknown> } }).axe.run(given),
    options,
  )) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`),
  );
}

/** How far content sticks out of the window sideways, in pixels. */
const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const main = document.querySelector('main');
    return Math.max(
      document.documentElement.scrollWidth - window.innerWidth,
      main === null ? 0 : main.scrollWidth - main.clientWidth,
    );
  });
