import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, newContext } from './browser.ts';
import { type FixtureWindow, openFixtureWindow } from './fixture-window.ts';
import { over } from './scene.ts';

/** Everything by the keyboard: where the focus goes, that it is seen, and that it comes back. */

let browser: Browser;
let shown: FixtureWindow;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  shown = await openFixtureWindow(await newContext(browser));
  page = shown.page;
});
afterAll(() => browser?.close());

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

/** What has the focus, by its name and kind, and whether it shows that it has it. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const ring = (one: Element): boolean => {
      const { outlineStyle, borderColor, boxShadow } = getComputedStyle(one);
      return outlineStyle !== 'none' || boxShadow !== 'none' || borderColor.includes('12, 110, 105');
    };
    // A switch or a radio is drawn by what stands beside its input.
    const drawn = [element, element.nextElementSibling, element.parentElement].filter((one) => one !== null);
    return {
      name: element.getAttribute('aria-label') ?? element.textContent ?? '',
      isPage: element === document.body,
      isSeen: drawn.some(ring),
    };
  });

const SCREENS = ['/', '/connections', '/mappings', '/feeds', '/conflicts', '/log', '/settings'];

describe('by the keyboard', () => {
  it.each(SCREENS)(
    'everything that can be clicked on %s is reached, and shows where the focus is',
    async (path) => {
      await shown.open(over({ conflicts: 2, holds: 1 })(), path);
      const wanted = await page
        .locator('main :is(button, a[href], input, [tabindex="0"]):visible:not([disabled])')
        .evaluateAll(
          (all) =>
            all.filter(
              (one) => !(one as HTMLInputElement).matches('[tabindex="-1"], [type="radio"]:not(:checked)'),
            ).length,
        );
      expect(wanted).toBeGreaterThan(3);
      await page.locator('main').focus();
      const seen: string[] = [];
      const unseen: string[] = [];
      for (let step = 0; step < wanted + 20; step += 1) {
        await page.keyboard.press('Tab');
        const { name, isPage, isSeen } = await focused();
        if (isPage) break;
        seen.push(name);
        if (!isSeen) unseen.push(name);
      }
      expect(unseen).toEqual([]);
      expect(seen.length).toBeGreaterThanOrEqual(wanted);
    },
  );

  it('the content is one step away, past the navigation', async () => {
    await shown.open(over()(), '/connections');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await hasFocus(page.locator('main'))).toBe(true);
  });

  it.each([
    { path: '/', opener: /^Booking.*Install meter/ },
    { path: '/mappings', opener: 'Work' },
    { path: '/feeds', opener: 'Create a feed' },
    { path: '/connections', opener: 'Connect a calendar' },
    { path: '/settings', opener: 'Back up…' },
  ])('what $opener opens is closed by Escape, and the focus is where it was', async ({ path, opener }) => {
    await shown.open(over()(), path);
    const button = page.getByRole('button', {
      name: opener,
      ...(typeof opener === 'string' && { exact: true }),
    });
    await button.focus();
    await page.keyboard.press('Enter');
    const opened = page.getByRole('dialog').or(page.getByRole('menu')).first();
    await opened.waitFor();
    await page.waitForFunction(
      () => document.activeElement?.closest('[role="dialog"], [role="menu"]') !== null,
    );
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'hidden' });
    await expect.poll(() => hasFocus(button)).toBe(true);
    expect(shown.faults()).toEqual([]);
  });

  it('the focus comes back to the menu from which a dialog was opened', async () => {
    await shown.open(over()(), '/connections');
    const menu = page.getByRole('button', { name: 'More for tess@gmail.example' });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Disconnect…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => hasFocus(menu)).toBe(true);
  });
});
