import { describe, expect, it } from 'vitest';
import { mappingWindow } from '../../src/main/engine/planner/selection.ts';
import {
  eventSpan,
  SKIP_REASONS,
  skipReason,
  titleFilter,
} from '../../src/main/engine/planner/skip-reason.ts';
import type { CalendarEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { aMapping, anEvent, hourAt, NOW } from '../support/planner-builders.ts';

const days = (start: string, end: string): EventTime => ({
  kind: 'all-day',
  start,
  end,
  timeZone: 'Europe/Berlin',
});

function reasonFor(
  event: Partial<CalendarEvent>,
  mapping: Partial<Mapping> = {},
  ours = false,
): string | null {
  const of = aMapping({ direction: 'import', ...mapping });
  const window = mappingWindow(of, NOW);
  return skipReason(anEvent(event), of, { ours, window, titleMatches: titleFilter(of.skipTitle) });
}

describe('an event that blocks time', () => {
  it.each<[string, Partial<CalendarEvent>]>([
    ['an appointment', {}],
    ['an invitation that nobody has answered', { response: 'needs-action' }],
    ['an invitation that was accepted', { response: 'accepted' }],
    ['something tentative', { status: 'tentative', response: 'tentative' }],
    ['something private', { visibility: 'private' }],
    ['focus time', { kind: 'focus-time' }],
    ['an absence', { kind: 'out-of-office' }],
    ['a flight from a mail', { kind: 'from-mail' }],
    ['a day', { time: days('2026-11-26', '2026-11-27') }],
    ['an occurrence', { form: 'occurrence', seriesId: 'series', instanceKey: '2026-11-24T10:30:00Z' }],
    ['the first moments of the window', { time: hourAt(-30, -11) }],
    ['the last hour of the window', { time: hourAt(180, 13) }],
    ['longer than the window', { time: days('2020-01-01', '2030-01-01') }],
  ])('%s', (_, event) => {
    expect(reasonFor(event)).toBeNull();
  });
});

describe('an event that does not block time', () => {
  it.each<[keyof typeof SKIP_REASONS, string, Partial<CalendarEvent>, Partial<Mapping>]>([
    ['free', 'is free', { transparency: 'free' }, {}],
    ['declined', 'was declined', { response: 'declined' }, {}],
    ['working-location', 'says where one works', { kind: 'working-location' }, {}],
    ['birthday', 'is a birthday', { kind: 'birthday' }, {}],
    ['no-time', 'ends when it begins', { time: hourAt(1, 9, 0) }, {}],
    ['no-time', 'ends before it begins', { time: hourAt(1, 9, -1) }, {}],
    ['out-of-window', 'ended as the window begins', { time: hourAt(-30, -11.5) }, {}],
    ['out-of-window', 'begins as the window ends', { time: hourAt(180, 13.5) }, {}],
    ['out-of-window', 'is a day before the window', { time: days('2026-10-23', '2026-10-24') }, {}],
    [
      'all-day',
      'is a day, where days are left out',
      { time: days('2026-11-26', '2026-11-27') },
      { skip: ['all-day'] },
    ],
    ['tentative', 'is tentative, where that is left out', { status: 'tentative' }, { skip: ['tentative'] }],
    ['tentative', 'was answered with a maybe', { response: 'tentative' }, { skip: ['tentative'] }],
    ['private', 'is private, where that is left out', { visibility: 'private' }, { skip: ['private'] }],
    ['title', 'has a title that is left out', { title: 'Lunch with Kim' }, { skipTitle: 'lunch' }],
  ])('%s: it %s', (reason, _, event, mapping) => {
    expect(reasonFor(event, mapping)).toBe(reason);
    expect(reasonFor(event, mapping, true), 'ours before all else').toBe('ours');
  });

  it('says why in a sentence', () => {
    for (const sentence of Object.values(SKIP_REASONS)) expect(sentence).toMatch(/^[A-Z].+\.$/);
  });
});

describe('a title filter', () => {
  it.each([
    ['lunch', 'LUNCH with Kim', true],
    ['lunch', 'Brunch', false],
    ['^(gym|yoga)$', 'Yoga', true],
    ['^(gym|yoga)$', 'Yoga class', false],
    ['über', 'ÜBERGABE', true],
    ['点検', '月例点検', true],
    ['🔧', 'Werkstatt 🔧', true],
  ])('%s and %s: %s', (pattern, title, matches) => {
    expect(titleFilter(pattern)(title)).toBe(matches);
  });

  it.each(['^(a+)+$', '(x+x+)+y', '(.*a){25}', '(a|aa)+$', '([a-z]+)*[0-9]'])(
    'takes no longer over %s than over any other pattern',
    (pattern) => {
      const matches = titleFilter(pattern);
      const titles = ['a', 'x', 'ab'].map((text) => `${text.repeat(250)}!`);
      // JavaScript's own expressions would need longer than the universe has existed.
      for (let times = 0; times < 100; times += 1) for (const title of titles) matches(title);
      expect(titles.map(matches)).toEqual(
        titles.map((title) => pattern === '(.*a){25}' && title.includes('a')),
      );
    },
  );

  it('without a pattern, or with one that cannot be read, leaves nothing out', () => {
    for (const pattern of [null, '', '(', '[a']) expect(titleFilter(pattern)('anything (')).toBe(false);
  });

  it('gives the same answer every time', () => {
    const matches = titleFilter('lunch');
    expect([matches('lunch'), matches('lunch'), matches('dinner'), matches('lunch')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('when an event blocks time', () => {
  it('is exact for hours, also where daylight saving repeats one', () => {
    const time: EventTime = {
      kind: 'timed',
      start: '2026-10-25T00:30:00.000Z',
      end: '2026-10-25T01:30:00.000Z',
      timeZone: 'Europe/Berlin',
    };
    expect(eventSpan({ time })).toEqual({ from: time.start, to: time.end });
  });

  it('is from midnight to midnight in UTC for days', () => {
    expect(eventSpan({ time: days('2026-03-29', '2026-03-30') })).toEqual({
      from: '2026-03-29T00:00:00.000Z',
      to: '2026-03-30T00:00:00.000Z',
    });
  });
});
