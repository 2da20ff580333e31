import type { Page } from 'playwright';
import { app, powerMonitor } from './app.ts';
import { openWindows } from './browser-window.ts';
import { findItem, type MenuItem, notifications, openTrays } from './desktop-parts.ts';
import type { Order, Sight, SightOfMenu } from './orders.ts';
import { session } from './session.ts';
import { world } from './world.ts';

/** Does what the test asks over the process's own channel, and answers. */
export function obeyTest(): void {
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    void obey(order).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  // The program decides when it ends, not the test's hold on it.
  process.channel?.unref();
}

async function obey(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'look':
      return look();
    case 'tray': {
      const item = findItem(openTrays()[0]?.menu?.items ?? [], order.action);
      if (item?.click === undefined) throw new Error(`The tray has no entry ${order.action}`);
      if (item.enabled === false) throw new Error(`The entry ${order.action} is disabled`);
      return item.click();
    }
    case 'close-window':
      return openWindows()[0]?.close();
    case 'power':
      return powerMonitor.emit(order.event);
    case 'network':
      world.online = order.online;
      return;
    case 'click-notification':
      return notifications.at(-1)?.emit('click');
    case 'answer':
      return world.answers.push(order.answer);
    case 'permits':
      return openWindows()[0]?.webContents.session.permits(order.permission);
    case 'request':
      return request(order.url);
    case 'use': {
      const contents = openWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('There is no window');
      const run = new Function(`return (${order.source})`)() as (page: Page, given: unknown) => unknown;
      return onPage(await contents.page, (page) => run(page, order.given));
    }
    default:
      return app.quit();
  }
}

/** Where something was not there to be seen, what was there tells more than the time that it was waited for. */
async function onPage(page: Page, work: (page: Page) => unknown): Promise<unknown> {
  try {
    return await work(page);
  } catch (error) {
    throw new Error(`${String(error)}\nThe page showed:\n${await page.locator('body').ariaSnapshot()}`);
  }
}

async function request(url: string): Promise<unknown> {
  const { protocol } = openWindows()[0]?.webContents.session ?? session.defaultSession;
  const response = await protocol.handlerOf(url)?.(new Request(url));
  return response === undefined
    ? null
    : {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        bytes: (await response.bytes()).length,
      };
}

async function look(): Promise<Sight> {
  const [window] = openWindows();
  const [tray] = openTrays();
  return {
    window:
      window === undefined
        ? null
        : {
            visible: window.isVisible(),
            url: await window.webContents.url(),
            faults: window.webContents.faults,
            preferences: Object.fromEntries(
              Object.entries(window.options.webPreferences).filter(([name]) => name !== 'session'),
            ),
          },
    tray:
      tray === undefined
        ? null
        : { icon: tray.icon, tooltip: tray.tooltip, menu: menuOf(tray.menu?.items ?? []) },
    notifications: world.notifications,
    opened: world.opened,
    shown: world.shown,
    dialogs: world.dialogs,
    blocked: world.blocked,
    reached: world.reached,
  };
}

const menuOf = (items: readonly MenuItem[]): readonly SightOfMenu[] =>
  items
    .filter(({ type }) => type !== 'separator')
    .map(({ id, label = '', enabled = true, submenu }) => ({
      id: id ?? null,
      label,
      enabled,
      items: menuOf(submenu ?? []),
    }));
