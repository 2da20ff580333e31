import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Log } from '../ports.ts';
import { updateFeed } from './update-feed.ts';

const LOOK_EVERY_MS = 6 * 60 * 60 * 1000;

export interface UpdaterOptions {
  readonly channel: Settings['updateChannel'];
  readonly log: Log;
  /** A version is downloaded, its signature checked, and waits. */
  readonly onReady: (version: string) => void;
}

/** Looks for new versions, and installs one when its user says so. */
export interface Updater {
  /** Ends the program; its write in progress must be finished. */
  install(): void;
  stop(): void;
}

function hasFeed(): boolean {
  const file = join(process.resourcesPath, 'app-update.yml');
  return existsSync(file) && updateFeed(readFileSync(file, 'utf8')) !== null;
}

/** Off, and null, where the program was not installed or has no feed. Never installs anything by itself. */
export async function startUpdater({ channel, log, onReady }: UpdaterOptions): Promise<Updater | null> {
  if (!app.isPackaged || !hasFeed()) return null;
  const { default: electronUpdater } = await import('electron-updater');
  const { autoUpdater } = electronUpdater;
  autoUpdater.logger = null;
  autoUpdater.autoDownload = true;
  autoUpdater.autoInstallOnAppQuit = false;
  autoUpdater.allowPrerelease = channel === 'beta';
  autoUpdater.on('update-downloaded', ({ version }) => onReady(version));
  autoUpdater.on('error', (error) =>
    log('warn', 'update', 'Looking for an update failed', { error: error.message }),
  );
  const look = (): void => void autoUpdater.checkForUpdates().catch(() => undefined);
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    install: () => autoUpdater.quitAndInstall(),
    stop: () => clearInterval(timer),
  };
}
