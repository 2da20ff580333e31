import { describe, expect, it } from 'vitest';
import { expand, type RecurrenceSet } from '../../src/main/time/recurrence-set.ts';
import { expandRule, type RuleStart } from '../../src/main/time/rule.ts';
import { dateText, instantText, parseStamp, startOfDay } from '../../src/main/time/wall-time.ts';
import { fixedZone, ianaZone, UTC } from '../../src/main/time/zone.ts';

const BERLIN = ianaZone('Europe/Berlin') ?? UTC;
const NEW_YORK = ianaZone('America/New_York') ?? UTC;
const wall = (text: string): number => parseStamp(text)?.wall ?? Number.NaN;
const instant = (text: string): number => Date.parse(text);

const inBerlin = (start: string): RuleStart => ({ start: wall(start), zone: BERLIN, dated: false });
const days = (start: string, home = BERLIN): RuleStart => ({
  start: wall(start),
  zone: UTC,
  dated: true,
  home,
});

const YEARS = { from: instant('2026-01-01T00:00:00Z'), to: instant('2028-01-01T00:00:00Z') };

function starts(rule: string, from: RuleStart, span = YEARS): readonly string[] | string {
  const expansion = expandRule(rule, from, span);
  if (expansion.kind === 'refused') return expansion.reason;
  return expansion.starts.map(from.dated ? dateText : instantText);
}

describe('a rule', () => {
  it('repeats by the wall clock when the clocks change', () => {
    expect(starts('FREQ=WEEKLY;COUNT=3', inBerlin('20261018T090000'))).toEqual([
      '2026-10-18T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
      '2026-11-01T08:00:00.000Z',
    ]);
  });

  it('reads a start that the clocks skip, and one that happens twice, like any other time', () => {
    expect(starts('FREQ=DAILY;COUNT=3', inBerlin('20260328T023000'))).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(starts('FREQ=DAILY;COUNT=3', inBerlin('20261024T023000'))).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('keeps its distance in time where it repeats within the day', () => {
    expect(starts('FREQ=HOURLY;COUNT=4', inBerlin('20261025T010000'))).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it('keeps its weekday where that is another day in UTC', () => {
    const from: RuleStart = { start: wall('20260105T213000'), zone: NEW_YORK, dated: false };
    expect(starts('FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3', from)).toEqual([
      '2026-01-06T02:30:00.000Z',
      '2026-01-10T02:30:00.000Z',
      '2026-01-13T02:30:00.000Z',
    ]);
  });

  it.each([
    ['an instant, inclusive', 'UNTIL=20260107T080000Z', 3],
    ['an instant just before', 'UNTIL=20260107T075959Z', 2],
    ['a local time', 'UNTIL=20260107T090000', 3],
    ['a date, to its end', 'UNTIL=20260107', 3],
  ])('ends with %s', (_, until, count) => {
    expect(starts(`FREQ=DAILY;${until}`, inBerlin('20260105T090000'))).toHaveLength(count);
  });

  it.each([inBerlin('20260105T090000'), days('20260105')])('goes on for ever until the year 9999', (from) => {
    expect(starts('FREQ=YEARLY;UNTIL=99991231T235959Z', from)).toHaveLength(2);
    expect(starts('FREQ=YEARLY;UNTIL=99991231T235959', from)).toHaveLength(2);
    expect(starts('FREQ=YEARLY;UNTIL=99991231', from)).toHaveLength(2);
  });

  it.each([
    ['a date', 'UNTIL=20260107', BERLIN, 3],
    ['an instant, by its date', 'UNTIL=20260107T235959Z', BERLIN, 3],
    ['an instant that is midnight at home', 'UNTIL=20260106T230000Z', BERLIN, 3],
    ['an instant that is midnight elsewhere', 'UNTIL=20260107T000000Z', NEW_YORK, 3],
  ])('of days ends with %s', (_, until, home, count) => {
    expect(starts(`FREQ=DAILY;${until}`, days('20260105', home))).toHaveLength(count);
  });

  it('of days knows no times', () => {
    expect(starts('FREQ=DAILY;BYHOUR=9,10;BYMINUTE=30;COUNT=2', days('20260105'))).toEqual([
      '2026-01-05',
      '2026-01-06',
    ]);
    expect(starts('FREQ=HOURLY', days('20260105'))).toBe('whole days cannot repeat within the day');
  });

  it('is read however it is written', () => {
    const expected = ['2026-01-05T08:00:00.000Z', '2026-01-06T08:00:00.000Z'];
    const from = inBerlin('20260105T090000');
    expect(starts('freq=weekly;byday=mo,tu;count=2;', from)).toEqual(expected);
    expect(starts('COUNT=2; BYDAY=MO, TU ;FREQ=WEEKLY', from)).toEqual(expected);
    expect(starts('FREQ=WEEKLY;BYDAY=MO,TU;COUNT=2;X-NEW=1', from)).toEqual(expected);
    expect(starts('FREQ=DAILY;COUNT=5;UNTIL=20260106', from)).toEqual(expected);
    expect(starts('RSCALE=GREGORIAN;SKIP=OMIT;FREQ=DAILY;COUNT=2', from)).toEqual(expected);
    expect(starts('FREQ=DAILY;INTERVAL=0;COUNT=2', from)).toEqual(expected);
    expect(starts('FREQ=DAILY;UNTIL=;BYDAY=;COUNT=2', from)).toEqual(expected);
  });

  it('takes every other week from the week of its start, whatever day that is', () => {
    expect(starts('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4', inBerlin('20260107T090000'))).toEqual([
      '2026-01-07T08:00:00.000Z',
      '2026-01-19T08:00:00.000Z',
      '2026-01-21T08:00:00.000Z',
      '2026-02-02T08:00:00.000Z',
    ]);
  });

  it.each([
    'FREQ=',
    'FREQ=SOMETIMES',
    '',
    'FREQ=DAILY;INTERVAL=often',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=DAILY;UNTIL=tomorrow',
    'FREQ=YEARLY;BYDAY=FR;BYYEARDAY=80',
    'FREQ=YEARLY;BYMONTHDAY=30;BYWEEKNO=1',
    'RSCALE=CHINESE;FREQ=YEARLY',
    'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY',
  ])('is refused, with a reason: %s', (rule) => {
    const expansion = expandRule(rule, inBerlin('20260105T090000'), YEARS);
    expect(expansion).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/\w/) });
  });
});

describe('a rule without end or measure', () => {
  const started = { start: wall('19700101T000000'), zone: BERLIN, dated: false };

  it.each([
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;COUNT=1000000000',
    'FREQ=MINUTELY',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;INTERVAL=7;BYSECOND=3;BYHOUR=4',
    'FREQ=MINUTELY;INTERVAL=7;BYHOUR=4;BYMINUTE=3;COUNT=1000000',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3',
    'FREQ=DAILY;INTERVAL=999999999',
    'FREQ=DAILY;BYDAY=MO,TU;BYMONTH=1,2,3,11;COUNT=900000000',
    `FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=${numbers(24)};BYMINUTE=${numbers(60)};BYSECOND=${numbers(60)}`,
    `FREQ=MONTHLY;BYDAY=MO,TU;BYHOUR=${numbers(24)};BYMINUTE=${numbers(60)};BYSECOND=${numbers(60)};BYSETPOS=1,-1`,
  ])('comes to its end: %s', (rule) => {
    const expansion = expandRule(rule, started, YEARS);
    expect(expansion.kind === 'starts' ? expansion.starts.length : 0).toBeLessThanOrEqual(25_000);
    expect(expansion.work).toBeLessThanOrEqual(210_000);
  });

  it('costs no more for having begun long ago', () => {
    const expansion = expandRule('FREQ=DAILY', { ...started, start: wall('16010101T090000') }, YEARS);
    expect(expansion).toMatchObject({ kind: 'starts', work: expect.closeTo(730, -2) });
  });

  it('has every hour of two years', () => {
    expect(starts('FREQ=HOURLY', started)).toHaveLength(730 * 24);
  });
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, n) => n).join(',');
}

