import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBundle, REPOSITORY } from './bundle.mjs';

const ENTRY = 'index.html';

/** The screens that a window or a browser shows. Only what serves them needs them built. */
export const screensBundle = createBundle({
  sources: [
    'src/renderer',
    'src/shared',
    'scripts/bundle.mjs',
    'scripts/screens-bundle.mjs',
    'package.json',
    'package-lock.json',
    'vite.renderer.config.ts',
  ],
  output: join(REPOSITORY, 'out/renderer'),
  entry: ENTRY,
  async build(workshop, mark, logLevel) {
    const { build } = await import('vite');
    // Whoever builds, a test run included, builds what people get: React would otherwise be its slow checking self.
    const { NODE_ENV: before } = process.env;
    process.env.NODE_ENV = 'production';
    try {
      await build({
        configFile: join(REPOSITORY, 'vite.renderer.config.ts'),
        configLoader: 'native',
        logLevel,
        build: { outDir: workshop },
      });
    } finally {
      if (before === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = before;
    }
    const page = join(workshop, ENTRY);
    writeFileSync(page, readFileSync(page, 'utf8').replace('>', `>\n<!-- ${mark} -->`));
  },
});
