/** Runs the headless program where it is installed; a checkout has `calendar-sync.mjs`. */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
// Where it cannot be written the program starts more slowly, and that is all.
const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
module.enableCompileCache(join(caches, 'calendar-sync', version));
await import(new URL('./out/headless/cli.js', import.meta.url).href);
