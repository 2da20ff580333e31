import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedFields,
  fingerprint,
  OWNED_FIELDS,
  timePrint,
  withField,
} from '../../src/main/engine/planner/fingerprint.ts';
import type { DesiredEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import { hourAt } from '../support/planner-builders.ts';

const EVENT: DesiredEvent = {
  time: hourAt(1),
  title: 'Boiler service',
  description: 'Bring the ladder',
  location: 'Main Street 1',
  status: 'confirmed',
};
const CHANGES: DesiredEvent = {
  time: hourAt(2),
  title: 'Boiler replacement',
  description: '',
  location: 'Main Street 2',
  status: 'tentative',
};

describe('the fingerprint of an event', () => {
  it('tells exactly which fields changed', () => {
    fc.assert(
      fc.property(fc.subarray([...OWNED_FIELDS]), (fields) => {
        const changes = Object.fromEntries(fields.map((field) => [field, CHANGES[field]]));
        const changed = { ...EVENT, ...changes };
        expect([...changedFields(fingerprint(EVENT), fingerprint(changed))]).toEqual(fields);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('does not run fields together', () => {
    const left = fingerprint({ ...EVENT, title: 'ab', description: 'c' });
    const right = fingerprint({ ...EVENT, title: 'a', description: 'bc' });
    expect([...changedFields(left, right)]).toEqual(['title', 'description']);
  });

  it('sees every difference in a text, even one that looks like none', () => {
    const texts = ['é', 'e\u0301', 'É', 'e', '', ' ', '\u00a0', '👩🏽‍🔧', '👩‍🔧'];
    expect(new Set(texts.map((title) => fingerprint({ ...EVENT, title }))).size).toBe(texts.length);
  });

  it('takes what is not a fingerprint for a change of everything', () => {
    for (const none of ['', 'of an older version', 'a.b']) {
      expect([...changedFields(none, fingerprint(EVENT))]).toEqual([...OWNED_FIELDS]);
      expect([...changedFields(fingerprint(EVENT), none)]).toEqual([...OWNED_FIELDS]);
    }
  });

  it('takes over a single field', () => {
    const [before, after] = [fingerprint(EVENT), fingerprint(CHANGES)];
    for (const field of OWNED_FIELDS) {
      expect([...changedFields(before, withField(before, field, after))]).toEqual([field]);
    }
    expect(OWNED_FIELDS.reduce((print, field) => withField(print, field, after), before)).toBe(after);
  });

  it('is short, and safe wherever text may go', () => {
    expect(fingerprint(EVENT)).toMatch(/^([\w-]{10}\.){4}[\w-]{10}$/);
  });
});

describe('the fingerprint of a time', () => {
  const berlin: EventTime = {
    kind: 'timed',
    start: '2026-10-25T00:30:00.000Z',
    end: '2026-10-25T01:30:00.000Z',
    timeZone: 'Europe/Berlin',
  };

  it('is of the instants: the same appointment in another zone is the same', () => {
    expect(timePrint({ ...berlin, timeZone: 'America/New_York' })).toBe(timePrint(berlin));
  });

  it('tells the two hours apart that daylight saving makes alike on the wall', () => {
    const again = { ...berlin, start: '2026-10-25T01:30:00.000Z', end: '2026-10-25T02:30:00.000Z' };
    expect(timePrint(again)).not.toBe(timePrint(berlin));
  });

  it('tells a day from the hours that it lasts', () => {
    const day: EventTime = { kind: 'all-day', start: '2026-11-26', end: '2026-11-27', timeZone: 'UTC' };
    const hours: EventTime = {
      kind: 'timed',
      start: '2026-11-26T00:00:00.000Z',
      end: '2026-11-27T00:00:00.000Z',
      timeZone: 'UTC',
    };
    expect(timePrint(day)).not.toBe(timePrint(hours));
    expect(timePrint({ ...day, end: '2026-11-28' })).not.toBe(timePrint(day));
  });
});
