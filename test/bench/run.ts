/**
 * Measures how fast and how small the program is, against floors that are measured in the same run. A missed figure
 * is marked and nothing more; exit code 1 means that something could not be measured.
 *
 *   npm run bench -- [--only NAME]… [--runs N] [--json] [--out FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { caldav } from './caldav.ts';
import { feed } from './feed.ts';
import type { Measure, Outcome } from './figure.ts';
import { firstExport, firstGraphImport, firstImport } from './first-sync.ts';
import { idleAgent } from './idle-agent.ts';
import { logFilters } from './log.ts';
import { memory } from './memory.ts';
import { planning } from './planning.ts';
import { publishedFeed } from './published-feed.ts';
import { quietSync } from './quiet-sync.ts';
import { type Measured, reportDocument, reportText } from './report.ts';
import { screens } from './screens.ts';
import { status } from './status.ts';

const MEASURES: readonly Measure[] = [
  planning,
  firstImport,
  firstGraphImport,
  firstExport,
  quietSync,
  feed,
  publishedFeed,
  caldav,
  memory,
  idleAgent,
  status,
  logFilters,
  screens,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const runs = Number(values.runs);
const unknown = values.only?.find((only) => MEASURES.every(({ name }) => name !== only));
if (!Number.isSafeInteger(runs) || runs < 1 || unknown !== undefined) {
  const names = MEASURES.map(({ name }) => name).join(', ');
  console.error(`--runs takes a number from 1, --only one of: ${names}`);
  process.exit(2);
}

const measured: Measured[] = [];
for (const measure of MEASURES) {
  if (values.only !== undefined && !values.only.includes(measure.name)) continue;
  const say = (text: string): void => console.error(`${measure.name}: ${text}`);
  measured.push({ measure, outcome: await outcomeOf(measure, say) });
}

const document = `${JSON.stringify(reportDocument(measured, runs), null, 2)}\n`;
if (values.out !== undefined) writeFileSync(values.out, document);
process.stdout.write(values.json ? document : `${reportText(measured)}\n`);
if (measured.some(({ outcome }) => outcome.kind === 'broken')) process.exitCode = 1;

async function outcomeOf(measure: Measure, say: (text: string) => void): Promise<Outcome> {
  try {
    return await measure.run({ runs, say });
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { kind: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}
