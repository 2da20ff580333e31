import { defineConfig } from 'vite';

/**
 * The headless program as one Node bundle: everything is packed, so that a command loads a few files instead of
 * hundreds, and what a command imports dynamically is a chunk that the others never load.
 */
export default defineConfig({
  ssr: {
    target: 'node',
    noExternal: true,
    // Native modules find their binary beside their own package.
    external: ['better-sqlite3', 'keytar'],
  },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/headless',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: { cli: 'src/main/headless/cli.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
