import { DECIDING } from './catalogue/deciding.ts';
import { GUARDING } from './catalogue/guarding.ts';
import { HOSTING } from './catalogue/hosting.ts';
import { KEEPING_SECRETS } from './catalogue/keeping-secrets.ts';
import { READING } from './catalogue/reading.ts';
import { WRITING } from './catalogue/writing.ts';
import type { Mutant } from './mutant.ts';

/** Every bug that is planted. */
export const MUTANTS: readonly Mutant[] = [
  ...READING,
  ...DECIDING,
  ...GUARDING,
  ...WRITING,
  ...KEEPING_SECRETS,
  ...HOSTING,
];
