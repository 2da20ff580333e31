import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBundle, REPOSITORY } from './bundle.mjs';

const OUTPUT = join(REPOSITORY, 'out/headless');
const ENTRY = 'cli.js';

/** The built program; importing it runs the command in `process.argv`. */
export const bundleEntry = join(OUTPUT, ENTRY);

/** Where Node keeps the bundle's compiled code. */
export const compileCache = join(REPOSITORY, 'out/.compile-cache');

/** The headless program. */
export const headlessBundle = createBundle({
  // Not the screens: who changes them does not change the program.
  sources: [
    'src/main',
    'src/sandbox',
    'src/shared',
    'resources',
    'scripts/bundle.mjs',
    'scripts/headless-bundle.mjs',
    'package.json',
    'package-lock.json',
    'vite.config.ts',
  ],
  output: OUTPUT,
  entry: ENTRY,
  async build(workshop, mark, logLevel) {
    const { build } = await import('vite');
    await build({
      root: REPOSITORY,
      configFile: join(REPOSITORY, 'vite.config.ts'),
      configLoader: 'native',
      logLevel,
      build: {
        outDir: workshop,
        rolldownOptions: { output: { postBanner: (chunk) => (chunk.isEntry ? `// ${mark}` : '') } },
      },
    });
    rmSync(compileCache, { recursive: true, force: true });
  },
});
