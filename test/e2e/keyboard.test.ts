import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { launchBrowser, newContext } from './browser.ts';
import type { FixtureProgram } from './fixture-program.ts';
import { CONFLICTS, CROWDED } from './fixture-week.ts';
import { type FixtureWindow, openFixtureWindow } from './fixture-window.ts';
import { over } from './scene.ts';
import { settled } from './settled.ts';

/** Everything by the keyboard: where the focus goes, that it is seen, and that it comes back. */

let browser: Browser;
let shown: FixtureWindow;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  shown = await openFixtureWindow(await newContext(browser));
  page = shown.page;
});
afterAll(async () => {
  await shown?.[Symbol.asyncDispose]();
  await browser?.close();
});

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

  it('the focus follows a decision to where it can be taken back, and back again', async () => {
    const decided: Handlers['conflicts.decided'] = () => ({
      items: answered ? CONFLICTS.slice(0, 1).map((one) => ({ ...one, keep: 'booking' as const })) : [],
    });
    let answered = false;
    const program: FixtureProgram = over(
      { conflicts: 1, state: 'attention' },
      {
        'conflicts.decided': decided,
        'conflicts.resolve': () => become(true),
        'conflicts.undo': () => become(false),
      },
    )();
    const become = (now: boolean): Record<string, never> => {
      answered = now;
      void program.become({ conflicts: now ? 0 : 1 });
      return {};
    };
    await shown.open(program, '/conflicts');
    await page.getByRole('button', { name: 'Keep the booking' }).press('Enter');
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    await expect.poll(() => hasFocus(undo)).toBe(true);
    await page.keyboard.press('Enter');
    const keep = page.getByRole('button', { name: 'Keep my calendar' });
    await keep.waitFor();
    await expect.poll(() => hasFocus(keep)).toBe(true);
  });

  it('what is behind “+2” is opened, read and closed', async () => {
    await shown.open(over({}, { 'week.get': () => ({ items: CROWDED }) })(), '/');
    const more = page.getByRole('button', { name: 'Show 2 more entries' });
    await more.press('Enter');
    const popover = page.getByRole('dialog');
    await popover.waitFor();
    await expect.poll(() => popover.evaluate((one) => one.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'hidden' });
    await expect.poll(() => hasFocus(more)).toBe(true);
  });

  it('a day is typed as it is written here', async () => {
    const program = over()();
    await shown.open(program, '/log');
    const asked = () => program.calls.findLast(({ method }) => method === 'logs.query')?.input;
    await page.getByRole('textbox', { name: 'From' }).focus();
    await page.keyboard.type('3/11/26');
    await page.keyboard.press('Enter');
    await expect.poll(asked).toMatchObject({ from: '2026-11-03T00:00:00.000Z' });
    await page.keyboard.press('Escape');
    await page.getByRole('grid').waitFor({ state: 'hidden' });
    const to = page.getByRole('textbox', { name: 'To' });
    await to.focus();
    await expect.poll(() => page.getByRole('textbox', { name: 'From' }).inputValue()).toBe('03/11/2026');
    await page.keyboard.type('22.11.2026');
    await page.keyboard.press('Tab');
    await expect.poll(asked).toMatchObject({ to: '2026-11-23T00:00:00.000Z' });
    await expect.poll(() => to.inputValue()).toBe('22/11/2026');
  });

  it('End leads to the last row of the log and Home to the first, and each opens', async () => {
    await shown.open(over()(), '/log');
    const rows = page.getByRole('region', { name: 'Operations' });
    const above = (): Promise<number> => rows.evaluate((one) => one.scrollTop);
    const below = (): Promise<number> =>
      rows.evaluate((one) => Math.floor(one.scrollHeight - one.clientHeight - one.scrollTop));
    await rows.focus();
    await page.keyboard.press('End');
    await expect.poll(below).toBe(0);
    // What is opened makes its row taller than it was taken for, and has the focus when the row leaves the document.
    await rows.locator('[aria-rowindex="101"]').getByRole('button').press('Enter');
    await page.getByText('Sent and answered').waitFor();
    await page.keyboard.press('Home');
    await expect.poll(above).toBe(0);
    await rows.locator('[aria-rowindex="2"]').getByRole('button').press('Enter');
    await page.getByText('Sent and answered').waitFor();
    await page.keyboard.press('End');
    await expect.poll(below).toBe(0);
    // At once, whatever the first of the two has still to do.
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await settled(page);
    expect(await above()).toBe(0);
    expect(await hasFocus(rows)).toBe(true);
  });

  it('Page and arrow keys lead on through the log, also when what had the focus has left with its row', async () => {
    await shown.open(over()(), '/log');
    const rows = page.getByRole('region', { name: 'Operations' });
    /** Where a key leads that is pressed again and again: the browser drops one that comes as it ends an animation. */
    const pressing = (key: string) =>
      expect.poll(async () => {
        await page.keyboard.press(key);
        return rows.evaluate((one) => one.scrollTop / one.clientHeight);
      });
    await rows.locator('[aria-rowindex="2"]').getByRole('button').focus();
    await pressing('PageDown').toBeGreaterThan(3);
    expect(await hasFocus(rows)).toBe(true);
    await pressing('PageUp').toBe(0);
    await rows.locator('[aria-rowindex="2"]').getByRole('button').focus();
    await pressing('ArrowDown').toBeGreaterThan(0.8);
    await pressing('ArrowUp').toBe(0);
  });

  it('what is ticked and what has the focus are seen where the system sets the colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await shown.open(over()(), '/feeds');
    await page.getByRole('button', { name: 'Create a feed' }).press('Enter');
    const publish = page.getByRole('checkbox', { name: /^Publish it/ });
    await publish.press('Space');
    for (const ticked of [publish, page.getByRole('radio', { name: 'Busy times only' })]) {
      const { mark, ground } = await ticked.evaluate((input) => ({
        mark: getComputedStyle(input.nextElementSibling ?? input).color,
        ground: getComputedStyle(input).backgroundColor,
      }));
      expect(mark).not.toBe(ground);
    }
    await shown.open(over()(), '/log');
    const search = page.getByLabel('Search');
    await search.focus();
    expect(await search.evaluate((input) => getComputedStyle(input).outlineStyle)).toBe('solid');
    await shown.open(over()(), '/settings');
    const edges = page
      .locator('.mantine-Switch-track')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).borderTopStyle));
    expect(new Set(await edges)).toEqual(new Set(['solid']));
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('in a dialog Tab goes round, and out of it nowhere', async () => {
    await shown.open(over()(), '/feeds');
    await page.getByRole('button', { name: 'Create a feed' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const within = () => dialog.evaluate((one) => one.contains(document.activeElement));
    await expect.poll(within).toBe(true);
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab');
      expect(await within()).toBe(true);
    }
  });
});
