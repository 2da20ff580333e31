import http from 'node:http';
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
 * Node's HTTP module also has the WebSocket of its own fetch, behind getters. An import statement reads all of them, and
 * so loads and keeps a second HTTP client of several megabytes beside the one in the bundle.
 */
const httpAlone: Plugin = {
  name: 'http-alone',
  enforce: 'pre',
  resolveId: {
    filter: { id: /^(node:)?http$/ },
    handler: (_id, _importer, { kind }) => (kind === 'import-statement' ? HTTP_ALONE : null),
  },
  load: {
    filter: { id: /^\0http-alone$/ },
    handler() {
      const plain = Object.entries(Object.getOwnPropertyDescriptors(http)).filter(
        ([, { get }]) => get === undefined,
      );
      return [
        "const http = process.getBuiltinModule('node:http');",
        'export default http;',
        `export const { ${plain.map(([name]) => name).join(', ')} } = http;`,
      ].join('\n');
    },
  },
};
const HTTP_ALONE = '\0http-alone';

/**
 * The headless program as one Node bundle: everything is packed, so that a command loads a few files instead of
 * hundreds, and what a command imports dynamically is a chunk that the others never load.
 */
export default defineConfig({
  plugins: [asciiOnly, httpAlone],
  resolve: {
    // What Node itself is built with: fetch without what stands around it, such as mocks and caches.
    alias: [{ find: /^undici$/, replacement: 'undici/index-fetch.js' }],
  },
  ssr: {
    target: 'node',
    noExternal: true,
  },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/headless',
    sourcemap: true,
    rolldownOptions: {
      // Native modules find their binary beside their own package. Named here and not under `ssr`, which looks them up:
      // keytar is optional and absent where it could not be compiled.
      external: ['better-sqlite3', 'keytar'],
      input: { cli: 'src/main/headless/cli.ts' },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        // Whoever reads a stack trace finds the names of the source in it.
        minify: { compress: true, mangle: false, codegen: true },
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
});
