import { headlessBundle } from './headless-bundle.mjs';
import { screensBundle } from './screens-bundle.mjs';

await headlessBundle.build('warn');
await screensBundle.build('warn');
console.info('Built out/headless and out/renderer.');
