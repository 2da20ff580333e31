import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { About } from '../../shared/domain/about.ts';
import type { AppPorts } from '../app-contract.ts';
import { policyFile } from '../settings/policy.ts';

/** Versions that a person or support may ask for, by their usual names. */
const RUNTIMES = { electron: 'Electron', chrome: 'Chromium', node: 'Node.js' } as const;

/**
 * What runs here, and where it keeps what it knows.
 * @param database the file that holds the sync log as well
 */
export function about(
  { dataDir, environment, runtimes = {} }: Pick<AppPorts, 'dataDir' | 'environment' | 'runtimes'>,
  { database, backups }: { readonly database: string; readonly backups: string },
): About {
  const policy = policyFile(process.platform, environment);
  return {
    versions: Object.entries(RUNTIMES).flatMap(([key, name]) => {
      const version = runtimes[key];
      return version === undefined ? [] : [{ name, version }];
    }),
    paths: [
      { kind: 'data', path: dataDir },
      { kind: 'database', path: database },
      { kind: 'settings', path: join(dataDir, 'settings.json') },
      { kind: 'backups', path: backups },
      { kind: 'policy', path: policy },
    ],
    hasPolicy: existsSync(policy),
  };
}
