/**
 * Runs the built main bundle as Electron would: the module `electron` is the stand-in, and the app becomes ready when
 * the bundle has been read to its end. Arguments: the bundle, then what the program is started with.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { obeyTest } from './control.ts';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

const [node = '', , bundle = '', ...args] = process.argv;
process.argv = [node, ...args];
Object.assign(process, { resourcesPath: process.cwd() });
process.on('SIGTERM', () => app.quit());
obeyTest();
await import(pathToFileURL(bundle).href);
app.becomeReady();
