import { readFileSync } from 'node:fs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [license]
 * @property {boolean} [dev]
 * @property {boolean} [devOptional]
 */

/**
 * What is delivered, under which licences, by name: what the lock file names besides the tools, and Electron.
 *
 * @returns {readonly { readonly name: string; readonly version: string; readonly licence: string }[]}
 */
export function deliveredPackages() {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const locked = /** @type {[string, LockedPackage][]} */ (Object.entries(lock.packages));
  const delivered = locked.flatMap(([path, { version, license, dev, devOptional }]) => {
    const name = path.split('node_modules/').at(-1) ?? '';
    const isTool = dev === true || devOptional === true;
    if (name === '' || version === undefined || (isTool && name !== 'electron')) return [];
    return [{ name, version, licence: license ?? 'see its package' }];
  });
  const once = new Map(delivered.map((one) => [`${one.name} ${one.version}`, one]));
  return [...once.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}
