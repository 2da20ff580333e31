import { screensBundle } from '../../scripts/screens-bundle.mjs';

/** The tests look at the built screens: built anew where their sources have changed. */
export async function setup(): Promise<void> {
  if (!screensBundle.isFresh()) await screensBundle.build('warn');
}
