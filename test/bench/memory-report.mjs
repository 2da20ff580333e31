/** Preloaded into a process that is measured: says on file descriptor 3, as it ends, how much memory it takes. */
import { readFileSync, writeSync } from 'node:fs';

process.on('exit', () => {
  writeSync(3, JSON.stringify({ resident: process.memoryUsage.rss(), peak: peak() }));
});

/** Bytes. Linux keeps the `maxRSS` of whoever started the process, so that the mark of its own memory is read there. */
function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(mark?.[1]) * 1024;
}