describe('a series', () => {
  const series = (changes: Partial<RecurrenceSet>): RecurrenceSet => ({
    ...inBerlin('20260105T090000'),
    rules: ['FREQ=WEEKLY;COUNT=4'],
    exceptionRules: [],
    dates: [],
    exceptions: new Set(),
    exceptionDays: new Set(),
    ...changes,
  });
  const of = (changes: Partial<RecurrenceSet>, span = YEARS): readonly string[] =>
    expand(series(changes), span).starts.map((start) => instantText(start).slice(5, 16));

  it('has what its rules yield and what is added, in order and once', () => {
    const dates = ['2026-01-07T08:00:00Z', '2026-01-12T08:00:00Z', '2026-01-07T08:00:00Z'].map(instant);
    expect(of({ dates })).toEqual([
      '01-05T08:00',
      '01-07T08:00',
      '01-12T08:00',
      '01-19T08:00',
      '01-26T08:00',
    ]);
  });

  it('has its first start though no rule yields it', () => {
    expect(of({ rules: ['FREQ=WEEKLY;BYDAY=TU;COUNT=2'] })).toEqual([
      '01-05T08:00',
      '01-06T08:00',
      '01-13T08:00',
    ]);
    expect(of({ rules: [], dates: [instant('2026-01-07T08:00:00Z')] })).toEqual([
      '01-05T08:00',
      '01-07T08:00',
    ]);
  });

  it('does not have what is excepted, by time, by day or by rule', () => {
    expect(of({ exceptions: new Set([instant('2026-01-05T08:00:00Z')]) })).not.toContain('01-05T08:00');
    expect(of({ exceptions: new Set([instant('2026-01-12T09:00:00Z')]) })).toHaveLength(4);
    expect(of({ exceptionDays: new Set([startOfDay(wall('20260112'))]) })).toEqual([
      '01-05T08:00',
      '01-19T08:00',
      '01-26T08:00',
    ]);
    expect(of({ exceptionRules: ['FREQ=WEEKLY;INTERVAL=2'] })).toEqual(['01-12T08:00', '01-26T08:00']);
  });

  it('has nothing from outside of the span', () => {
    const span = { from: instant('2026-01-12T08:00:00Z'), to: instant('2026-01-26T08:00:00Z') };
    expect(of({ dates: [instant('2026-03-01T08:00:00Z')] }, span)).toEqual(['01-12T08:00', '01-19T08:00']);
  });

  it('falls back to its first start and its dates when a rule cannot be followed, and says so', () => {
    const expansion = expand(
      series({ rules: ['FREQ=SECONDLY'], dates: [instant('2026-01-07T08:00:00Z')] }),
      YEARS,
    );
    expect(expansion.starts).toHaveLength(2);
    expect(expansion.refused).toEqual([expect.stringContaining('25000')]);
  });

  it('repeats by the clock of a zone of its own', () => {
    const zone = fixedZone('Europe/London', 90 * 60_000);
    expect(of({ zone, rules: ['FREQ=HOURLY;COUNT=2'] })).toEqual(['01-05T07:30', '01-05T08:30']);
  });
});
