/**
 * Plants one bug at a time and runs the tests that should catch it. Exit code 1 when one survives, when one is out of
 * date or does not compile, or when the tests fail without any.
 *
 *   npm run test:mutants -- [--only NAME]… [--json]
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { MUTANTS } from './catalogue.ts';
import { compilerProblems } from './compiled.ts';
import type { Mutant } from './mutant.ts';
import { runTests, type TestRun } from './test-run.ts';

interface Outcome {
  readonly mutant: Mutant;
  readonly run: TestRun;
  readonly seconds: number;
}

/** As many as there are cores on the machines that this has to be quick on. */
const AT_ONCE = 2;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'boolean', default: false } },
});
const say = (text: string): void => console.error(text);
process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = values.only?.find((only) => !MUTANTS.some(({ name }) => name === only));
  if (unknown !== undefined) {
    say(`There is no mutant “${unknown}”. There are:\n${MUTANTS.map(({ name }) => `  ${name}`).join('\n')}`);
    return 2;
  }
  const mutants = MUTANTS.filter(({ name }) => values.only?.includes(name) ?? true);
  // Before anything runs: what cannot be planted any more is found at once.
  const problems = compilerProblems(mutants);
  if (problems.length > 0) {
    say(problems.join('\n'));
    return 1;
  }
  const files = [...new Set(mutants.flatMap(({ caughtBy }) => caughtBy))].sort();
  say(`Without any of them: ${files.length} test files.`);
  // A test that fails anyway catches nothing.
  const baseline = await runTests(files, null, AT_ONCE);
  if (baseline.kind !== 'passed') {
    say(baseline.kind === 'failed' ? `${baseline.file}: “${baseline.test}” fails already.` : baseline.why);
    return 1;
  }
  const outcomes = await plantAll(mutants);
  process.stdout.write(values.json ? `${JSON.stringify(document(outcomes), null, 2)}\n` : text(outcomes));
  return outcomes.every(({ run }) => run.kind === 'failed') ? 0 : 1;
}

/** In the order of the catalogue, whichever is through first. */
async function plantAll(mutants: readonly Mutant[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<Mutant, Outcome>();
  const waiting = mutants.values();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const mutant of waiting) {
      const started = performance.now();
      const run = await runTests(mutant.caughtBy, mutant, 1);
      const outcome = { mutant, run, seconds: Math.round((performance.now() - started) / 100) / 10 };
      outcomes.set(mutant, outcome);
      say(
        `${outcomes.size} of ${mutants.length}: ${mutant.name}: ${caughtBy(outcome)} (${outcome.seconds} s)`,
      );
    }
  });
  await Promise.all(lanes);
  return mutants.flatMap((mutant) => outcomes.get(mutant) ?? []);
}

function caughtBy({ mutant, run }: Outcome): string {
  switch (run.kind) {
    case 'failed':
      return `${run.file.replace(/^test\//, '')}: ${run.test}`;
    case 'passed':
      return `SURVIVED ${run.tests} tests. ${mutant.harm}`;
    case 'broken':
      return `NOT TESTED: ${run.why}`;
  }
}

function text(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: ['planted bug', 'caught by', 's'],
    colWidths: [38, 96, 7],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const outcome of outcomes) table.push([outcome.mutant.name, caughtBy(outcome), outcome.seconds]);
  const caught = outcomes.filter(({ run }) => run.kind === 'failed').length;
  return `${table.toString()}\n${caught} of ${outcomes.length} planted bugs were caught.\n`;
}

function document(outcomes: readonly Outcome[]): unknown {
  return outcomes.map(({ mutant: { name, harm, file: source }, run, seconds }) => ({
    name,
    harm,
    source,
    ...run,
    seconds,
  }));
}
