import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandRule } from '../../src/main/time/rule.ts';
import { DAY_MS, parseStamp, stampText } from '../../src/main/time/wall-time.ts';
import { UTC } from '../../src/main/time/zone.ts';

/** libical's table of recurrence rules, read where it lies. */
const TABLE = resolve(import.meta.dirname, '../../../shared/fixtures/icalrecur_test.txt');

interface Entry {
  /** `RRULE @ DTSTART` */
  readonly name: string;
  readonly rule: string;
  readonly start: string;
  /** Occurrences, or null when the rule must be refused. */
  readonly instances: readonly string[] | null;
  /** Where libical starts to look again; what comes after it must be the same. */
  readonly startAt: string | null;
}

const BY_YEARDAY_AND_DAY =
  'rrule-temporal 2.2.8 yields the days of BYYEARDAY and those of BYDAY, not those of both, so that the rule is refused';
const WEEK_OF_ANOTHER_YEAR =
  'rrule-temporal 2.2.8 looks for a numbered week in the calendar years from that of DTSTART on: where DTSTART lies in the last week of the year before, or in the first of the next, it misses that week and counts INTERVAL from the wrong year';

/** What rrule-temporal cannot do, each with its cause. An entry that starts to pass must go. */
const DEVIATIONS: ReadonlyMap<string, string> = new Map([
  [
    'FREQ=YEARLY;UNTIL=20100326T000000Z;BYDAY=FR;BYYEARDAY=-275,-276,-277,-278,-279,-280,-281 @ 20060331T020000',
    BY_YEARDAY_AND_DAY,
  ],
  ['FREQ=YEARLY;BYWEEKNO=53;COUNT=1 @ 20270103T000000Z', WEEK_OF_ANOTHER_YEAR],
  ['FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;UNTIL=20170101T000000Z @ 20160102T000000', WEEK_OF_ANOTHER_YEAR],
  ['FREQ=YEARLY;BYWEEKNO=-1,-2;COUNT=5 @ 20270102', WEEK_OF_ANOTHER_YEAR],
  [
    'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=6;UNTIL=20170101T000000Z @ 20100102T000000',
    WEEK_OF_ANOTHER_YEAR,
  ],
  [
    'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=5;UNTIL=20170101T000000Z @ 20100102T000000',
    WEEK_OF_ANOTHER_YEAR,
  ],
  [
    'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=7;UNTIL=20170101T000000Z @ 20100102T000000',
    WEEK_OF_ANOTHER_YEAR,
  ],
  ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3;UNTIL=20320101 @ 20241231', WEEK_OF_ANOTHER_YEAR],
]);

function readTable(): readonly Entry[] {
  return readFileSync(TABLE, 'utf8')
    .split(/\n\s*\n/)
    .flatMap((paragraph) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}:(.*)$`, 'm').exec(paragraph)?.[1]?.trim();
      const rule = field('RRULE');
      const start = field('DTSTART');
      const instances = field('INSTANCES');
      if (rule === undefined || start === undefined || instances === undefined) return [];
      return {
        name: `${rule} @ ${start}`,
        rule,
        start,
        instances: instances.startsWith('***') ? null : instances.split(',').map(wallText),
        startAt: field('START-AT') ?? null,
      };
    });
}

const wallOf = (text: string): number => parseStamp(text)?.wall ?? Number.NaN;
const wallText = (text: string): string => stampText(wallOf(text));

/** Occurrences from some time on, or null when the rule is refused. */
function occurrences({ rule, start }: Entry, from = start): readonly string[] | null {
  const stamp = parseStamp(start);
  const expansion = expandRule(
    rule,
    { start: wallOf(start), zone: UTC, dated: stamp?.form === 'date' },
    { from: from === start ? wallOf(start) - DAY_MS : wallOf(from), to: Date.UTC(2100, 0, 1) },
  );
  return expansion.kind === 'refused' ? null : expansion.starts.map(stampText);
}

const passes = (entry: Entry): boolean =>
  JSON.stringify(occurrences(entry)) === JSON.stringify(entry.instances);

describe('the recurrence rules of libical', () => {
  if (!existsSync(TABLE)) {
    it('are left out: ../shared/fixtures/icalrecur_test.txt does not come with this checkout', () => {
      process.stdout.write('icalrecur_test.txt: left out, since ../shared/fixtures is not there\n');
      expect(existsSync(TABLE)).toBe(false);
    });
    return;
  }
  const table = readTable();

  it('are all read', () => {
    expect(table).toHaveLength(146);
    expect(table.filter(({ instances }) => instances === null)).toHaveLength(1);
  });

  it('are expanded as libical does, save for what is listed with its cause', () => {
    const failed = table.filter((entry) => !passes(entry)).map(({ name }) => name);
    process.stdout.write(`icalrecur_test.txt: ${table.length - failed.length} of ${table.length} passed\n`);
    for (const name of failed) process.stdout.write(`  ${name}: ${DEVIATIONS.get(name) ?? 'not listed'}\n`);
    expect(failed.sort()).toEqual([...DEVIATIONS.keys()].sort());
  });

  it('are the same when expansion starts later', () => {
    const later = table.filter(({ startAt }) => startAt !== null);
    expect(later).toHaveLength(7);
    for (const entry of later) {
      const from = entry.startAt ?? '';
      expect(occurrences(entry, from)).toEqual(entry.instances?.filter((instance) => instance >= from));
    }
  });
});
