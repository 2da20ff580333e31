import { describe, expect, it } from 'vitest';
import { pauseUntil } from '../../src/shared/pause.ts';

const until = (choice: 'hour' | 'tomorrow' | 'resumed', now: string, timeZone: string): string =>
  pauseUntil(choice, { now: new Date(now), timeZone });

describe('a pause', () => {
  it('of an hour ends after sixty minutes', () => {
    expect(until('hour', '2026-11-23T09:45:00Z', 'Europe/London')).toBe('2026-11-23T10:45:00.000Z');
  });

  it.each([
    ['in London', '2026-11-23T09:45:00Z', 'Europe/London', '2026-11-24T06:00:00.000Z'],
    ['where it is tomorrow already', '2026-11-23T12:00:00Z', 'Pacific/Auckland', '2026-11-24T17:00:00.000Z'],
    ['across the end of summer time', '2026-10-24T20:00:00Z', 'Europe/London', '2026-10-25T06:00:00.000Z'],
    ['across its beginning', '2026-03-28T20:00:00Z', 'Europe/London', '2026-03-29T05:00:00.000Z'],
    ['at an odd offset', '2026-11-23T09:45:00Z', 'Pacific/Chatham', '2026-11-23T16:15:00.000Z'],
  ])('until tomorrow ends at six in the morning %s', (_, now, zone, expected) => {
    expect(until('tomorrow', now, zone)).toBe(expected);
  });

  it('until resumed has no end', () => {
    expect(until('resumed', '2026-11-23T09:45:00Z', 'Europe/London')).toBe('resumed');
  });
});
