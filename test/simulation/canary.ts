/**
 * Lives through whole weeks in virtual time, with people who edit, servers and networks that fail and a computer that
 * is killed, and judges every invariant of the sync by what is then in the calendars and in the booking system. Exit
 * code 1: an invariant was broken or, in a week or more, never tried, or something was never met.
 *
 *   npm run canary -- [--days 7] [--seed 1] [--seeds 1] [--calendar google|microsoft|caldav|all] [--json] [--trace]
 *
 * The same seed, days and calendar make the same week: `--trace` shows it, deed by deed and request by request.
 */
import { parseArgs } from 'node:util';
import type { Findings } from './findings.ts';
import { report, reportText } from './report.ts';
import type { Services } from './scene.ts';
import { liveThrough } from './week.ts';

const SERVICES = ['google', 'microsoft', 'caldav', 'all'] as const;
const isService = (text: string): text is Services => SERVICES.some((name) => name === text);

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    calendar: { type: 'string', default: 'all' },
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
    '--days, --seed and --seeds take a number from 1, --calendar one of: google, microsoft, caldav, all',
  );
  process.exit(2);
}
/** In a week every invariant is put to the test. */
const A_WEEK = 7;
/** One week of one calendar meets most of all that there is; all of it is asked of many seeds with all calendars. */
const ENOUGH_DAYS = 70;

const all: Findings[] = [];
const weeks: { readonly seed: number; readonly trace: string; readonly broken: readonly string[] }[] = [];

/** What ended a simulation before its time: that seed is broken, and the others go on. */
const endedBy = (thrown: unknown): string =>
  `ended by ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;

async function lived(
  seed: number,
  services: Services,
): Promise<{ readonly trace: string; readonly broken: readonly string[] }> {
  const name = `seed ${seed}`;
  const start = process.stderr.isTTY ? '\r' : '';
  try {
    const { findings, trace } = await liveThrough({
      seed,
      days: Number(days),
      services,
      onShift: (shift, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${name}: shift ${shift} of ${of} `);
      },
      ...(values.trace && { onLine: (line: string) => console.error(line) }),
    });
    all.push(findings);
    const broken = findings.broken();
    const verdict = broken.length === 0 ? 'kept' : 'BROKEN';
    console.error(
      `${start}${name}: ${verdict}, trace ${trace.digest().slice(0, 16)} of ${trace.count} lines`,
    );
    return { trace: trace.digest(), broken };
  } catch (thrown) {
    console.error(`${start}${name}: BROKEN, not lived to its end`);
    return { trace: '', broken: [endedBy(thrown)] };
  }
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  const { trace, broken } = await lived(seed, services);
  for (const what of broken.slice(0, 3)) console.error(`  ${what}`);
  if (broken.length > 0)
    console.error(
      `  again, with every step: npm run canary -- --days ${days} --seed ${seed} --calendar ${services} --trace`,
    );
  weeks.push({ seed, trace, broken });
}

// Once more, for a day: what the same seed makes is the same.
const again = { seed: Number(first), days: 1, services };
/** The digest of its trace, or what it was ended by: an end is to be the same one as well. */
const lastSeen = (): Promise<string> =>
  liveThrough(again).then(
    ({ trace }) => trace.digest(),
    (thrown: unknown) => String(thrown),
  );
const traces = [await lastSeen(), await lastSeen()];
all[0]?.check('I14', traces[0] === traces[1] ? [] : [`seed ${first} made two traces in one day: ${traces}`]);

const isEnough = services === 'all' && Number(days) * Number(count) >= ENOUGH_DAYS;
const found = report(all, isEnough);
const isAWeek = Number(days) * Number(count) >= A_WEEK;
const notTried = isAWeek ? found.verdicts.filter(({ checked }) => checked === 0) : [];
if (notTried.length > 0)
  console.error(`Never tried: ${notTried.map(({ invariant }) => invariant).join(', ')}`);
if (!values.json && !isEnough)
  console.error('Too little for a verdict on coverage: 10 weeks of all calendars are asked for.');
process.stdout.write(
  values.json ? `${JSON.stringify({ weeks, ...found }, null, 2)}\n` : `${reportText(found)}\n`,
);
const isBroken = [...weeks, ...found.verdicts].some(({ broken }) => broken.length > 0);
if (found.notMet.length > 0 || notTried.length > 0 || isBroken) process.exitCode = 1;
