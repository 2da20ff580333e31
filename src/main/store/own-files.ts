import { type BigIntStats, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/rpc/errors.ts';

/** What the program keeps beside its database: the database, what belongs to it, the settings. */
const OWN_FILE = /^(calendar-sync\.|settings\b)/i;

/**
 * Makes sure that what somebody asks to be written takes the place of nothing the program needs, by whatever name:
 * through links, or in another spelling where the file system does not tell them apart.
 * @throws AppError INVALID_INPUT
 */
export function checkForeign(databaseFile: string, file: string): void {
  const [own, target] = [dirname(databaseFile), dirname(file)];
  const isBeside = isSameFile(own, target) && OWN_FILE.test(basename(file));
  if (!isBeside && !ownFiles(own).some((path) => isSameFile(path, file))) return;
  throw new AppError(
    'INVALID_INPUT',
    `${file} is the database itself, or another file that Calendar Sync needs. Name another one.`,
  );
}

/** Whether two paths lead to the same file or directory. One that is not there is the same as nothing. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [identity(one), identity(other)];
  if (first === undefined || second === undefined) return false;
  // Some file systems of Windows number nothing.
  if (first.ino === 0n || second.ino === 0n) return realpathSync.native(one) === realpathSync.native(other);
  return first.dev === second.dev && first.ino === second.ino;
}

function identity(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Nothing can be written there either: a file in the place of a directory, or one that may not be entered.
    return undefined;
  }
}

const ownFiles = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => OWN_FILE.test(name))
    .map((name) => join(directory, name));
