import { defineConfig } from 'vite';

/**
 * The headless program as one Node bundle: everything is packed, so that a command loads a few files instead of
 * hundreds, and what a command imports dynamically is a chunk that the others never load.
 */
export default defineConfig({
  ssr: {
    target: 'node',
    noExternal: true,
  },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/headless',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      // Native modules find their binary beside their own package. Named here and not under `ssr`, which looks them up:
      // keytar is optional and absent where it could not be compiled.
      external: ['better-sqlite3', 'keytar'],
      input: { cli: 'src/main/headless/cli.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
