import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { MUTANTS } from './catalogue.ts';
import { PLANTED, plant } from './mutant.ts';

const name = process.env[PLANTED];
const mutant = MUTANTS.find((one) => one.name === name);
if (name !== undefined && mutant === undefined) throw new RangeError(`There is no mutant “${name}”`);

const { projects: _, ...shared } = base.test ?? {};

/**
 * Runs single test files of all projects in one, with the mutant that the environment names. Its source is changed on
 * its way into the test, so that nothing on disk ever is.
 */
export default defineConfig({
  plugins: [
    {
      name: 'planted-bug',
      enforce: 'pre',
      transform: (code, id) =>
        mutant !== undefined && id === join(import.meta.dirname, '../..', mutant.file)
          ? { code: plant(mutant, code), map: null }
          : null,
    },
  ],
  test: {
    ...shared,
    // What is kept on disk of a transformed module would be taken with one mutant as well as with another.
    fsModuleCache: false,
    include: ['test/{unit,contract,integration}/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
