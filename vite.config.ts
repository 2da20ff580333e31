import { defineConfig, type Plugin } from 'vite';

/**
 * Node keeps a source at one byte a character as long as all of them are ASCII, and at two otherwise: a single arrow in
 * a text doubles what a chunk takes in memory. An escape means the same in a string, a regular expression and a name.
 */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/**
 * The headless program as one Node bundle: everything is packed, so that a command loads a few files instead of
 * hundreds, and what a command imports dynamically is a chunk that the others never load.
 */
export default defineConfig({
  plugins: [asciiOnly],
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
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});
