import { expect, it } from 'vitest';
import { dayPattern, dayText, parseDay } from '../../src/renderer/text/day-format.ts';

it.each([
  ['en-GB', '23/11/2026', 'dd/mm/yyyy'],
  ['en-US', '11/23/2026', 'mm/dd/yyyy'],
  ['de-DE', '23.11.2026', 'dd.mm.yyyy'],
  ['sv-SE', '2026-11-23', 'yyyy-mm-dd'],
])('a day is written as in %s, and read as it is written', (locale, written, pattern) => {
  expect(dayText('2026-11-23', locale)).toBe(written);
  expect(parseDay(written, locale)).toBe('2026-11-23');
  expect(dayPattern(locale)).toBe(pattern);
});

it.each([
  ['3.4.26', 'en-GB', '2026-04-03'],
  ['3 4 2026', 'en-US', '2026-03-04'],
  ['2026-11-23', 'en-US', '2026-11-23'],
  ['29/02/2028', 'en-GB', '2028-02-29'],
])('“%s” is read in %s as %s', (typed, locale, day) => {
  expect(parseDay(typed, locale)).toBe(day);
});

it.each(['', 'soon', '31/02/2026', '23/11', '23/13/2026', '23/11/202', '1/2/3/4'])(
  '“%s” is no day',
  (typed) => {
    expect(parseDay(typed, 'en-GB')).toBeNull();
  },
);
