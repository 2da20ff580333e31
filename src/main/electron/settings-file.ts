import ElectronStore from 'electron-store';
import { settingsFile } from '../headless/settings-file.ts';
import type { SettingsFile } from '../ports.ts';

/** `settings.json` through electron-store, on the very file that the headless program keeps with `conf`. */
export const openDesktopSettings = (dataDir: string): SettingsFile =>
  settingsFile(
    dataDir,
    () =>
      new ElectronStore<Record<string, unknown>>({
        cwd: dataDir,
        name: 'settings',
        configFileMode: 0o600,
        accessPropertiesByDotNotation: false,
      }),
  );
