import type { Page } from 'playwright';

/**
 * Until the page has nothing left to do: what it asked has been answered, what follows from that has been drawn, and
 * no animation that ends is on its way. Counted in the browser's own frames, so that a browser that is held up is
 * waited for.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { testAsking, scheduler } = window as unknown as {
      testAsking?: () => boolean;
      scheduler: { postTask(task: () => void, options: { priority: 'background' }): Promise<void> };
    };
    const frame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => done()));
    // After every task that is ready to run. An idle callback may wait for ever where no further frame is due.
    const rest = (): Promise<void> => scheduler.postTask(() => undefined, { priority: 'background' });
    await document.fonts.ready;
    do {
      // Two frames: what a resize observer changes in the first is drawn in the second.
      await frame();
      await frame();
      const ending = document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
      // Brought to their end rather than waited for: what they end in is what is looked at.
      for (const animation of ending) animation.finish();
      await frame();
      await rest();
    } while (testAsking?.() === true);
  });
}
