import type { Browser, BrowserContext, Locator, Page } from 'playwright';
import { type Machine, NOW } from '../integration/cli-harness.ts';
import { launchBrowser, newContext, PATIENCE_MS, watchFaults } from './browser.ts';
import { holdDate } from './fixed-date.ts';
import { rememberWords } from './said.ts';

/** The screens of the real program, as somebody has them open. */
export interface Product extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the page so far. */
  readonly faults: readonly string[];
  heading(name: string): Locator;
  button(name: string | RegExp): Locator;
  /** By the navigation. */
  goTo(screen: string): Promise<void>;
  /** Signs in on the page that a waiting sign-in leads to; the page goes on by itself. */
  signIn(): Promise<void>;
  /** Chooses in a list that drops down. */
  choose(label: string, option: string | RegExp): Promise<void>;
}

/** Starts `serve` on a machine and opens the link it prints in a browser of its own. */
export async function openProduct(machine: Machine): Promise<Product> {
  const browser: Browser = await launchBrowser();
  const context = await newContext(browser);
  // The week that is shown is the one that the tests have filled, also where midnight passes meanwhile.
  await holdDate(context, NOW);
  await rememberWords(context);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults = watchFaults(page);
  const agent = machine.start('serve', '--port', '0');
  const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
  await page.goto(link);
  const heading = (name: string): Locator => page.getByRole('heading', { level: 1, name });
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
  return {
    context,
    page,
    faults,
    heading,
    button,
    async goTo(screen) {
      await page.getByRole('navigation').getByRole('link', { name: screen }).click();
      await heading(screen).waitFor();
    },
    async signIn() {
      const opened = context.waitForEvent('page');
      await page.getByRole('link', { name: 'Open the sign-in page' }).click();
      const signInPage = await opened;
      await signInPage
        .getByText(/You can close this|connected/i)
        .first()
        .waitFor();
      await signInPage.close();
    },
    async choose(label, option) {
      await page.getByRole('combobox', { name: label }).click();
      await page.getByRole('option', { name: option }).click();
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}
