import { describe, expect, it } from 'vitest';
import { GoogleError } from '../../src/sandbox/google/google-error.ts';
import {
  assertRecurrence,
  occurrenceOf,
  occurrencesBetween,
  type Series,
} from '../../src/sandbox/google/recurrence.ts';

const LONDON = 'Europe/London';

const timed = (dateTime: string, recurrence: readonly string[], timeZone = LONDON): Series => ({
  start: { dateTime, timeZone },
  recurrence,
});

const keys = (series: Series, from: string, to: string) =>
  occurrencesBetween(series, Date.parse(from), Date.parse(to), LONDON).map(({ key }) => key);

describe('occurrences', () => {
  it('stay at nine o’clock in London all year', () => {
    const series = timed('2026-01-05T09:00:00Z', ['RRULE:FREQ=WEEKLY']);
    const found = occurrencesBetween(series, Date.parse('2026-01-01'), Date.parse('2027-01-01'), LONDON);
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: LONDON, timeStyle: 'short' });
    expect(found).toHaveLength(52);
    expect(new Set(found.map(({ start }) => clock.format(start)))).toEqual(new Set(['09:00']));
    expect(new Set(found.map(({ key }) => key.slice(8)))).toEqual(new Set(['T090000Z', 'T080000Z']));
  });

  it('are the same however the window is cut', () => {
    const rules = [
      'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR',
      'EXDATE;TZID=Europe/London:20260318T080000',
    ];
    const series = () => timed('2026-03-02T08:00:00Z', rules);
    const whole = keys(series(), '2026-03-01', '2026-06-01');
    const cached = series();
    const parts = [
      ...keys(cached, '2026-05-01T00:00:01Z', '2026-06-01'),
      ...keys(cached, '2026-03-01', '2026-04-01'),
      ...keys(cached, '2026-04-01T00:00:01Z', '2026-05-01'),
    ];
    expect(parts.toSorted()).toEqual(whole);
    expect(whole.slice(0, 5)).toEqual([
      '20260302T080000Z',
      '20260304T080000Z',
      '20260306T080000Z',
      '20260316T080000Z',
      '20260320T080000Z',
    ]);
  });

  it.each([
    ['a date', 'UNTIL=20260403', 3],
    ['a local time', 'UNTIL=20260403T085959', 2],
    ['a UTC time', 'UNTIL=20260403T080000Z', 3],
  ])('end with UNTIL as %s', (_case, until, count) => {
    const series = timed('2026-03-20T09:00:00Z', [`RRULE:FREQ=WEEKLY;${until}`]);
    expect(keys(series, '2026-01-01', '2027-01-01')).toHaveLength(count);
  });

  it('include the first start, what RDATE adds, and not what EXDATE and EXRULE take away', () => {
    const series = timed('2026-03-20T09:00:00Z', [
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXRULE:FREQ=DAILY;INTERVAL=3;COUNT=2',
      'EXDATE:20260321T090000Z',
      'RDATE;TZID=Europe/London:20260401T100000,20260402T100000',
    ]);
    expect(keys(series, '2026-01-01', '2027-01-01')).toEqual([
      '20260322T090000Z',
      '20260401T090000Z',
      '20260402T090000Z',
    ]);
    const dates = timed('2026-03-20T09:00:00Z', ['RDATE:20260401T090000Z']);
    expect(keys(dates, '2026-01-01', '2027-01-01')).toEqual(['20260320T090000Z', '20260401T090000Z']);
  });

  it('are found by name', () => {
    const series = timed('2026-03-20T09:00:00Z', ['RRULE:FREQ=WEEKLY']);
    expect(occurrenceOf(series, '20360328T090000Z', LONDON)?.start).toBe(Date.parse('2036-03-28T09:00:00Z'));
    expect(occurrenceOf(series, '20360404T080000Z', LONDON)?.start).toBe(Date.parse('2036-04-04T08:00:00Z'));
    expect(occurrenceOf(series, '20360404T090000Z', LONDON)).toBeNull();
    expect(occurrenceOf(series, '20260313T090000Z', LONDON)).toBeNull();
    const days: Series = { start: { date: '2026-03-28' }, recurrence: ['RRULE:FREQ=DAILY'] };
    expect(occurrenceOf(days, '20260329', 'Pacific/Auckland')?.start).toBe(
      Date.parse('2026-03-28T11:00:00Z'),
    );
    expect(occurrenceOf(days, '20260327', 'Pacific/Auckland')).toBeNull();
  });
});

describe('rules that are refused', () => {
  it.each([
    'FREQ=WEEKLY',
    'DTSTART:20260320T090000Z',
    'RRULE:FREQ=NEVER',
    'RRULE:COUNT=2',
    'RRULE:FREQ=WEEKLY;BYDAY=XX',
    'RRULE:FREQ=SECONDLY',
    'RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20260401',
    'RRULE:FREQ=WEEKLY;UNTIL=soon',
    'EXDATE:20260230T090000Z',
    'EXDATE;TZID=Mars:20260320T090000',
    'RDATE:20260320',
  ])('%s', (line) => {
    const series = timed('2026-03-20T09:00:00Z', [line]);
    expect(() => assertRecurrence(series, LONDON)).toThrow(GoogleError);
  });
});
