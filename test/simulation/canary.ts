/**
 * Lives through whole weeks in virtual time, with people who edit, servers and networks that fail and a computer that
 * is killed, and judges every invariant of the sync by what is then in the calendars and in the booking system. Exit
 * code 1: an invariant was broken, or something was never met.
 *
 *   npm run canary -- [--days 7] [--seed 1] [--seeds 1] [--calendar google|microsoft|both] [--json] [--trace]
 *
 * The same seed, days and calendar make the same week: `--trace` shows it, deed by deed and request by request.
 */
import { parseArgs } from 'node:util';
import type { Findings } from './findings.ts';
import { report, reportText } from './report.ts';
import type { Services } from './scene.ts';
import { liveThrough } from './week.ts';

const SERVICES = ['google', 'microsoft', 'both'] as const;
const isService = (text: string): text is Services => SERVICES.some((name) => name === text);

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    calendar: { type: 'string', default: 'both' },
    json: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const [days, first, count] = [values.days, values.seed, values.seeds].map(Number);
const { calendar: services } = values;
if (
  ![days, first, count].every((number) => Number.isSafeInteger(number) && Number(number) > 0) ||
  !isService(services)
) {
  console.error(
    '--days, --seed and --seeds take a number from 1, --calendar one of: google, microsoft, both',
  );
  process.exit(2);
}
/** One week of one calendar meets most of all that there is; all of it is asked of many seeds with both calendars. */
const ENOUGH_DAYS = 70;

const all: Findings[] = [];
const weeks: { readonly seed: number; readonly trace: string; readonly broken: readonly string[] }[] = [];
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  const name = `seed ${seed}`;
  const { findings, trace } = await liveThrough({
    seed,
    days: Number(days),
    services,
    onShift: (shift, of) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}: shift ${shift} of ${of} `);
    },
    ...(values.trace && { onLine: (line: string) => console.error(line) }),
  });
  const broken = findings.broken();
  console.error(
    `${process.stderr.isTTY ? '\r' : ''}${name}: ${broken.length === 0 ? 'kept' : 'BROKEN'}, trace ${trace.digest().slice(0, 16)} of ${trace.count} lines`,
  );
  for (const what of broken.slice(0, 3)) console.error(`  ${what}`);
  if (broken.length > 0)
    console.error(
      `  again, with every step: npm run canary -- --days ${days} --seed ${seed} --calendar ${services} --trace`,
    );
  all.push(findings);
  weeks.push({ seed, trace: trace.digest(), broken });
}

// Once more, for a day: what the same seed makes is the same.
const again = { seed: Number(first), days: 1, services };
const [once, twice] = [await liveThrough(again), await liveThrough(again)];
const traces = [once.trace.digest(), twice.trace.digest()];
all[0]?.check('I14', traces[0] === traces[1] ? [] : [`seed ${first} made two traces in one day: ${traces}`]);

const isEnough = services === 'both' && Number(days) * Number(count) >= ENOUGH_DAYS;
const found = report(all, isEnough);
if (!values.json && !isEnough)
  console.error('Too little for a verdict on coverage: 10 weeks of both calendars are asked for.');
process.stdout.write(
  values.json ? `${JSON.stringify({ weeks, ...found }, null, 2)}\n` : `${reportText(found)}\n`,
);
if (found.notMet.length > 0 || found.verdicts.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
