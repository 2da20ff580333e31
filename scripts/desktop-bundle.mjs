import { join } from 'node:path';
import { createBundle, REPOSITORY } from './bundle.mjs';

const OUTPUT = join(REPOSITORY, 'out/desktop');
const ENTRY = 'main.js';

/** What Electron starts. */
export const desktopEntry = join(OUTPUT, ENTRY);

/** The desktop program: main process and preload. It shows the screens, which are a bundle of their own. */
export const desktopBundle = createBundle({
  sources: [
    'src/main',
    'src/sandbox',
    'src/shared',
    'resources',
    'scripts/bundle.mjs',
    'scripts/desktop-bundle.mjs',
    'package.json',
    'package-lock.json',
    'vite.desktop.config.ts',
    'vite.preload.config.ts',
  ],
  output: OUTPUT,
  entry: ENTRY,
  async build(workshop, mark, logLevel) {
    const { build } = await import('vite');
    await build({
      root: REPOSITORY,
      configFile: join(REPOSITORY, 'vite.preload.config.ts'),
      configLoader: 'native',
      logLevel,
      build: { outDir: workshop },
    });
    await build({
      root: REPOSITORY,
      configFile: join(REPOSITORY, 'vite.desktop.config.ts'),
      configLoader: 'native',
      logLevel,
      build: {
        outDir: workshop,
        emptyOutDir: false,
        rolldownOptions: { output: { banner: (chunk) => (chunk.isEntry ? `// ${mark}` : '') } },
      },
    });
  },
});
