import { readFileSync } from 'node:fs';
import {
  type BrowserContext,
  chromium,
  type Page,
  type Request as PageRequest,
  type Route,
} from 'playwright';
import { ipcMain } from './ipc-main.ts';
import type { Session } from './session.ts';
import type { WebContents } from './web-contents.ts';
import { world } from './world.ts';

/** For what a page is waited for: far above what it takes, since the machine may have much to do. */
const PATIENCE_MS = 90_000;

/** Chromium would not load an unknown scheme, so that `scheme://host` is `https://host.scheme.electron` to it. */
export const toChromium = (url: string): string =>
  url.replace(/([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i, (text, scheme: string, host: string) =>
    world.schemes.has(scheme) ? `https://${host}.${scheme}.electron` : text,
  );
export const toElectron = (url: string): string =>
  url.replace(
    /https:\/\/([^/?#]*)\.([^./?#]+)\.electron/,
    (_text, host: string, scheme: string) => `${scheme}://${host}`,
  );

/** A page of the Chromium that the test started, made into what a BrowserWindow shows. */
export async function openPage(contents: WebContents, session: Session, preload: string): Promise<Page> {
  const browser = await chromium.connect(process.env.STAND_IN_BROWSER ?? '');
  const context = await browser.newContext({
    viewport: { width: 1180, height: 780 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.exposeBinding('electronInvoke', ({ frame }, channel: string, args: unknown[]) =>
    ipcMain.invoke(
      {
        sender: contents,
        senderFrame: {
          parent: frame.parentFrame() === null ? null : {},
          url: toElectron(frame.url()),
          origin: toElectron(new URL(frame.url()).origin),
        },
      },
      channel,
      args,
    ),
  );
  // In pages only, not in the frames within them, as Electron does.
  await context.addInitScript({
    content: `if (window.top === window) (${installPreload.toString()})((require, exports, module) => {${readFileSync(preload, 'utf8')}\n});`,
  });
  const page = await context.newPage();
  await guardRoutes(context, page, contents, session);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) {
      contents.faults.push(message.text());
    }
  });
  page.on('pageerror', (error) => contents.faults.push(String(error)));
  page.on('crash', () => contents.emit('render-process-gone', {}, { reason: 'crashed' }));
  return page;
}

function guardRoutes(
  context: BrowserContext,
  page: Page,
  contents: WebContents,
  session: Session,
): Promise<unknown> {
  const answer = async (route: Route): Promise<void> => {
    const request = route.request();
    const url = toElectron(request.url());
    const refuse = (what: string): Promise<void> => {
      world.blocked.push(`${what} ${url}`);
      return route.abort('aborted');
    };
    if (isFromElsewhere(request, page)) {
      contents.wantsWindow(url);
      return refuse('window');
    }
    if (request.isNavigationRequest() && request.frame() === page.mainFrame() && contents.isLeaving(url)) {
      return refuse('navigation');
    }
    if (await session.cancels(url)) return refuse('request');
    const handler = session.protocol.handlerOf(url);
    if (handler === undefined) {
      world.reached.push(url);
      return route.abort('internetdisconnected');
    }
    const response = await handler(new Request(url, { method: request.method() }));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  };
  context.on('page', (popup) => {
    if (popup !== page) void popup.close();
  });
  return context.route('**/*', answer);
}

/** Of a window that the page wanted to open: it has no frame yet, or one of another page. */
function isFromElsewhere(request: PageRequest, page: Page): boolean {
  try {
    return request.frame().page() !== page;
  } catch {
    return true;
  }
}

/** Runs in the page before its own scripts: gives the preload what a sandboxed one may ask for. */
function installPreload(preload: (require: unknown, exports: object, module: object) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const invoke = page.electronInvoke as (channel: string, args: unknown[]) => Promise<unknown>;
  const listeners = new Map<string, Set<(event: object, ...args: unknown[]) => void>>();
  page.electronDeliver = (channel: string, args: unknown[]) => {
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args);
  };
  const electron = {
    ipcRenderer: {
      invoke: async (channel: string, ...args: unknown[]) => {
        structuredClone(args);
        return invoke(channel, args);
      },
      on(channel: string, listener: (event: object, ...args: unknown[]) => void) {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      },
      off(channel: string, listener: (event: object, ...args: unknown[]) => void) {
        listeners.get(channel)?.delete(listener);
      },
    },
    contextBridge: {
      exposeInMainWorld(name: string, api: object) {
        if (name in page)
          throw new Error('Cannot bind an API on top of an existing property on the window object');
        Object.defineProperty(page, name, { value: Object.freeze({ ...api }), writable: false });
      },
    },
  };
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  preload(require, {}, {});
}
