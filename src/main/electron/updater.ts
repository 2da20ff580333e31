import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { AppPorts } from '../app-contract.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { updateFeed } from './update-feed.ts';
import { UpdateWatch } from './update-watch.ts';

function hasFeed(): boolean {
  const file = join(process.resourcesPath, 'app-update.yml');
  return existsSync(file) && updateFeed(readFileSync(file, 'utf8')) !== null;
}

/**
 * Null where the program was not installed, has no feed, or came in a package that the system's own tools update.
 * @param quitInto ends the program, its write in progress finished, and then does what is given
 */
export async function openUpdates(
  ports: Pick<AppPorts, 'clock' | 'log'>,
  settings: SettingsStore,
  quitInto: (then: () => void) => void,
): Promise<UpdateWatch | null> {
  if (!app.isPackaged || !hasFeed()) return null;
  const { default: electronUpdater } = await import('electron-updater');
  const { autoUpdater } = electronUpdater;
  if (!autoUpdater.isUpdaterActive()) return null;
  autoUpdater.logger = null;
  autoUpdater.autoDownload = true;
  autoUpdater.autoInstallOnAppQuit = false;
  autoUpdater.allowDowngrade = false;
  const follow = ({ updateChannel }: ReturnType<SettingsStore['values']>): void => {
    autoUpdater.allowPrerelease = updateChannel === 'beta';
  };
  follow(settings.values());
  settings.onChange(({ values }) => follow(values));
  return new UpdateWatch(autoUpdater, ports, () => quitInto(() => autoUpdater.quitAndInstall()));
}
