import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { chromiumPath } from '../../scripts/chromium.mjs';

/** The machine's own Chromium, asking nobody for anything. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('There is no Chromium: run “npm run pretest”.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Everything happens within a second on a machine that has nothing else to do. */
export const PATIENCE_MS = 60_000;

/** A British reader's browser, in daylight, on a small laptop. */
export const newContext = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    reducedMotion: 'reduce',
  });

/** What went wrong in a page: errors, and everything that its policy refused. Reaching the end with none is the test. */
export function watchFaults(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) {
      faults.push(message.text());
    }
  });
  return faults;
}
