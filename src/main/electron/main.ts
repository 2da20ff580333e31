import { join } from 'node:path';
import { app } from 'electron';
import { wantedOf } from './arguments.ts';
import { startDesktop } from './desktop.ts';
import { runCommand } from './run-command.ts';

// Whatever this process creates is for its user alone.
process.umask(0o077);

const screensDir = join(import.meta.dirname, '../renderer');
const wanted = wantedOf(process.argv.slice(process.defaultApp ? 2 : 1));

// Not awaited here: Electron becomes ready only when this file has been read to its end.
if (wanted.kind === 'command') {
  void runCommand(wanted.args, screensDir).then((code) => app.exit(code));
} else {
  void startDesktop({
    ...wanted,
    screensDir,
    preload: join(import.meta.dirname, 'preload.cjs'),
    resourcesDir: join(import.meta.dirname, '../../resources'),
  });
}
