import { describe, expect, it } from 'vitest';
import {
  datesBetween,
  firstDate,
  occursOn,
  PatternedRecurrence,
} from '../../src/sandbox/microsoft/recurrence.ts';

const recurrence = (pattern: object, range: object = {}, startDate = '2026-01-28') =>
  PatternedRecurrence.parse({
    pattern: { interval: 1, ...pattern },
    range: { type: 'noEnd', startDate, ...range },
  });

const dates = (pattern: object, range: object = {}, startDate = '2026-01-28') =>
  datesBetween(recurrence(pattern, range, startDate), '2026-01-01', '2026-12-31');

describe('patterns', () => {
  it.each<[string, object, string[]]>([
    ['every third day', { type: 'daily', interval: 3 }, ['2026-01-28', '2026-01-31', '2026-02-03']],
    [
      'every second week, from Wednesday on',
      { type: 'weekly', interval: 2, daysOfWeek: ['monday', 'friday'], firstDayOfWeek: 'monday' },
      ['2026-01-30', '2026-02-09', '2026-02-13'],
    ],
    [
      'every second week, where weeks begin on Thursday',
      { type: 'weekly', interval: 2, daysOfWeek: ['monday', 'friday'], firstDayOfWeek: 'thursday' },
      ['2026-02-06', '2026-02-09', '2026-02-20'],
    ],
    ['the 31st', { type: 'absoluteMonthly', dayOfMonth: 31 }, ['2026-01-31', '2026-02-28', '2026-03-31']],
    [
      'the 5th',
      { type: 'absoluteMonthly', dayOfMonth: 5, interval: 2 },
      ['2026-03-05', '2026-05-05', '2026-07-05'],
    ],
    [
      'the last Friday',
      { type: 'relativeMonthly', daysOfWeek: ['friday'], index: 'last' },
      ['2026-01-30', '2026-02-27', '2026-03-27'],
    ],
    [
      'the second of all Thursdays and Fridays',
      { type: 'relativeMonthly', daysOfWeek: ['friday', 'thursday'], index: 'second' },
      ['2026-02-06', '2026-03-06', '2026-04-03'],
    ],
  ])('%s', (_name, pattern, expected) => {
    expect(dates(pattern).slice(0, 3)).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    [
      '29 February',
      { type: 'absoluteYearly', month: 2, dayOfMonth: 29 },
      ['2026-02-28', '2027-02-28', '2028-02-29'],
    ],
    [
      'the first Monday of May, every second year',
      { type: 'relativeYearly', month: 5, daysOfWeek: ['monday'], interval: 2 },
      ['2026-05-04', '2028-05-01', '2030-05-06'],
    ],
    [
      'a day gone by this year',
      { type: 'absoluteYearly', month: 1, dayOfMonth: 5 },
      ['2027-01-05', '2028-01-05', '2029-01-05'],
    ],
  ])('%s', (_name, pattern, expected) => {
    expect(datesBetween(recurrence(pattern), '2026-01-01', '2032-12-31').slice(0, 3)).toEqual(expected);
  });

  it('are the same however the window is cut', () => {
    const weekly = recurrence({ type: 'weekly', interval: 3, daysOfWeek: ['sunday', 'tuesday', 'saturday'] });
    const whole = datesBetween(weekly, '2026-01-01', '2027-12-31');
    const parts = ['2026-01-01', '2026-05-17', '2026-05-18', '2027-02-03', '2028-01-01'].flatMap(
      (from, index, all) => {
        const to = all[index + 1];
        return to === undefined ? [] : datesBetween(weekly, from, to).filter((date) => date < to);
      },
    );
    expect(parts).toEqual(whole);
  });
});

describe('ranges', () => {
  it('end on a date, inclusive', () => {
    const range = { type: 'endDate', endDate: '2026-01-30' };
    expect(dates({ type: 'daily' }, range)).toEqual(['2026-01-28', '2026-01-29', '2026-01-30']);
  });

  it('end after so many occurrences, counted from the first', () => {
    const twice = recurrence({ type: 'daily', interval: 10 }, { type: 'numbered', numberOfOccurrences: 3 });
    expect(datesBetween(twice, '2026-02-01', '2026-12-31')).toEqual(['2026-02-07', '2026-02-17']);
    expect([occursOn(twice, '2026-02-17'), occursOn(twice, '2026-02-27')]).toEqual([true, false]);
  });

  it('have a first date, or none', () => {
    const yearly = { type: 'absoluteYearly', month: 1, dayOfMonth: 5, interval: 9 };
    expect(firstDate(recurrence(yearly))).toBe('2035-01-05');
    expect(firstDate(recurrence(yearly, { type: 'endDate', endDate: '2034-01-01' }))).toBeNull();
  });
});
