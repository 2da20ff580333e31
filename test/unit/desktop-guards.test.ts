import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Program } from '../../src/main/rpc/program.ts';

/** `security.md` 3, 5 and 6: each wall by itself, where in the window another one stands before it. */

type Handler = (event: unknown, message: unknown) => Promise<unknown>;

const { electron } = vi.hoisted(() => ({
  electron: {
    opened: [] as string[],
    handlers: new Map<string, unknown>(),
  },
}));
vi.mock('electron', () => ({
  app: { on: () => undefined },
  shell: { openExternal: async (url: string) => void electron.opened.push(url) },
  ipcMain: {
    handle: (channel: string, handler: unknown) => electron.handlers.set(channel, handler),
    removeHandler: (channel: string) => electron.handlers.delete(channel),
  },
}));

const { guardSession } = await import('../../src/main/electron/guard.ts');
const { serveWindow } = await import('../../src/main/electron/ipc.ts');
const { openLink } = await import('../../src/main/electron/links.ts');

beforeEach(() => {
  electron.opened.length = 0;
  electron.handlers.clear();
});

describe('a link', () => {
  it('is opened in the system’s browser', async () => {
    await openLink('https://accounts.example.com/authorize');
    expect(electron.opened).toEqual(['https://accounts.example.com/authorize']);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://example.com/',
    'smb://host/share',
    'calc:',
    '',
  ])('is refused: %j', async (url) => {
    await expect(openLink(url)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(electron.opened).toEqual([]);
  });
});

it('the network is out of the reach of whatever is shown, also where its policy would allow it', () => {
  const cancelled = new Map<string, boolean>();
  const nothing = (): void => undefined;
  const session = {
    setPermissionRequestHandler: nothing,
    setPermissionCheckHandler: nothing,
    setDevicePermissionHandler: nothing,
    setDisplayMediaRequestHandler: nothing,
    on: nothing,
    webRequest: {
      onBeforeRequest(
        listener: (request: { url: string }, decide: (answer: { cancel: boolean }) => void) => void,
      ) {
        for (const url of [
          ...['calendar-sync://app/index.html', 'blob:calendar-sync://app/1', 'https://example.com/'],
          ...[
            'http://127.0.0.1:1/',
            'wss://example.com/',
            'file:///etc/passwd',
            'calendar-sync://app.example/',
          ],
          ...['blob:https://example.com/1', 'data:text/html,x', 'ftp://example.com/'],
        ]) {
          listener({ url }, ({ cancel }) => cancelled.set(url, cancel));
        }
      },
    },
  };
  guardSession(session as never);
  const allowed = [...cancelled].flatMap(([url, cancel]) => (cancel ? [] : [url]));
  expect(allowed).toEqual(['calendar-sync://app/index.html', 'blob:calendar-sync://app/1']);
  expect(cancelled.size).toBe(10);
});

describe('a message to the program', () => {
  const ORIGIN = 'calendar-sync://app';
  const page = { id: 1, isDestroyed: () => false, send: () => undefined };
  const own = { sender: { id: 1 }, senderFrame: { parent: null, origin: ORIGIN } };
  let asked: unknown[];

  function ask(event: unknown, window: object | null = page): Promise<unknown> {
    asked = [];
    const dispatch = async (message: unknown): ReturnType<Program['dispatch']> => {
      asked.push(message);
      return { kind: 'result', id: 1, output: {} };
    };
    serveWindow({
      program: { dispatch, subscribe: () => () => undefined },
      log: () => undefined,
      page: () => window as never,
    });
    const handler = electron.handlers.get('rpc:request') as Handler;
    return handler(event, '{"id":1,"method":"snapshot.get","input":{}}');
  }

  it('is answered when it comes from the page of the window', async () => {
    expect(await ask(own)).toMatchObject({ kind: 'result' });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['another window', { ...own, sender: { id: 2 } }, page],
    ['a frame within the page', { ...own, senderFrame: { parent: {}, origin: ORIGIN } }, page],
    ['another origin', { ...own, senderFrame: { parent: null, origin: 'https://example.com' } }, page],
    [
      'an origin that begins alike',
      { ...own, senderFrame: { parent: null, origin: `${ORIGIN}.example` } },
      page,
    ],
    ['a frame that is gone', { ...own, senderFrame: null }, page],
    ['a page whose window is gone', own, null],
  ])('is refused from %s', async (_, event, window) => {
    expect(await ask(event, window)).toMatchObject({ kind: 'failure', error: { code: 'PERMISSION_DENIED' } });
    expect(asked).toEqual([]);
  });
});
