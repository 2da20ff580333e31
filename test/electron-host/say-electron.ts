import { ELECTRON } from './desktop.ts';

/** One line of the report: which Electron the desktop specs ran on. */
export function setup(): void {
  process.stdout.write(`The desktop specs run ${ELECTRON}.\n`);
}
