import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { AppError } from '../../shared/rpc/errors.ts';
import type { SettingsFile } from '../ports.ts';

const NAME = 'settings';

type Values = Record<string, unknown>;

/** `settings.json` through `conf`, on the very file that electron-store keeps in the desktop program. */
export function openSettingsFile(dataDir: string): SettingsFile {
  return settingsFile(
    dataDir,
    () =>
      new Conf<Values>({
        cwd: dataDir,
        configName: NAME,
        projectName: 'calendar-sync',
        projectSuffix: '',
        configFileMode: 0o600,
        accessPropertiesByDotNotation: false,
      }),
  );
}

/**
 * The settings file over whatever keeps it.
 * @param open throws a SyntaxError when what is in the file is no JSON
 * @throws AppError PERMISSION_DENIED when the file may not be read
 */
export function settingsFile(dataDir: string, open: () => { store: Values }): SettingsFile {
  const opened = openWhole(dataDir, open);
  return {
    read: () => opened.store,
    write: (values) => {
      opened.store = { ...values };
    },
  };
}

function openWhole(dataDir: string, open: () => { store: Values }): { store: Values } {
  const file = join(dataDir, `${NAME}.json`);
  try {
    requireObject(file);
    return open();
  } catch (error) {
    if (isForbidden(error)) {
      const message = `The settings ${file} may not be read. Give them to whom Calendar Sync runs as, or remove them.`;
      throw new AppError('PERMISSION_DENIED', message, { cause: error });
    }
    if (!(error instanceof SyntaxError)) throw error;
    // Set aside instead of overwritten: whoever edited it by hand finds it again.
    renameSync(file, join(dataDir, `${NAME}.damaged.json`));
    return open();
  }
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');

/** What keeps the file would take any JSON, and put an object in its place. @throws SyntaxError */
function requireObject(file: string): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Not there yet, or not to be read: whoever opens it says so.
    return;
  }
  const value: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('The settings are not an object.');
  }
}
