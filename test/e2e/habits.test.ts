import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { snapshot } from '../support/snapshot.ts';
import { launchBrowser, newContext } from './browser.ts';
import { type FixtureProgram, failing } from './fixture-program.ts';
import { FEEDS, WEEK } from './fixture-week.ts';
import { type FixtureWindow, openFixtureWindow } from './fixture-window.ts';
import { over } from './scene.ts';

/** How people use a screen, whatever it was made for: they click twice, scroll away, write as they are used to. */

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

const asked = (program: FixtureProgram, wanted: string): number =>
  program.calls.filter(({ method }) => method === wanted).length;

/** Whether nothing of it is cut off by the window's edge, and a click in its middle would meet it itself. */
const isInSight = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const met = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return isInside && met !== null && element.contains(met);
  });

describe('a double click', () => {
  it('makes one feed', async () => {
    const program = over()();
    await shown.open(program, '/feeds');
    await page.getByRole('button', { name: 'Create a feed' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).dblclick();
    await page.getByText('The feed of Tess Technician was created').first().waitFor();
    expect(asked(program, 'feeds.create')).toBe(1);
  });

  it('answers a question once', async () => {
    const program = over({}, { 'mappings.resync': () => ({}) })();
    await shown.open(program, '/mappings');
    await page.getByRole('button', { name: 'More for Work' }).click();
    await page.getByRole('menuitem', { name: 'Match afresh…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Match afresh' }).dblclick();
    await page.getByText('The next sync matches it afresh.').first().waitFor();
    expect(asked(program, 'mappings.resync')).toBe(1);
  });

  it('does not keep what has failed from being tried again at once', async () => {
    let tries = 0;
    const once = () => {
      tries += 1;
      if (tries === 1) throw new AppError('PROVIDER_ERROR', 'The booking system does not answer.');
      return { feed: FEEDS[0], pending: null };
    };
    const program = over({}, { 'feeds.disable': once })();
    await shown.open(program, '/feeds');
    await page.getByRole('button', { name: 'More for Tess Technician' }).click();
    await page.getByRole('menuitem', { name: 'Switch off…' }).click();
    const answer = page.getByRole('dialog').getByRole('button', { name: 'Switch off' });
    await answer.click();
    await page.getByText('The booking system does not answer.').waitFor();
    await answer.click();
    await page.getByText('The feed is switched off.').waitFor();
    expect(asked(program, 'feeds.disable')).toBe(2);
  });
});

describe('Back', () => {
  /** As the browser's button: it goes to the page before, if nothing keeps it from that. */
  const back = (): Promise<void> => page.evaluate(() => history.back());

  it('closes the dialog that is open, and then leaves the screen', async () => {
    await shown.open(over()(), '/connections');
    await page.getByRole('link', { name: 'Feeds' }).click();
    await page.getByRole('button', { name: 'Create a feed' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await back();
    await dialog.waitFor({ state: 'hidden' });
    expect(new URL(page.url()).hash).toBe('#/feeds');
    await back();
    await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor();
    expect(shown.faults()).toEqual([]);
  });
});

describe('a long form', () => {
  let before: ReturnType<Page['viewportSize']>;
  beforeEach(async () => {
    before = page.viewportSize();
    await page.setViewportSize({ width: 1280, height: 620 });
  });
  afterEach(async () => {
    if (before !== null) await page.setViewportSize(before);
  });

  const REFUSED = 'The title pattern “((” cannot be used here.';

  it.each([
    { button: 'Save', method: 'mappings.update' },
    { button: 'Preview', method: 'mappings.preview' },
  ])('says in sight why $button was refused, wherever it was scrolled to', async ({ button, method }) => {
    await shown.open(over({}, { [method]: failing(REFUSED) })(), '/mappings');
    await page.getByRole('button', { name: 'Work', exact: true }).click();
    await page.getByRole('button', { name: 'More choices' }).click();
    await page.getByRole('button', { name: button, exact: true }).click();
    const reason = page.getByText(REFUSED);
    await reason.waitFor();
    await expect.poll(() => isInSight(reason)).toBe(true);
  });
});

describe('the log', () => {
  it('shows the whole time where the day has two halves', async () => {
    const { host } = snapshot();
    await shown.open(over({ host: { ...host, locale: 'en-US' } })(), '/log');
    const time = page.locator('td[data-column="at"]').first();
    expect(await time.textContent()).toMatch(/[AP]M$/);
    expect(await time.evaluate((cell) => cell.scrollWidth - cell.clientWidth)).toBeLessThanOrEqual(0);
  });

  it.each(['/tess/diary/100%25 done.ics', '50%'])('finds what was done about %s', async (id) => {
    const [first] = WEEK;
    const program = over(
      {},
      { 'week.get': () => ({ items: first === undefined ? [] : [{ ...first, id }] }) },
    )();
    await shown.open(program, '/');
    await page.getByRole('button', { name: /^Booking.*Boiler service/ }).click();
    await page.getByRole('link', { name: 'Show in the log' }).click();
    await expect.poll(() => page.getByLabel('Search').inputValue()).toBe(id);
    expect(program.calls.findLast(({ method }) => method === 'logs.query')?.input).toMatchObject({
      search: id,
    });
  });

  it('is not offered for what was left out without a word', async () => {
    const decisions = [
      { at: '2026-11-23T09:41:58Z', operation: 'skip', reason: 'It is marked as free time.' },
    ];
    const program = over({}, { 'explain.get': ({ id }) => ({ id, links: [], mapping: null, decisions }) })();
    await shown.open(program, '/');
    await page.getByRole('button', { name: /^Left out.*Five-a-side/ }).click();
    await page.getByText('It is marked as free time.').waitFor();
    expect(await page.getByRole('link', { name: 'Show in the log' }).count()).toBe(0);
  });
});
