/**
 * What `npm start` does: opens the desktop window. Electron's binary is fetched when it is first needed; where it cannot
 * be, says so in one line and serves the same screens to a browser.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './bundle.mjs';
import { ELECTRON, electronBinary } from './electron-binary.mjs';

/** Long enough for 100 MB over a slow line. */
const FETCH_MS = 10 * 60 * 1000;

const binary = electronBinary() ?? fetchedBinary();
if (binary === null) {
  console.error(
    'The desktop window needs Electron, which could not be fetched. Open the link below in a browser instead; Ctrl-C ends.',
  );
  process.argv.splice(2, 0, 'serve');
  await import('./calendar-sync.mjs');
} else {
  const { desktopBundle } = await import('./desktop-bundle.mjs');
  const { screensBundle } = await import('./screens-bundle.mjs');
  for (const bundle of [desktopBundle, screensBundle]) if (!bundle.isFresh()) await bundle.build('silent');
  const child = spawn(binary, [REPOSITORY, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

/** By the package's own installer. */
function fetchedBinary() {
  const installer = join(ELECTRON, 'install.js');
  if (!existsSync(installer)) return null;
  console.error('Fetching Electron…');
  spawnSync(process.execPath, [installer], { stdio: 'ignore', timeout: FETCH_MS });
  return electronBinary();
}
