import { fileURLToPath } from 'node:url';
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { deliveredPackages } from './scripts/delivered-packages.mjs';
import { theme } from './src/renderer/theme/theme.ts';

/**
 * Mantine's variables as a style sheet of the bundle. At run time it would write them into a `<style>` element, which
 * the page's content security policy refuses.
 */
const mantineVariables: Plugin = {
  name: 'mantine-variables',
  resolveId: (id) => (id === 'virtual:mantine-variables.css' ? `\0${id}` : undefined),
  load(id) {
    if (id !== '\0virtual:mantine-variables.css') return;
    return convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root');
  },
};

/** What is delivered, under which licences. */
const licences: Plugin = {
  name: 'licences',
  resolveId: (id) => (id === 'virtual:licences' ? `\0${id}` : undefined),
  load: (id) =>
    id === '\0virtual:licences' ? `export default ${JSON.stringify(deliveredPackages())};` : undefined,
};

/** The screens: static files that the hosts serve, with nothing in them that a strict policy would refuse. */
export default defineConfig({
  root: fileURLToPath(new URL('src/renderer', import.meta.url)),
  base: './',
  plugins: [react(), mantineVariables, licences],
  build: {
    target: 'chrome140',
    outDir: '../../out/renderer',
    emptyOutDir: true,
    // Nothing inline: the policy allows what comes from the program's own address, and no data in its place.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
});
