/** Preloaded into a process that is measured: says on file descriptor 3, as it ends, how much memory it takes. */
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const resident = process.memoryUsage.rss();
  const peak = process.resourceUsage().maxRSS * 1024;
  writeSync(3, JSON.stringify({ resident, peak }));
});
