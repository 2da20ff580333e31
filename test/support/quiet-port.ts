import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';

/** Below what Linux and macOS hand out to whoever asks for any port, and above what services are known by. */
const FIRST = 15_000;
const LAST = 32_000;

/** What this process has chosen already. */
const chosen = new Set<number>();

/**
 * A port of this computer that nobody listens on, nor will by chance: for a server that has to be told its port before
 * it starts, or that comes back to it. Test files that run at the same time choose from different ports.
 */
export async function quietPort(): Promise<number> {
  const workers = availableParallelism() + 1;
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % workers;
  const each = Math.floor((LAST - FIRST) / workers);
  for (;;) {
    const port = FIRST + worker * each + randomInt(each);
    if (chosen.has(port) || !(await isFree(port))) continue;
    chosen.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
