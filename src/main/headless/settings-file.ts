import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import type { SettingsFile } from '../ports.ts';

const NAME = 'settings';

/** `settings.json` through `conf`, on the very file that electron-store keeps in the desktop program. */
export function openSettingsFile(dataDir: string): SettingsFile {
  const conf = openConf(dataDir);
  return {
    read: () => conf.store,
    write: (values) => {
      conf.store = { ...values };
    },
  };
}

function openConf(dataDir: string): Conf<Record<string, unknown>> {
  const open = (): Conf<Record<string, unknown>> =>
    new Conf({
      cwd: dataDir,
      configName: NAME,
      projectName: 'calendar-sync',
      projectSuffix: '',
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    });
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Set aside instead of overwritten: whoever edited it by hand finds it again.
    renameSync(join(dataDir, `${NAME}.json`), join(dataDir, `${NAME}.damaged.json`));
    return open();
  }
}
