import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { diskFull } from '../../shared/rpc/errors.ts';
import { notWritten, replaceFile } from '../store/backup.ts';

/**
 * Puts a feed into a file so that whoever reads it finds the old text or the new one, whole. A file that is there
 * keeps its permissions; a new one is for its owner alone, since who else may read it is not ours to say.
 * @throws AppError PERMISSION_DENIED
 */
export function writeFeed(file: string, body: Buffer): void {
  const partial = `${file}.partial`;
  try {
    const present = statSync(file, { throwIfNoEntry: false });
    rmSync(partial, { force: true });
    writeFileSync(partial, body, { flag: 'wx', mode: 0o600 });
    if (present !== undefined) chmodSync(partial, present.mode & 0o777);
    replaceFile(partial, file);
  } catch (cause) {
    rmSync(partial, { force: true });
    const full = diskFull(cause, file);
    if (full !== null) throw full;
    throw notWritten(file, cause);
  }
}
