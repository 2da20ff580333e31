import { defineConfig } from 'vite';

/** The desktop's main process as one Node bundle, as the headless program is (`vite.config.ts`). */
export default defineConfig({
  ssr: {
    target: 'node',
    noExternal: true,
  },
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'out/desktop',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      // Electron brings itself; native modules find their binary beside their own package.
      external: ['electron', 'better-sqlite3', 'keytar'],
      input: { main: 'src/main/electron/main.ts' },
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
