/**
 * Measures how fast and how small the program is, against floors that are measured in the same run. A missed figure
 * is marked and nothing more; exit code 1 means that something could not be measured.
 *
 *   npm run bench -- [--only NAME]… [--runs N] [--json] [--out FILE]
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Measure, Outcome } from './figure.ts';
import { type Measured, reportDocument, reportText } from './report.ts';

/**
 * By name, in their order. Each is measured in a process of its own: what others bring along, such as the driver of a
 * browser, lies on its heap, and every sync that is measured there would collect garbage around it.
 */
const MEASURES: Readonly<Record<string, () => Promise<Measure>>> = {
  planning: async () => (await import('./planning.ts')).planning,
  'first-import': async () => (await import('./first-sync.ts')).firstImport,
  'first-graph-import': async () => (await import('./first-sync.ts')).firstGraphImport,
  'first-export': async () => (await import('./first-sync.ts')).firstExport,
  'quiet-sync': async () => (await import('./quiet-sync.ts')).quietSync,
  feed: async () => (await import('./feed.ts')).feed,
  'published-feed': async () => (await import('./published-feed.ts')).publishedFeed,
  caldav: async () => (await import('./caldav.ts')).caldav,
  memory: async () => (await import('./memory.ts')).memory,
  'idle-agent': async () => (await import('./idle-agent.ts')).idleAgent,
  status: async () => (await import('./status.ts')).status,
  log: async () => (await import('./log.ts')).logFilters,
  screens: async () => (await import('./screens.ts')).screens,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const runs = Number(values.runs);
const unknown = values.only?.find((only) => !Object.hasOwn(MEASURES, only));
if (!Number.isSafeInteger(runs) || runs < 1 || unknown !== undefined) {
  console.error(`--runs takes a number from 1, --only one of: ${Object.keys(MEASURES).join(', ')}`);
  process.exit(2);
}

const names = values.only ?? Object.keys(MEASURES);
const measured: Measured[] = [];
for (const name of names)
  measured.push(names.length === 1 ? await measuredHere(name) : await measuredApart(name));

const document = `${JSON.stringify(reportDocument(measured, runs), null, 2)}\n`;
if (values.out !== undefined) writeFileSync(values.out, document);
process.stdout.write(values.json ? document : `${reportText(measured)}\n`);
if (measured.some(({ outcome }) => outcome.kind === 'broken')) process.exitCode = 1;

async function measuredHere(name: string): Promise<Measured> {
  const load = MEASURES[name];
  if (load === undefined) throw new Error(`There is no measure ${name}`);
  const measure = await load();
  const say = (text: string): void => console.error(`${name}: ${text}`);
  try {
    return { measure, outcome: await measure.run({ runs, say }) };
  } catch (error) {
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    say(stack);
    return { measure, outcome: { kind: 'broken', why: message } };
  }
}

/** The same in a process of its own. */
async function measuredApart(name: string): Promise<Measured> {
  const own = [...process.execArgv, import.meta.filename, '--only', name, '--runs', String(runs), '--json'];
  const child = spawn(process.execPath, own, { stdio: ['ignore', 'pipe', 'inherit'] });
  const answer = await text(child.stdout);
  // Even what is broken is said in it.
  if (answer === '')
    return { measure: { name, title: name }, outcome: { kind: 'broken', why: 'its process died' } };
  const [only] = (JSON.parse(answer) as { measures: readonly (Measured['measure'] & Outcome)[] }).measures;
  if (only === undefined) throw new Error(`${name} was not measured`);
  return { measure: only, outcome: only };
}
