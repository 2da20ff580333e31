import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Mutant, PLANTED } from './mutant.ts';

/** Of Vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
type Report = z.infer<typeof Report>;

/** How the tests of one run ended. */
export type TestRun =
  | { readonly kind: 'passed'; readonly tests: number }
  /** A test noticed something. */
  | { readonly kind: 'failed'; readonly file: string; readonly test: string }
  /** Nothing can be said: no test ran, a file could not be loaded, or a test was still at it when its time was over. */
  | { readonly kind: 'broken'; readonly why: string };

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = join(import.meta.dirname, 'vitest.config.ts');

/**
 * Runs test files, and ends them at the first failure.
 * @param mutant to be planted; null: the product as it is
 * @param workers how many files may run at once
 */
export async function runTests(
  files: readonly string[],
  mutant: Mutant | null,
  workers: number,
): Promise<TestRun> {
  const directory = mkdtempSync(join(tmpdir(), 'planted-bug-'));
  const report = join(directory, 'report.json');
  const options = ['--bail=1', `--maxWorkers=${workers}`, '--reporter=json', `--outputFile=${report}`];
  try {
    const output = await ended(['run', `--config=${CONFIG}`, ...options, ...files], mutant);
    return verdictOf(report, output);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What Vitest printed, once it has ended. Its exit code says less than its report. */
function ended(args: readonly string[], mutant: Mutant | null): Promise<string> {
  const { [PLANTED]: _, ...environment } = process.env;
  const env = mutant === null ? environment : { ...environment, [PLANTED]: mutant.name };
  return new Promise((resolve, reject) => {
    const vitest = spawn(process.execPath, [VITEST, ...args], { cwd: ROOT, env });
    const printed: Buffer[] = [];
    for (const stream of [vitest.stdout, vitest.stderr]) stream.on('data', (chunk) => printed.push(chunk));
    vitest.once('error', reject);
    vitest.once('close', () => resolve(Buffer.concat(printed).toString()));
  });
}

function verdictOf(file: string, output: string): TestRun {
  let report: Report;
  try {
    report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { kind: 'broken', why: `Vitest left no report. ${output.slice(-2_000)}` };
  }
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map((test) => ({ name, ...test })),
  );
  const [failed] = failures;
  if (failed !== undefined) {
    const [reason = ''] = failed.failureMessages ?? [];
    if (/^Error: (Test|Hook) timed out/.test(reason)) {
      return { kind: 'broken', why: `${failed.fullName}: ${reason.split('\n')[0]}` };
    }
    return { kind: 'failed', file: failed.name.slice(ROOT.length + 1), test: failed.fullName };
  }
  const unloaded = report.testResults.find(({ status }) => status === 'failed');
  if (unloaded !== undefined) return { kind: 'broken', why: unloaded.message };
  const tests = report.numPassedTests;
  return tests === 0
    ? { kind: 'broken', why: `No test ran. ${output.slice(-2_000)}` }
    : { kind: 'passed', tests };
}
