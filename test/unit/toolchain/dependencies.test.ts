import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { deliveredPackages } from '../../../scripts/delivered-packages.mjs';

/** `security.md` 21. */

const read = (file: string): string => readFileSync(resolve(import.meta.dirname, '../../..', file), 'utf8');

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly hasInstallScript?: boolean;
}
const manifest = JSON.parse(read('package.json')) as Readonly<
  Record<string, Readonly<Record<string, unknown>>>
>;
const locked = Object.entries(
  (JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, LockedPackage>> }).packages,
).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? '';

/** Licences that let a program be used, changed and passed on without paying or asking. */
const FREE = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MPL-2.0',
  ],
  ...['Python-2.0', 'Unlicense', 'WTFPL'],
  // How url-template, which is BSD-3-Clause by its own text, names it.
  'BSD',
]);

it('everything that is delivered is under a free licence, by the lock file’s own word', () => {
  const delivered = deliveredPackages();
  expect(delivered.length).toBeGreaterThan(100);
  const notFree = delivered.filter(
    ({ licence }) =>
      !licence
        .replaceAll(/[()]/g, '')
        .split(' OR ')
        .some((one) => FREE.has(one)),
  );
  expect(notFree).toEqual([]);
});

it('everything is pinned: by version, and by hash unless it is the binary of another system', () => {
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const version of Object.values(manifest[kind] ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
  const isPinned = ({ version, integrity, os }: LockedPackage): boolean =>
    version !== undefined && (integrity?.startsWith('sha512-') === true || os !== undefined);
  expect(locked.filter(([, one]) => !isPinned(one)).map(([path]) => path)).toEqual([]);
});

it('no package runs anything when it is installed unless it is named, and npm insists on that', () => {
  expect(read('.npmrc')).toMatch(/^strict-allow-scripts=true$/m);
  const named = manifest.allowScripts ?? {};
  const running = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => nameOf(path));
  expect(running.filter((name) => !(name in named))).toEqual([]);
  // What was allowed once and runs nothing any more is not allowed in advance.
  expect(Object.keys(named).filter((name) => named[name] === true && !running.includes(name))).toEqual([]);
});
