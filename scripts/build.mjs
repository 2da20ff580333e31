import { buildBundle } from './headless-bundle.mjs';

await buildBundle('warn');
console.info('Built out/headless.');
