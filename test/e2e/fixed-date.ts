import type { BrowserContext } from 'playwright';

/**
 * Holds the date that the pages of a context read, and nothing else. Playwright's own clock would put its timers in
 * place of the browser's as well, and frames that come whether or not anything was drawn: what is waited for by them
 * may not be there yet.
 */
export async function holdDate(context: BrowserContext, at: Date): Promise<void> {
  await context.addInitScript(hold, at.getTime());
}

/** Runs in the page before its own scripts. */
function hold(at: number): void {
  window.Date = new Proxy(Date, {
    construct: (date, given, target) => Reflect.construct(date, given.length === 0 ? [at] : given, target),
    apply: (date) => new date(at).toString(),
    get: (date, name) => (name === 'now' ? () => at : Reflect.get(date, name)),
  });
}
