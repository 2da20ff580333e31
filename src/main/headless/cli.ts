import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { main } from './main.ts';
import { processTerminal } from './terminal.ts';

// A first sync makes much garbage. Left to itself V8 lets the heap grow to several times what is alive and keeps it;
// on a technician's machine the memory belongs to others. Being thrifty costs a quarter of the speed, so it begins
// when there is something to save.
const AMPLE_BYTES = 110_000_000;
const watch = setInterval(() => {
  if (process.memoryUsage.rss() < AMPLE_BYTES) return;
  setFlagsFromString('--optimize-for-size');
  clearInterval(watch);
}, 50).unref();

// Whatever this process creates is for its user alone.
process.umask(0o077);

process.exitCode = await main(process.argv.slice(2), {
  terminal: processTerminal(process),
  environment: process.env,
  readInput: () => text(process.stdin),
  screensDir: join(import.meta.dirname, '../renderer'),
});
