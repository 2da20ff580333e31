import { defineConfig } from 'vite';

/** The preload: a sandboxed page takes one CommonJS file that asks for nothing but Electron. */
export default defineConfig({
  ssr: {
    target: 'node',
    noExternal: true,
  },
  build: {
    ssr: true,
    target: 'chrome140',
    outDir: 'out/desktop',
    minify: false,
    rolldownOptions: {
      external: ['electron'],
      input: { preload: 'src/main/electron/preload.ts' },
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
});
