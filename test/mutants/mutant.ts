/** A bug that the tests must catch, planted in one source file while they run. */
export interface Mutant {
  /** In the words of the design. */
  readonly name: string;
  /** What it would do to a technician, or to whoever relies on them. */
  readonly harm: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Source text that stands in the file exactly once. */
  readonly original: string;
  readonly planted: string;
  /** Test files of which at least one must fail. All of them run in this process, on no built program. */
  readonly caughtBy: readonly string[];
}

/** Names the mutant for the test run that `vitest.config.ts` in this directory configures. */
export const PLANTED = 'PLANTED_BUG';

/**
 * The file's source with the bug in it.
 * @throws RangeError when the original text does not stand there exactly once: the mutant is out of date
 */
export function plant({ name, file, original, planted }: Mutant, source: string): string {
  const found = source.split(original).length - 1;
  if (found !== 1) {
    throw new RangeError(`“${name}” is out of date: its original text stands ${found} times in ${file}`);
  }
  // As a function: in a string, dollar signs would be patterns.
  return source.replace(original, () => planted);
}
