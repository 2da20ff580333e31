/**
 * Packs the headless program for Linux servers and machines without the desktop program, with the Node it runs on: as a
 * Debian package, where `dpkg-deb` is at hand, and as an archive for everybody else.
 *
 *   npm run package:headless -- [--output DIR] [--fast]
 *
 * `--fast` compresses little. The same sources give the same files: times in them are those of SOURCE_DATE_EPOCH, or of
 * the last commit.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from './bundle.mjs';
import { deliveredPackages } from './delivered-packages.mjs';
import { headlessBundle } from './headless-bundle.mjs';
import { screensBundle } from './screens-bundle.mjs';

const NAME = 'calendar-sync-headless';
/** Debian's names of what Node calls otherwise. */
const DEBIAN_ARCHITECTURES = /** @type {Readonly<Record<string, string>>} */ ({
  x64: 'amd64',
  arm64: 'arm64',
});
const MODULES = /** @type {const} */ ({
  'better-sqlite3': ['package.json', 'LICENSE', 'lib', `prebuilds/linux-${process.arch}.node`],
  // Optional: without it, and without the library under it, the key comes from the environment.
  keytar: ['package.json', 'LICENSE.md', 'lib', 'build/Release/keytar.node'],
});

if (process.platform !== 'linux') fail('The headless package is for Linux, and is made there.');
const { values } = parseArgs({
  options: { output: { type: 'string' }, fast: { type: 'boolean', default: false } },
});
const output = resolve(values.output ?? join(REPOSITORY, 'out/packages'));
const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
const base = `${NAME}-${manifest.version}-linux-${process.arch}`;
const tree = join(output, base);

rmSync(tree, { recursive: true, force: true });
await fill(tree);
makeReadable(tree);
for (const made of [archive(), debianPackage()]) if (made !== null) console.info(made);

/** @param {string} root what becomes `/` of the machine */
async function fill(root) {
  const program = join(root, 'usr/lib', NAME);
  const documents = join(root, 'usr/share/doc', NAME);
  await headlessBundle.buildInto(join(program, 'out/headless'));
  await screensBundle.buildInto(join(program, 'out/renderer'));
  removeMaps(program);
  copy('node_modules/node/bin/node', join(program, 'node'));
  for (const [name, parts] of Object.entries(MODULES)) {
    for (const part of parts)
      copy(`node_modules/${name}/${part}`, join(program, 'node_modules', name, part), name === 'keytar');
  }
  copy('scripts/installed.mjs', join(program, 'calendar-sync.mjs'));
  write(
    join(program, 'package.json'),
    `${JSON.stringify({ name: NAME, version: manifest.version, type: 'module' })}\n`,
  );

  // Relative, so that an archive works wherever it is unpacked.
  write(join(root, 'usr/bin/calendar-sync'), launcher(), 0o755);
  copy('resources/headless/calendar-sync.service', join(root, 'usr/lib/systemd/user/calendar-sync.service'));
  copy(
    'resources/headless/calendar-sync@.service',
    join(root, 'usr/lib/systemd/system/calendar-sync@.service'),
  );
  copy('README.md', join(documents, 'README.md'));
  copy('docs/deployment.md', join(documents, 'deployment.md'));
  copy('resources/policy', join(documents, 'policy'));
  write(join(documents, 'copyright'), licences());
}

function launcher() {
  return [
    '#!/bin/sh',
    `program=$(dirname "$(readlink -f "$0")")/../lib/${NAME}`,
    'exec "$program/node" "$program/calendar-sync.mjs" "$@"',
    '',
  ].join('\n');
}

function licences() {
  const delivered = deliveredPackages().filter(({ name }) => !name.startsWith('electron'));
  const lines = delivered.map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
  return `Calendar Sync ${manifest.version}: ${manifest.license}\n\nIt contains Node.js (MIT) and:\n\n${lines.join('\n')}\n`;
}

function archive() {
  const file = join(output, `${base}.tar.gz`);
  const tar = ['--create', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${epoch()}`];
  const gzip = `gzip --no-name ${values.fast ? '--fast' : '--best'}`;
  execFileSync('tar', [
    ...tar,
    `--use-compress-program=${gzip}`,
    `--file=${file}`,
    `--directory=${output}`,
    base,
  ]);
  return file;
}

/** Null where this system makes no such packages. */
function debianPackage() {
  const architecture = DEBIAN_ARCHITECTURES[process.arch];
  if (architecture === undefined || !has('dpkg-deb')) return null;
  const file = join(output, `${NAME}_${manifest.version}_${architecture}.deb`);
  const { name, email } = manifest.author;
  write(
    join(tree, 'DEBIAN/control'),
    [
      `Package: ${NAME}`,
      `Version: ${manifest.version}`,
      `Architecture: ${architecture}`,
      `Maintainer: ${name} <${email}>`,
      `Installed-Size: ${Math.ceil(sizeOf(tree) / 1024)}`,
      'Depends: libc6 (>= 2.28), libstdc++6',
      'Recommends: libsecret-1-0, ca-certificates',
      // The desktop program brings the same command.
      'Conflicts: calendar-sync',
      'Section: utils',
      'Priority: optional',
      `Description: ${manifest.description}`,
      ' The program without its window, for servers and for machines that are looked',
      ' after from elsewhere.',
      '',
    ].join('\n'),
  );
  const compression = values.fast ? ['-Zgzip', '-z1'] : ['-Zxz'];
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: epoch() },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(join(tree, 'DEBIAN'), { recursive: true });
  return file;
}

/** Seconds since 1970. */
function epoch() {
  if (process.env.SOURCE_DATE_EPOCH) return process.env.SOURCE_DATE_EPOCH;
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '0';
  }
}

/** @param {string} folder */
function removeMaps(folder) {
  for (const file of filesBelow(folder)) if (file.endsWith('.map')) rmSync(file);
}

/**
 * Everybody may read what is installed, whoever packs it, out of whatever checkout.
 *
 * @param {string} folder
 */
function makeReadable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    chmodSync(path, isProgram ? 0o755 : 0o644);
  }
}

/** @param {string} folder */
function sizeOf(folder) {
  return filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** @param {string} folder */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * @param {string} source within the checkout
 * @param {string} target
 * @param {boolean} [isOptional] may be absent
 */
function copy(source, target, isOptional = false) {
  const from = join(REPOSITORY, source);
  if (!existsSync(from)) {
    if (isOptional) return;
    fail(`${source} is missing. Run: npm ci`);
  }
  cpSync(from, target, { recursive: true });
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text, mode = 0o644) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

/** @param {string} program */
function has(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
