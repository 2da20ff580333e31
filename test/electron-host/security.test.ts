import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type Machine } from '../integration/cli-harness.ts';
import { addTray, buildDesktop, Desktop, ELECTRON, handedOn, IS_REAL, openElectron } from './desktop.ts';
import type { Electron } from './driver.ts';

/** `security.md` 1 to 7, on the window of the built program. */

let electron: Electron;
let machine: Machine;
let desktop: Desktop;

beforeAll(async () => {
  await buildDesktop();
  electron = await openElectron();
  machine = createMachine();
  addTray(machine);
  desktop = new Desktop(machine, electron);
  await desktop.sees(({ window }) => expect(window?.visible).toBe(true));
  await desktop.use((page) => page.getByRole('heading').first().waitFor());
});
afterAll(async () => {
  await desktop.kill();
  await electron.close();
  await machine.dispose();
});

/** The message itself, as a page that took the bridge apart would send it. */
const invoke = (channel: string, message: unknown): Promise<unknown> =>
  desktop.use(
    (page, given) =>
      page.evaluate(
        ({ channel, message }) =>
          (
            window as unknown as { electronInvoke(channel: string, args: unknown[]): Promise<unknown> }
          ).electronInvoke(channel, [message]),
        given,
      ),
    { channel, message },
  );

describe(`${ELECTRON}, the window`, () => {
  it('1: is sandboxed and isolated, without Node, webviews and developer tools', async () => {
    expect((await desktop.look()).window?.preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: false,
    });
  });

  it('2: comes from its own scheme, which leads to the built screens only', async () => {
    expect((await desktop.look()).window?.url).toMatch(/^calendar-sync:\/\/app\//);
    const request = (url: string): Promise<unknown> => desktop.order({ kind: 'request', url });
    expect(await request('calendar-sync://app/index.html')).toMatchObject({ status: 200 });
    for (const path of [
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/%2e%2e/package.json',
      '/etc/passwd',
      '',
    ]) {
      const url = path === '' ? 'calendar-sync://other/index.html' : `calendar-sync://app/assets/${path}`;
      expect(await request(url)).toMatchObject({ status: 404, bytes: 0 });
    }
    expect(await request('file:///etc/passwd')).toBeNull();
  });

  it('3: has a policy that starts from nothing, and no way to the network', async () => {
    const { headers } = (await desktop.order({ kind: 'request', url: 'calendar-sync://app/' })) as {
      headers: Record<string, string>;
    };
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const answers = await desktop.use((page) =>
      page.evaluate(async () => {
        const tried = (work: () => Promise<unknown>): Promise<string> =>
          work().then(
            () => 'reached',
            () => 'refused',
          );
        const image = (): Promise<unknown> =>
          new Promise((resolve, reject) => {
            const picture = new Image();
            picture.onload = resolve;
            picture.onerror = reject;
            picture.src = 'https://example.com/pixel.png';
          });
        return Promise.all([tried(() => fetch('https://example.com/')), tried(image)]);
      }),
    );
    expect(answers).toEqual(['refused', 'refused']);
    expect((await desktop.look()).reached).toEqual([]);
  });

  it('4: gets no permission, goes nowhere and opens no window', async () => {
    for (const permission of ['geolocation', 'media', 'notifications', 'clipboard-read', 'openExternal']) {
      expect(await desktop.order({ kind: 'permits', permission })).toEqual([false, false, false]);
    }
    const { url } = (await desktop.look()).window ?? { url: '' };
    await desktop.use((page) =>
      page.evaluate(() => {
        window.open('https://example.com/window');
        location.href = 'https://example.com/elsewhere';
      }),
    );
    const after = await desktop.sees(({ blocked }) =>
      expect(blocked).toEqual(
        expect.arrayContaining([
          'window https://example.com/window',
          'navigation https://example.com/elsewhere',
        ]),
      ),
    );
    expect({ url: after.window?.url, reached: after.reached, opened: after.opened }).toEqual({
      url,
      reached: [],
      opened: [],
    });
  });

  it('6: is answered INVALID_INPUT whatever it makes up, and goes on being answered', async () => {
    const refused = { kind: 'failure', error: { code: 'INVALID_INPUT' } };
    const request = (method: string, input: unknown): string => JSON.stringify({ id: 7, method, input });
    const made = [
      request('accounts.list.constructor', {}),
      request('__proto__', {}),
      request('accounts.remove', { id: 5 }),
      request('snapshot.get', 'x'.repeat(1_000_001)),
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '{"id":1',
      '',
      null,
      5,
      { id: 7, method: 'snapshot.get', input: {} },
    ];
    for (const message of made) expect(await invoke('rpc:request', message)).toMatchObject(refused);
    expect(await invoke('rpc:request', request('snapshot.get', {}))).toMatchObject({ kind: 'result', id: 7 });
    await expect(invoke('rpc:other', '')).rejects.toThrow('No handler registered');
  });

  it('6: alone is answered: no frame within it is', async () => {
    const answer = await desktop.use(async (page) => {
      await page.evaluate(() => document.body.append(document.createElement('iframe')));
      const frame = page.frames().find((one) => one !== page.mainFrame());
      return frame?.evaluate(() => {
        const { electronInvoke } = window as unknown as {
          electronInvoke?(channel: string, args: unknown[]): Promise<unknown>;
        };
        const message = '{"id":1,"method":"snapshot.get","input":{}}';
        return electronInvoke?.('rpc:request', [message]) ?? 'has no bridge';
      });
    });
    // Electron loads no preload into a frame; the stand-in lets it ask all the same.
    expect(answer).toEqual(
      IS_REAL
        ? 'has no bridge'
        : expect.objectContaining({
            kind: 'failure',
            error: expect.objectContaining({ code: 'PERMISSION_DENIED' }),
          }),
    );
  });

  it('7: is given request and subscribe, and nothing else', async () => {
    const given = await desktop.use((page) =>
      page.evaluate(() => {
        const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'];
        const { calendarSync } = window as unknown as { calendarSync: object };
        return { api: Object.keys(calendarSync).sort(), node: names.filter((name) => name in window) };
      }),
    );
    expect(given).toEqual({ api: ['request', 'subscribe'], node: [] });
  });
  it('hands none of its secrets on to the programs that it starts, and still has them', async () => {
    expect(machine.environment.CALENDAR_ENCRYPTION_KEY).toMatch(/./);
    expect(handedOn(machine)).toMatch(/^HOME=/m);
    expect(handedOn(machine)).not.toMatch(/^CALENDAR_ENCRYPTION_KEY=/m);
    expect(await desktop.ask('doctor.run', {})).toMatchObject({
      kind: 'result',
      output: {
        checks: expect.arrayContaining([expect.objectContaining({ id: 'keychain', status: 'ok' })]),
      },
    });
  });
});
