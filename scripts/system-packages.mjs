/**
 * Makes sure that the tests find what they use for real: the operating system's keyring and a browser, in sessions of
 * their own, the calendar programs that they try our feeds with, and two CalDAV servers.
 * On Debian as root it installs what is missing; elsewhere it says what that is. Only Linux needs anything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { chromiumPath } from './chromium.mjs';

const REPOSITORY = resolve(import.meta.dirname, '..');

/** Debian packages and something by which to see that each is there. */
const KEYRING = [
  { name: 'dbus', present: () => isOnPath('dbus-run-session') },
  { name: 'gnome-keyring', present: () => isOnPath('gnome-keyring-daemon') },
];

/** Calendar programs that read what we publish. */
const CALENDAR_PROGRAMS = [
  { name: 'vdirsyncer', present: () => isOnPath('vdirsyncer') },
  { name: 'khal', present: () => isOnPath('khal') },
];

/** What the screens are tested in, and a font to draw them with. */
const BROWSER = [
  { name: 'chromium', present: () => chromiumPath() !== null },
  { name: 'fonts-dejavu-core', present: () => existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf') },
];

/** Started by the tests on ports of this computer. */
const CALDAV_SERVERS = [
  { name: 'radicale', present: () => isOnPath('radicale') },
  { name: 'xandikos', present: () => isOnPath('xandikos') },
];

/** What keytar is compiled with; it has no binary for Linux in its package. */
const COMPILER = [
  { name: 'libsecret-1-dev', present: () => existsSync('/usr/include/libsecret-1/libsecret/secret.h') },
  { name: 'pkg-config', present: () => isOnPath('pkg-config') },
  { name: 'python3', present: () => isOnPath('python3') },
  { name: 'make', present: () => isOnPath('make') },
  { name: 'g++', present: () => isOnPath('g++') },
];

if (process.platform === 'linux') provide();

function provide() {
  const keytarIsMissing = !loadsKeytar();
  const missing = [
    ...KEYRING,
    ...CALENDAR_PROGRAMS,
    ...CALDAV_SERVERS,
    ...BROWSER,
    ...(keytarIsMissing ? COMPILER : []),
  ]
    .filter(({ present }) => !present())
    .map(({ name }) => name);

  if (missing.length > 0) {
    if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
      fail(
        `The tests need these packages (by their Debian names): ${missing.join(', ')}. Install them and run again.`,
      );
    }
    console.error(`Installing ${missing.join(', ')}…`);
    install(missing);
  }
  if (keytarIsMissing) {
    console.error('Compiling keytar…');
    // Where it could not be compiled, npm has left it out, being optional; installing again brings it back.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund']);
    run('npm', ['rebuild', 'keytar']);
    if (!loadsKeytar())
      fail('keytar could not be compiled. To see why: npm install --no-save --foreground-scripts');
  }
}

/** @param {readonly string[]} names */
function install(names) {
  const arguments_ = ['install', '--yes', '--no-install-recommends', ...names];
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  if (attempt('apt-get', arguments_, environment).status === 0) return;
  run('apt-get', ['update'], environment);
  run('apt-get', arguments_, environment);
}

/** In a process of its own, since a failed look-up stays in this one's cache. */
function loadsKeytar() {
  return attempt(process.execPath, ['--eval', "require('keytar')"]).status === 0;
}

/** @param {string} program */
function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));
}

/**
 * @param {string} command
 * @param {readonly string[]} arguments_
 * @param {Readonly<Record<string, string>>} [environment]
 */
function run(command, arguments_, environment) {
  const { status, error, stdout, stderr } = attempt(command, arguments_, environment);
  if (status !== 0)
    fail(`${stdout}${stderr}${error?.message ?? ''}\nFailed: ${command} ${arguments_.join(' ')}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} arguments_
 * @param {Readonly<Record<string, string>>} [environment]
 */
function attempt(command, arguments_, environment = {}) {
  return spawnSync(command, arguments_, {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
