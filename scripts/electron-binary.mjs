import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './bundle.mjs';

export const ELECTRON = join(REPOSITORY, 'node_modules/electron');

/**
 * Electron's binary, or null where it has not been fetched. Asked of the files and not of the package, which would
 * begin to download.
 * @returns {string | null}
 */
export function electronBinary() {
  const named = join(ELECTRON, 'path.txt');
  if (!existsSync(named)) return null;
  const path = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ELECTRON, 'dist'),
    readFileSync(named, 'utf8'),
  );
  return existsSync(path) ? path : null;
}
