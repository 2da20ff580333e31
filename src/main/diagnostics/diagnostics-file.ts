import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { AppError, diskFull } from '../../shared/rpc/errors.ts';

/**
 * Writes what support gets as one zip file, for its owner alone. What stood there stays whole until the new file is.
 * @throws AppError PERMISSION_DENIED
 */
export function writeDiagnostics(
  file: string,
  items: readonly { readonly name: string; readonly text: string }[],
): void {
  const partial = `${file}.partial`;
  try {
    const bytes = zipSync(Object.fromEntries(items.map(({ name, text }) => [name, strToU8(text)])));
    // Made anew: what lies there may be somebody else's link to a file of ours, or open to others.
    rmSync(partial, { force: true });
    writeFileSync(partial, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(partial, file);
  } catch (cause) {
    rmSync(partial, { force: true });
    const full = diskFull(cause, file);
    if (full !== null) throw full;
    throw new AppError('PERMISSION_DENIED', `${file} could not be written. Choose another place for it.`, {
      cause,
    });
  }
}
