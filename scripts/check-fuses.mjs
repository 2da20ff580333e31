/**
 * Run by electron-builder when everything is packed: reads the fuses out of the binaries that were made, and fails the
 * packing where one is not as electron-builder.yml wants it (https://www.electronjs.org/docs/latest/tutorial/fuses).
 * What the fuses are is told by @electron/fuses; its own reading looks at the first processor's only.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuseState, FuseV1Options, FuseVersion } from '@electron/fuses';

/** Stands before the fuses in every binary of Electron, followed by their version and their number. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** What electron-builder calls them, and where they are in the binary. */
const FUSES = Object.entries(FuseV1Options).flatMap(([name, index]) =>
  typeof index === 'number' ? [{ name: name.charAt(0).toLowerCase() + name.slice(1), index }] : [],
);

/** Where the fuses are in what was unpacked for each system. */
const BINARIES = [
  'calendar-sync',
  'calendar-sync.exe',
  'Calendar Sync.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
];

/**
 * @param {{ readonly outDir: string, readonly configuration: { readonly electronFuses?: object | null } }} built
 * @returns {never[]} no artifacts beside those that were made
 */
export function afterAllArtifactBuild({ outDir, configuration }) {
  const wanted = Object.entries(configuration.electronFuses ?? {});
  const binaries = readdirSync(outDir)
    .flatMap((folder) => BINARIES.map((binary) => join(outDir, folder, binary)))
    .filter((path) => existsSync(path));
  if (binaries.length === 0) throw new Error(`There is no binary of Electron in ${outDir}.`);
  for (const path of binaries) {
    for (const fuses of fusesIn(path)) {
      const wrong = wanted.filter(([name, state]) => fuses.get(name) !== state).map(([name]) => name);
      if (wrong.length > 0)
        throw new Error(`${path} was packed with other fuses than wanted: ${wrong.join(', ')}.`);
    }
  }
  return [];
}

/**
 * The fuses of a binary; one for two processors has two sets.
 *
 * @param {string} path
 * @returns {Map<string, boolean | undefined>[]}
 */
function fusesIn(path) {
  const bytes = readFileSync(path);
  const sets = [];
  for (let at = bytes.indexOf(SENTINEL); at !== -1; at = bytes.indexOf(SENTINEL, at + 1)) {
    const start = at + SENTINEL.length;
    if (String(bytes[start]) !== FuseVersion.V1) throw new Error(`${path} has fuses of an unknown version.`);
    const states = [...bytes.subarray(start + 2, start + 2 + (bytes[start + 1] ?? 0))];
    sets.push(new Map(FUSES.map(({ name, index }) => [name, stateOf(states[index])])));
  }
  if (sets.length === 0) throw new Error(`${path} has no fuses.`);
  return sets;
}

/** @param {number | undefined} byte */
function stateOf(byte) {
  if (byte === FuseState.ENABLE) return true;
  return byte === FuseState.DISABLE ? false : undefined;
}
