import { describe, expect, it } from 'vitest';
import { freeSlots } from '../../src/sandbox/booking-api/availability.ts';
import { instantAt, instantOf, isTimeZone, offsetAt } from '../../src/sandbox/wall-time.ts';

const HOUR_MS = 3_600_000;
const technician = (timeZone: string) => ({
  id: 't',
  name: 'T',
  timeZone,
  workingHours: { days: [1, 2, 3, 4, 5, 6, 7], startMinute: 8 * 60, endMinute: 17 * 60 },
});

function starts(timeZone: string, from: string, to: string, taken: [string, string][] = []): string[] {
  return freeSlots(
    { startMs: Date.parse(from), endMs: Date.parse(to), durationMs: 4 * HOUR_MS, stepMs: 4 * HOUR_MS },
    technician(timeZone),
    taken.map(([start, end]) => ({ startMs: Date.parse(start), endMs: Date.parse(end) })),
  ).map(({ startMs }) => new Date(startMs).toISOString().slice(5, 16));
}

describe('free slots', () => {
  it('follow the clocks when they change', () => {
    expect(starts('Europe/London', '2026-10-24T00:00:00Z', '2026-10-26T00:00:00Z')).toEqual([
      '10-24T07:00',
      '10-24T11:00',
      '10-25T08:00',
      '10-25T12:00',
    ]);
    expect(starts('America/New_York', '2026-03-07T05:00:00Z', '2026-03-09T04:00:00Z')).toEqual([
      '03-07T13:00',
      '03-07T17:00',
      '03-08T12:00',
      '03-08T16:00',
    ]);
  });

  it('lie within what was asked for', () => {
    expect(starts('Europe/London', '2026-10-20T08:00:00Z', '2026-10-20T15:00:00Z')).toEqual(['10-20T11:00']);
  });

  it('skip what is taken, whatever overlaps whatever', () => {
    const day = (taken: [string, string][]) =>
      starts('Etc/UTC', '2026-10-20T00:00:00Z', '2026-10-22T00:00:00Z', taken);
    expect(
      day([
        ['2026-10-20T10:00:00Z', '2026-10-20T10:15:00Z'],
        ['2026-10-20T00:00:00Z', '2026-10-21T08:30:00Z'],
        ['2026-10-20T09:00:00Z', '2026-10-20T09:15:00Z'],
      ]),
    ).toEqual(['10-21T12:00']);
    expect(day([['2026-10-20T12:00:00Z', '2026-10-20T16:00:00Z']])).toEqual([
      '10-20T08:00',
      '10-21T08:00',
      '10-21T12:00',
    ]);
  });

  it('are found among 50,000 busy blocks without delay', () => {
    const taken = Array.from({ length: 50_000 }, (_, i): [string, string] => {
      const start = Date.parse('2026-01-01T00:00:00Z') + i * 600_000;
      return [new Date(start).toISOString(), new Date(start + 300_000).toISOString()];
    });
    expect(starts('Etc/UTC', '2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', taken)).toHaveLength(2 * 17);
  });
});

describe('wall-clock time', () => {
  it('reads a skipped time with the offset before the change, and a repeated one as the first', () => {
    const at = (date: string, minute: number) =>
      new Date(instantAt(date, minute, 'Europe/London')).toISOString();
    expect(at('2026-03-29', 90)).toBe('2026-03-29T01:30:00.000Z');
    expect(at('2026-10-25', 90)).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-10-25', 120)).toBe('2026-10-25T02:00:00.000Z');
  });

  it('knows where midnight is and what is a zone', () => {
    expect(new Date(instantOf('2026-07-01', 'Asia/Kathmandu')).toISOString()).toBe(
      '2026-06-30T18:15:00.000Z',
    );
    expect(offsetAt(Date.parse('2026-07-01T00:00:00.500Z'), 'Europe/Berlin')).toBe(2 * HOUR_MS);
    expect([isTimeZone('Europe/London'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
  });
});
