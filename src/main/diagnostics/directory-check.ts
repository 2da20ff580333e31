import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { check, type DoctorCheck } from '../../shared/domain/doctor.ts';
import { diskFull } from '../../shared/rpc/errors.ts';

const ID = 'data-directory';
const NAME = 'Data directory';
/** What a long day of syncing may need, twice over. */
const SPACE_WARNING_BYTES = 200 * 1024 * 1024;
const PROBE_BYTES = 256 * 1024;

/**
 * Whether the data directory can be written to, has room, and is closed to other people.
 * @param probe writes a file to the disk and removes it
 */
export function checkDirectory(
  dataDir: string,
  platform: NodeJS.Platform,
  probe: (file: string) => void = writeAndRemove,
): DoctorCheck {
  const found = (status: DoctorCheck['status'], message: string): DoctorCheck =>
    check(ID, NAME, status, message);
  try {
    probe(join(dataDir, 'calendar-sync.probe'));
  } catch (error) {
    const full = diskFull(error, dataDir);
    if (full !== null) return found('failed', full.message);
    const { code = '' } = error as NodeJS.ErrnoException;
    return found('failed', `${dataDir} cannot be written to (${code}). Check its permissions.`);
  }
  if (platform !== 'win32' && (statSync(dataDir).mode & 0o077) !== 0) {
    return found(
      'warning',
      `Other people of this computer may look into ${dataDir}. Close it with: chmod 700`,
    );
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  return free < SPACE_WARNING_BYTES
    ? found('warning', `${dataDir} has ${Math.round(free / 1024 / 1024)} MB left. Free some space.`)
    : found('ok', `${dataDir} can be written to.`);
}

function writeAndRemove(file: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    const bytes = Buffer.alloc(PROBE_BYTES, 1);
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
