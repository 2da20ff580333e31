import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';

/** The clock that other tests live by: it does not pass while anything is under way, nor waits for what never ends. */

/** Lets the event loop turn so often, which takes no time that anybody could tell. */
async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** How far time has passed by the end of some work, while somebody sleeps. */
async function passedDuring(work: (clock: VirtualClock) => Promise<unknown>): Promise<number> {
  const clock = new VirtualClock();
  const start = clock.now().getTime();
  const sleeper = clock.sleep(60_000);
  await work(clock);
  const passed = clock.now().getTime() - start;
  await sleeper;
  return passed;
}

it.each<[string, (clock: VirtualClock) => Promise<unknown>]>([
  ['a module is loaded', () => import('../../src/main/diagnostics/doctor.ts')],
  [
    'files are looked at, one after another',
    async () => {
      for (let look = 0; look < 500; look += 1) await stat(tmpdir());
    },
  ],
  ['somebody waits for an answer that takes its time', (clock) => clock.frozen(() => turns(1_000))],
])('time stands still while %s', async (_what, work) => {
  expect(await passedDuring(work)).toBe(0);
});

it('time passes while a server and a connection to it have nothing to say', async () => {
  const server = createServer((_request, response) => response.write('event: hello\n\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const [stream] = await once(
    get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }),
    'response',
  );
  await once(stream, 'data');
  expect(await passedDuring((clock) => clock.sleep(1_000))).toBe(1_000);
  server.closeAllConnections();
  await once(server.close(), 'close');
});
