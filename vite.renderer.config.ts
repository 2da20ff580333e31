import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
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

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** What is delivered, under which licences: what the lock file names besides the tools, and Electron. */
const licences: Plugin = {
  name: 'licences',
  resolveId: (id) => (id === 'virtual:licences' ? `\0${id}` : undefined),
  load(id) {
    if (id !== '\0virtual:licences') return;
    const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8')) as {
      readonly packages: Readonly<Record<string, LockedPackage>>;
    };
    const delivered = Object.entries(lock.packages).flatMap(
      ([path, { version, license, dev, devOptional }]) => {
        const name = path.split('node_modules/').at(-1) ?? '';
        const isTool = dev === true || devOptional === true;
        if (name === '' || version === undefined || (isTool && name !== 'electron')) return [];
        return [{ name, version, licence: license ?? 'see its package' }];
      },
    );
    const once = new Map(delivered.map((one) => [`${one.name} ${one.version}`, one]));
    const sorted = [...once.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
    return `export default ${JSON.stringify(sorted)};`;
  },
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
