/**
 * Records in package-lock.json the optional binaries of every platform.
 *
 * A registry that does not carry the binaries of all platforms makes npm leave the missing ones out of the lock file,
 * and `npm ci` then refuses that lock file (https://github.com/npm/cli/issues/9342). Their versions are known all the
 * same: the package that wants them pins them. Run after adding or updating a dependency; changes nothing where the
 * lock file is complete.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const LOCKFILE = resolve(import.meta.dirname, '../package-lock.json');

const EXACT_VERSION = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;
const OPERATING_SYSTEM = /^(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)$/;
const PROCESSOR = /^(arm|arm64|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)$/;
const C_LIBRARY = { gnu: 'glibc', musl: 'musl' };

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string[]} [cpu]
 * @property {boolean} [dev]
 * @property {string[]} [libc]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @type {{ packages: Record<string, LockedPackage> }} */
const lockfile = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
const added = missingBinaries(lockfile.packages);
if (added.length > 0) {
  const packages = [...Object.entries(lockfile.packages), ...added];
  packages.sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(
    LOCKFILE,
    `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) }, null, 2)}\n`,
  );
}
console.info(`${added.length} optional binaries added to package-lock.json.`);

/**
 * @param {Readonly<Record<string, LockedPackage>>} packages
 * @returns {(readonly [path: string, entry: LockedPackage])[]}
 */
function missingBinaries(packages) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) => {
      const platform = platformOf(name);
      const isLocked = [`node_modules/${name}`, `${parent}/node_modules/${name}`].some(
        (path) => path in packages,
      );
      if (platform === null || isLocked || !EXACT_VERSION.test(version)) return [];
      /** @type {LockedPackage} */
      const entry = { version, ...platform, ...(dev && { dev }), optional: true };
      return [/** @type {const} */ ([`node_modules/${name}`, entry])];
    }),
  );
}

/**
 * What a binary's name says about where it runs, e.g. `@scope/binding-linux-x64-musl`; null where it says nothing.
 *
 * @param {string} name
 * @returns {Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | null}
 */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OPERATING_SYSTEM.test(word));
  const cpu = words.find((word) => PROCESSOR.test(word));
  const libc = Object.entries(C_LIBRARY).find(([prefix]) => words.some((word) => word.startsWith(prefix)));
  if (os === undefined) return null;
  return { os: [os], ...(cpu && { cpu: [cpu] }), ...(libc && os === 'linux' && { libc: [libc[1]] }) };
}
