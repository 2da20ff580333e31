import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memorySettings } from '../support/memory-settings.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** `security.md` 20, on what electron-updater is told. */

const { app, autoUpdater } = vi.hoisted(() => ({
  app: { isPackaged: true },
  autoUpdater: { isUpdaterActive: () => true } as Record<string, unknown>,
}));
vi.mock('electron', () => ({ app }));
vi.mock('electron-updater', () => ({ default: { autoUpdater } }));

const { openUpdates } = await import('../../src/main/electron/updater.ts');

let resources: string;
let quitInto: (() => void)[];
let installed: number;

beforeEach(() => {
  resources = mkdtempSync(join(tmpdir(), 'updater-'));
  Object.defineProperty(process, 'resourcesPath', { value: resources, configurable: true });
  app.isPackaged = true;
  quitInto = [];
  installed = 0;
  const events = new EventEmitter();
  Object.assign(autoUpdater, {
    on: events.on.bind(events),
    emit: events.emit.bind(events),
    quitAndInstall: () => {
      installed += 1;
    },
    // As electron-updater may come: a channel that was set allows to go back.
    autoInstallOnAppQuit: true,
    allowPrerelease: true,
    allowDowngrade: true,
  });
});
afterEach(() => {
  rmSync(resources, { recursive: true });
  Reflect.deleteProperty(process, 'resourcesPath');
});

const feed = (url: string): void =>
  writeFileSync(join(resources, 'app-update.yml'), `provider: generic\nurl: ${url}\n`);
const open = (settings = memorySettings()): ReturnType<typeof openUpdates> =>
  openUpdates({ clock: new VirtualClock(), log: () => undefined }, settings, (then) => quitInto.push(then));

it('is told to install nothing by itself, neither when the program ends nor an older or a test version', async () => {
  feed('https://updates.example.com/stable');
  const settings = memorySettings();
  const updates = await open(settings);
  expect(autoUpdater).toMatchObject({
    autoInstallOnAppQuit: false,
    allowPrerelease: false,
    allowDowngrade: false,
  });
  (autoUpdater.emit as EventEmitter['emit'])('update-downloaded', { version: '9.9.9' });
  expect([quitInto.length, installed]).toEqual([0, 0]);
  updates?.install();
  // The write in progress is finished first.
  expect([quitInto.length, installed]).toEqual([1, 0]);
  quitInto[0]?.();
  expect(installed).toBe(1);
  settings.change({ updateChannel: 'beta' });
  expect(autoUpdater.allowPrerelease).toBe(true);
});

it.each(['http://updates.example.com', 'file:///srv/updates', ''])(
  'is not used with a feed at %j',
  async (url) => {
    feed(url);
    expect(await open()).toBeNull();
  },
);

it('is not used where the program was not installed, or has no feed', async () => {
  expect(await open()).toBeNull();
  feed('https://updates.example.com');
  app.isPackaged = false;
  expect(await open()).toBeNull();
});
