import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../mutants/catalogue.ts';
import { plant } from '../../mutants/mutant.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

describe('the planted bugs of test:mutants', () => {
  it.each(MUTANTS)('$name: can still be planted, and has tests to catch it', (mutant) => {
    const source = readFileSync(resolve(REPOSITORY, mutant.file), 'utf8');
    expect(plant(mutant, source)).not.toBe(source);
    expect(mutant.caughtBy.filter((file) => !existsSync(resolve(REPOSITORY, file)))).toEqual([]);
    expect(mutant.caughtBy).not.toEqual([]);
  });

  it('have each a name of its own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it('say so when their text is gone or no longer the only one', () => {
    const mutant = {
      name: 'guard off',
      harm: 'Everything goes.',
      file: 'guard.ts',
      original: 'limit = 5',
      planted: 'limit = $&',
      caughtBy: [],
    };
    expect(plant(mutant, 'const limit = 5;')).toBe('const limit = $&;');
    expect(() => plant(mutant, 'const limit = 6;')).toThrow('“guard off” is out of date');
    expect(() => plant(mutant, 'limit = 5; limit = 5')).toThrow('stands 2 times in guard.ts');
  });
});
