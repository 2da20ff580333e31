import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { autostartEntry } from './autostart-entry.ts';

const FILE = 'calendar-sync.desktop';

/**
 * Makes the system start the program, without its window, when its user logs in, or no longer. Only an installed
 * program does: a checkout would register Electron itself.
 */
export function setStartAtLogin(enabled: boolean): void {
  if (!app.isPackaged) return;
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: enabled, args: ['--hidden'] });
    return;
  }
  // https://specifications.freedesktop.org/autostart-spec/latest/
  const directory = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart');
  if (!enabled) {
    rmSync(join(directory, FILE), { force: true });
    return;
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, FILE), autostartEntry(process.env.APPIMAGE || process.execPath));
}

/** macOS does not pass arguments, but says who started the program. */
export const wasStartedAtLogin = (): boolean =>
  process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
