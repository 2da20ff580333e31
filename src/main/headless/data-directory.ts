import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError, diskFull } from '../../shared/rpc/errors.ts';

const NAME = 'calendar-sync';

/** What else the program keeps there, the temporary file of an unfinished change of the settings included. */
const OWN_NAMES = [/^backups$/, /^logs$/, /^settings\b.*\.json/];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where state lives: what `--data-dir` says, else `CALENDAR_SYNC_DATA_DIR`, else the place that the operating system
 * has for it. Absolute.
 * @throws AppError PERMISSION_DENIED where the system has no place, since whom this runs as has no home directory
 */
export function dataDirectory(
  option: string | undefined,
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): string {
  return resolve(option || environment.CALENDAR_SYNC_DATA_DIR || defaultDirectory(environment, platform));
}

function defaultDirectory(environment: Environment, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'win32':
      return join(environment.LOCALAPPDATA || join(home(), 'AppData', 'Local'), NAME);
    case 'darwin':
      return join(home(), 'Library', 'Application Support', NAME);
    default:
      return join(xdgDataHome(environment) ?? join(home(), '.local', 'share'), NAME);
  }
}

/** A relative path counts as none: https://specifications.freedesktop.org/basedir-spec/latest/#basics */
function xdgDataHome({ XDG_DATA_HOME: path = '' }: Environment): string | null {
  return isAbsolute(path) ? path : null;
}

/** The home directory; what the system knows where HOME says none, so that state never lies wherever one stands. */
function home(): string {
  for (const known of [homedir, () => userInfo().homedir]) {
    try {
      const directory = known();
      if (isAbsolute(directory)) return directory;
    } catch {
      // A number without an account, as containers have them.
    }
  }
  throw new AppError(
    'PERMISSION_DENIED',
    'There is no home directory to keep state in. Name a directory with --data-dir or CALENDAR_SYNC_DATA_DIR.',
    { detail: 'unwritable' },
  );
}

/**
 * Makes sure that the directory is there and closed to other people. One that holds somebody else's files keeps its
 * mode: it was not made for us, and what we put there is closed by itself.
 * @throws AppError PERMISSION_DENIED, detail `unwritable`
 */
export function prepareDataDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    const names = readdirSync(directory);
    const isOwn = names.every((name) => name.startsWith(NAME) || OWN_NAMES.some((own) => own.test(name)));
    if (process.platform !== 'win32' && isOwn && (statSync(directory).mode & 0o077) !== 0) {
      chmodSync(directory, 0o700);
    }
  } catch (cause) {
    const full = diskFull(cause, directory);
    if (full !== null) throw full;
    throw new AppError(
      'PERMISSION_DENIED',
      `The data directory ${directory} cannot be used. Check its permissions, or choose another with --data-dir.`,
      { cause, detail: 'unwritable' },
    );
  }
}

/**
 * Makes a directory and what leads to it. Step by step, because Node's own recursive form never returns where a
 * parent exists but takes no entries, as under /proc.
 */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!existsSync(directory)) throw error;
  }
}
