import { desktopBundle } from './desktop-bundle.mjs';
import { headlessBundle } from './headless-bundle.mjs';
import { screensBundle } from './screens-bundle.mjs';

await headlessBundle.build('warn');
await desktopBundle.build('warn');
await screensBundle.build('warn');
console.info('Built out/headless, out/desktop and out/renderer.');
