import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** At login, when it is asked, a machine is busiest; one without the program answers at once. */
const ANSWER_MS = 10_000;

/**
 * Whether this desktop shows tray icons. On Linux that takes a StatusNotifierItem host, which the session bus knows;
 * who cannot say so is taken as having none, so that nobody is left without a way in.
 * https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/
 */
export async function hasTray(platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  try {
    const { stdout } = await promisify(execFile)(
      'gdbus',
      [
        ...['call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus'],
        ...['--method', 'org.freedesktop.DBus.NameHasOwner', 'org.kde.StatusNotifierWatcher'],
      ],
      { timeout: ANSWER_MS },
    );
    return stdout.includes('true');
  } catch {
    return false;
  }
}
