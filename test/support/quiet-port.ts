import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what Linux and macOS hand out to whoever asks for any port, and above what services are known by. */
const FIRST = 15_000;
const LAST = 32_000;

/**
 * A port of this computer that nobody listens on, nor will by chance: for a server that has to be told its port before
 * it starts, or that comes back to it.
 */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
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
