import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/shared/domain/settings.ts';

/** As Electron's: a request of its own, made of what it is given. */
vi.mock('electron', () => ({ net: { fetch: (input: Request, init: RequestInit) => fetch(input, init) } }));

const { desktopFetch } = await import('../../src/main/electron/network.ts');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Begins an answer that never ends. */
const server = createServer((_, response) => {
  response.write(': listening\n\n');
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('the desktop’s network', () => {
  const fetch = desktopFetch({}, async () => DEFAULT_SETTINGS);

  it('ends an answer when its caller does, however long it has lasted', async () => {
    const caller = new AbortController();
    const answer = await fetch(url, { redirect: 'manual', signal: caller.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    const next = reader?.read();
    collectGarbage();
    caller.abort(new Error('Nobody listens any more'));
    await expect(next).rejects.toThrow('Nobody listens any more');
  });
});
