import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '..');

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} BundleOptions
 * @property {readonly string[]} sources What decides the bundle. A folder stands for everything in it.
 * @property {string} output Folder of the built bundle.
 * @property {string} entry The file of it that is loaded first and names all others.
 * @property {(workshop: string, mark: string, logLevel: 'silent' | 'warn') => Promise<void>} build Builds into a
 *   folder, with the mark within the first bytes of the entry.
 */

/**
 * A part of the program that is built from the sources of this checkout, whenever they have changed.
 *
 * @param {BundleOptions} options
 */
export function createBundle({ sources, output, entry, build }) {
  const entryFile = join(output, entry);
  return {
    /**
     * Whether it was built from the sources as they are now. Compares for equality instead of age, so that a
     * restored, a removed and a copied file count like an edited one. Takes a few milliseconds.
     */
    isFresh: () => builtFingerprint(entryFile) === fingerprintOf(sources),

    /**
     * Builds it into a folder of its own: nothing else than what belongs to it, for a package.
     *
     * @param {string} folder
     */
    buildInto: (folder) => build(folder, `Built from sources ${fingerprintOf(sources)}`, 'silent'),

    /**
     * Builds the bundle beside the present one and then moves it into place file by file, the entry last. The other
     * files carry their content's hash in their name, so whoever starts meanwhile sees the old program or the new one,
     * whole, and two builds at once put the same files there.
     *
     * @param {'silent' | 'warn'} logLevel
     * @throws when a source does not compile; the present bundle is then untouched.
     */
    async build(logLevel) {
      const workshop = join(REPOSITORY, 'out', `.build-${randomUUID()}`);
      // Taken before the first source is read: what changes during the build makes the result stale.
      const mark = `Built from sources ${fingerprintOf(sources)}`;
      try {
        await build(workshop, mark, logLevel);
        publish(workshop, output, entry);
      } finally {
        rmSync(workshop, { recursive: true, force: true });
      }
    },
  };
}

/**
 * @param {string} workshop
 * @param {string} output
 * @param {string} entry
 */
function publish(workshop, output, entry) {
  const files = filesBelow(workshop);
  for (const file of [...files.filter((name) => name !== entry), entry]) {
    const target = join(output, file);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(workshop, file), target);
  }
  // A program that runs from an older bundle may still load its parts, so they are kept for a day.
  const limit = Date.now() - DAY_MS;
  for (const file of filesBelow(output)) {
    const path = join(output, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!files.includes(file) && stats && stats.mtimeMs < limit) rmSync(path, { force: true });
  }
}

/** @param {string} directory */
function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** @param {readonly string[]} sources */
function fingerprintOf(sources) {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) => {
    const stats = statSync(join(REPOSITORY, path), { bigint: true, throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      for (const name of readdirSync(join(REPOSITORY, path)).sort()) add(`${path}/${name}`);
    } else if (stats) {
      hash.update(`${path}\0${stats.size}\0${stats.mtimeNs}\n`);
    }
  };
  for (const source of sources) add(source);
  return hash.digest('hex');
}

/**
 * The bundle says in its entry what it was built from, so that the two cannot be out of step.
 *
 * @param {string} entryFile
 */
function builtFingerprint(entryFile) {
  const start = Buffer.alloc(256);
  let file;
  try {
    file = openSync(entryFile, 'r');
  } catch {
    return null;
  }
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return /Built from sources ([0-9a-f]{64})/.exec(start.toString('latin1'))?.[1] ?? null;
}
