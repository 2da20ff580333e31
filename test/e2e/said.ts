import type { BrowserContext, Page } from 'playwright';
import { expect } from 'vitest';
import { PATIENCE_MS } from './browser.ts';

/**
 * Remembers what the pages of a context say for a few seconds only, in notifications and on buttons: it may be gone
 * before a test that is held up has looked for it.
 */
export async function rememberWords(context: BrowserContext): Promise<void> {
  await context.addInitScript(remember);
}

/** Waits until a page has shown these words in a message, since the last one that was waited for. */
export async function said(page: Page, words: string): Promise<void> {
  const all = () => page.evaluate(() => (window as unknown as { testSaid: readonly string[] }).testSaid);
  await expect.poll(all, { timeout: PATIENCE_MS }).toContainEqual(expect.stringContaining(words));
  await page.evaluate(() => {
    (window as unknown as { testSaid: string[] }).testSaid.length = 0;
  });
}

/** Runs in the page before its own scripts. */
function remember(): void {
  const heard: string[] = [];
  (window as unknown as { testSaid: string[] }).testSaid = heard;
  const note = (node: Node): void => {
    const within = node instanceof Element ? node : node.parentElement;
    const speakers = [
      within?.closest('[role="alert"], button'),
      ...(within?.querySelectorAll('[role="alert"]') ?? []),
    ];
    for (const one of speakers) {
      if (one instanceof HTMLElement && one.checkVisibility()) heard.push(one.textContent);
    }
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (target instanceof CharacterData) note(target);
      for (const one of addedNodes) note(one);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}
