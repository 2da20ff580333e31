/** Draws every screen in every state into out/screenshots, light and dark, small, large and at 200 %, to be looked at. */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { screensBundle } from '../../scripts/screens-bundle.mjs';
import { launchBrowser, newContext } from './browser.ts';
import { type FixtureWindow, openFixtureWindow } from './fixture-window.ts';
import type { Scene } from './scene.ts';
import { SCENES } from './scenes.ts';
import { settled } from './settled.ts';

const FOLDER = resolve(import.meta.dirname, '../../out/screenshots');

const SIZES = {
  '1280x800': { width: 1280, height: 800 },
  '720x520': { width: 720, height: 520 },
  // What is left of 1280 × 800 at 200 %.
  '200%': { width: 640, height: 400 },
} as const;

/** One load of a scene, looked at in every size and theme: it has to follow both while it is open. */
async function draw({ page, open, faults }: FixtureWindow, scene: Scene): Promise<void> {
  const program = scene.program();
  await page.setViewportSize(SIZES['1280x800']);
  await open(program, scene.path, scene.ready);
  await scene.act?.(page, program);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    // What the scene is about stays in sight in every size.
    await page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement !== document.body) activeElement?.scrollIntoView({ block: 'center' });
    });
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await settled(page);
      await page.screenshot({ path: join(FOLDER, `${scene.name}.${size}.${theme}.png`) });
    }
  }
  for (const fault of faults()) process.stderr.write(`${scene.name}: ${fault}\n`);
}

const wanted = process.argv.slice(2);
const scenes = SCENES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
);
if (!screensBundle.isFresh()) await screensBundle.build('warn');
if (wanted.length === 0) rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const browser = await launchBrowser();
const shown = await openFixtureWindow(await newContext(browser));
for (const scene of scenes) await draw(shown, scene);
await shown[Symbol.asyncDispose]();
await browser.close();
process.stdout.write(`${scenes.length} scenes in out/screenshots\n`);
