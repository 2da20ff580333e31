/**
 * Runs the headless program of this checkout in this process, after building it where its sources have changed since.
 * Prints nothing on standard output: that belongs to the command.
 */
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What `engines` in package.json asks for; native modules crash on another. */
const NODE_MAJOR = '24';

if (process.versions.node.split('.')[0] === NODE_MAJOR) await run();
else await runOnOwnNode();

async function run() {
  const { bundleEntry, compileCache, headlessBundle } = await import('./headless-bundle.mjs');
  const bundles = [headlessBundle];
  if (servesScreens()) bundles.push((await import('./screens-bundle.mjs')).screensBundle);
  const stale = bundles.filter((bundle) => !bundle.isFresh());
  if (stale.length > 0) console.error('Building…');
  try {
    for (const bundle of stale) await bundle.build('silent');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return;
  }
  module.enableCompileCache(compileCache);
  // Reading source maps costs milliseconds in every file that is loaded, so only those pay who look for a mistake.
  if (process.env.DEBUG) process.setSourceMapsEnabled(true);
  await import(pathToFileURL(bundleEntry).href);
}

/** Whether this command shows the screens, which no other waits for. */
function servesScreens() {
  const words = process.argv.slice(2);
  return words.includes('serve') || (words.includes('demo') && !words.includes('--once'));
}

/** Started by another Node than the checkout's: hands over to that one, signals and exit code included. */
async function runOnOwnNode() {
  const { spawn } = await import('node:child_process');
  const script = fileURLToPath(import.meta.url);
  const node = fileURLToPath(
    new URL(
      `../node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`,
      import.meta.url,
    ),
  );

  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', () => {
    console.error(`Calendar Sync needs Node ${NODE_MAJOR}, and this checkout has none yet. Run: npm ci`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
