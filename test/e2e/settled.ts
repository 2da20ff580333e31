import type { Page } from 'playwright';

/** Until the page has been drawn and no animation that ends is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const frame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => done()));
    // Two frames: what a resize observer changes in the first is drawn in the second.
    await frame();
    await frame();
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    // Brought to their end rather than waited for: what they end in is what is looked at.
    for (const animation of ending) animation.finish();
    await frame();
  });
}
