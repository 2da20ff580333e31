import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '..');

/** What decides the bundle. A folder stands for everything in it. */
const SOURCES = [
  'src',
  'resources',
  'scripts/headless-bundle.mjs',
  'package.json',
  'package-lock.json',
  'vite.config.ts',
];

const OUTPUT = join(REPOSITORY, 'out/headless');
const ENTRY = 'cli.js';
const DAY_MS = 24 * 60 * 60 * 1000;

/** The built program; importing it runs the command in `process.argv`. */
export const bundleEntry = join(OUTPUT, ENTRY);

/** Where Node keeps the bundle's compiled code. */
export const compileCache = join(REPOSITORY, 'out/.compile-cache');

/**
 * Whether the bundle was built from the sources as they are now. Compares for equality instead of age, so that a
 * restored, a removed and a copied file count like an edited one. Takes a few milliseconds.
 */
export function isBundleFresh() {
  return builtFingerprint() === sourcesFingerprint();
}

/**
 * Builds the bundle beside the present one and then moves it into place file by file, the entry last. Chunks carry
 * their content's hash in their name, so whoever starts meanwhile sees the old program or the new one, whole, and two
 * builds at once put the same files there.
 *
 * @param {'silent' | 'warn'} logLevel
 * @throws when a source does not compile; the present bundle is then untouched.
 */
export async function buildBundle(logLevel) {
  const { build } = await import('vite');
  const workshop = join(REPOSITORY, 'out', `.build-${randomUUID()}`);
  // Taken before the first source is read: what changes during the build makes the result stale.
  const fingerprint = sourcesFingerprint();
  try {
    await build({
      root: REPOSITORY,
      configFile: join(REPOSITORY, 'vite.config.ts'),
      configLoader: 'native',
      logLevel,
      build: {
        outDir: workshop,
        rolldownOptions: {
          output: { banner: (chunk) => (chunk.isEntry ? fingerprintLine(fingerprint) : '') },
        },
      },
    });
    publish(workshop);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** @param {string} workshop */
function publish(workshop) {
  const files = filesBelow(workshop);
  const isEntry = (/** @type {string} */ file) => file === ENTRY;
  for (const file of [...files.filter((name) => !isEntry(name)), ...files.filter(isEntry)]) {
    const target = join(OUTPUT, file);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(workshop, file), target);
  }
  removeOldChunks(new Set(files));
  rmSync(compileCache, { recursive: true, force: true });
}

/**
 * A program that runs from an older bundle may still load its chunks, so they are kept for a day.
 *
 * @param {ReadonlySet<string>} current
 */
function removeOldChunks(current) {
  const limit = Date.now() - DAY_MS;
  for (const file of filesBelow(OUTPUT)) {
    const path = join(OUTPUT, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!current.has(file) && stats && stats.mtimeMs < limit) rmSync(path, { force: true });
  }
}

/** @param {string} directory */
function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

function sourcesFingerprint() {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) => {
    const stats = statSync(join(REPOSITORY, path), { bigint: true, throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      for (const name of readdirSync(join(REPOSITORY, path)).sort()) add(`${path}/${name}`);
    } else if (stats) {
      hash.update(`${path}\0${stats.size}\0${stats.mtimeNs}\n`);
    }
  };
  for (const source of SOURCES) add(source);
  return hash.digest('hex');
}

/** The bundle says in its entry what it was built from, so that the two cannot be out of step. */
const fingerprintLine = (/** @type {string} */ fingerprint) => `// Built from sources ${fingerprint}`;

function builtFingerprint() {
  const start = Buffer.alloc(256);
  let file;
  try {
    file = openSync(bundleEntry, 'r');
  } catch {
    return null;
  }
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return /^\/\/ Built from sources ([0-9a-f]{64})$/m.exec(start.toString('latin1'))?.[1] ?? null;
}
