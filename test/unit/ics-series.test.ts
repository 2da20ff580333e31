import { describe, expect, it } from 'vitest';
import { listCalendar } from '../../src/main/providers/icalendar/listing.ts';
import { changes, events, read, starts, times, WINDOW } from './ics-reading.ts';
import { calendar, event } from './ics-text.ts';

describe('a series of a feed', () => {
  const daily = (...properties: readonly string[]): string =>
    event('daily@example.com', 'RRULE:FREQ=DAILY;COUNT=3', ...properties);
  const replacing = (id: string, ...properties: readonly string[]): string =>
    event('daily@example.com', `RECURRENCE-ID${id}`, ...properties);

  it('is listed as its occurrences, each with an identity that lasts', () => {
    const found = events(calendar(daily()));
    expect(
      found.map(({ id, seriesId, instanceKey, iCalUid, form }) => [id, seriesId, instanceKey, iCalUid, form]),
    ).toEqual(
      ['24', '25', '26'].map((day) => [
        `daily@example.com/2026-11-${day}T08:00:00Z`,
        'daily@example.com',
        `2026-11-${day}T08:00:00Z`,
        'daily@example.com',
        'occurrence',
      ]),
    );
  });

  it('of whole days is known by its days', () => {
    const text = calendar(daily('DTSTART;VALUE=DATE:20261124'));
    expect(events(text).map(({ instanceKey }) => instanceKey)).toEqual([
      '2026-11-24',
      '2026-11-25',
      '2026-11-26',
    ]);
    expect(times(text)[2]).toBe('2026-11-26/2026-11-27');
  });

  it('keeps its hour when the clocks change, and its exact length', () => {
    expect(
      times(
        calendar(
          event(
            'weekly@example.com',
            'DTSTART;TZID=Europe/Berlin:20261018T233000',
            'DTEND;TZID=Europe/Berlin:20261019T013000',
            'RRULE:FREQ=WEEKLY;COUNT=2',
          ),
        ),
      ),
    ).toEqual([
      '2026-10-18T21:30:00.000Z/2026-10-18T23:30:00.000Z',
      '2026-10-25T22:30:00.000Z/2026-10-26T00:30:00.000Z',
    ]);
  });

  it('reaches into the window from before it', () => {
    const text = calendar(
      event('long@example.com', 'DTSTART:20260801T000000Z', 'DURATION:P20D', 'RRULE:FREQ=MONTHLY;COUNT=3'),
      event('days@example.com', 'DTSTART;VALUE=DATE:20260920', 'DURATION:P2W', 'RRULE:FREQ=YEARLY'),
    );
    expect(starts(text)).toEqual(['2026-10-01T00:00', '2026-09-20']);
  });

  it.each([
    ['in its own zone', 'EXDATE;TZID=Europe/Berlin:20261125T090000'],
    ['in UTC', 'EXDATE:20261125T080000Z'],
    ['without a zone, in its own', 'EXDATE:20261125T090000'],
    ['as a day', 'EXDATE;VALUE=DATE:20261125'],
    ['among others', 'EXDATE:20261101T080000Z,20261125T080000Z'],
  ])('leaves out an exception %s', (_, exception) => {
    expect(starts(calendar(daily(exception)))).toEqual(['2026-11-24T08:00', '2026-11-26T08:00']);
  });

  it('of whole days leaves out an exception, whatever its form', () => {
    const start = 'DTSTART;VALUE=DATE:20261124';
    for (const exception of [
      'EXDATE;VALUE=DATE:20261125',
      'EXDATE:20261125T000000',
      'EXDATE:20261125T093000Z',
      'EXDATE:20261125T000000Z',
    ]) {
      expect(starts(calendar(daily(start, exception)))).toEqual(['2026-11-24', '2026-11-26']);
    }
  });

  it('leaves out exceptions on several lines', () => {
    const text = calendar(daily('EXDATE:20261124T080000Z', 'EXDATE;TZID=Europe/Berlin:20261126T090000'));
    expect(starts(text)).toEqual(['2026-11-25T08:00']);
  });

  it('has the dates that are added, some with a length of their own', () => {
    const text = calendar(
      event(
        'dates@example.com',
        'RDATE;TZID=Europe/Berlin:20261201T090000,20261202T100000',
        'RDATE;VALUE=PERIOD:20261203T080000Z/PT3H,20261204T080000Z/20261204T090000Z',
      ),
    );
    expect(times(text)).toEqual([
      '2026-11-24T08:00:00.000Z/2026-11-24T09:00:00.000Z',
      '2026-12-01T08:00:00.000Z/2026-12-01T09:00:00.000Z',
      '2026-12-02T09:00:00.000Z/2026-12-02T10:00:00.000Z',
      '2026-12-03T08:00:00.000Z/2026-12-03T11:00:00.000Z',
      '2026-12-04T08:00:00.000Z/2026-12-04T09:00:00.000Z',
    ]);
  });

  it('has dates that are added as Google adds birthdays', () => {
    const text = calendar(event('dates@example.com', 'DTSTART;VALUE=DATE:20261124', 'RDATE:20261210Z'));
    expect(times(text)).toEqual(['2026-11-24/2026-11-25', '2026-12-10/2026-12-11']);
  });

  it.each([
    ['at a time', 'DTSTART;TZID=Europe/Berlin:20261124T090000', 'UNTIL=20261123T225959Z'],
    ['of days', 'DTSTART;VALUE=DATE:20261124', 'UNTIL=20261123'],
  ])('%s is empty where its rule is over before it starts', (_, start, until) => {
    const rule = `RRULE:FREQ=WEEKLY;${until}`;
    expect(events(calendar(event('moved@example.com', start, rule)))).toEqual([]);
    expect(events(calendar(event('moved@example.com', start, rule, 'RDATE:20261201T080000Z')))).toHaveLength(
      1,
    );
  });

  it('at a time has its first where its rule ends with the midnight before: the day may be meant', () => {
    const start = 'DTSTART;TZID=Europe/Berlin:20261124T090000';
    const text = calendar(event('once@example.com', start, 'RRULE:FREQ=WEEKLY;UNTIL=20261124T000000Z'));
    expect(starts(text)).toEqual(['2026-11-24T08:00']);
  });

  it('of days does not end before it starts by the clock of somebody else', () => {
    const text = calendar(
      event('day@example.com', 'DTSTART;VALUE=DATE:20261124', 'RRULE:FREQ=DAILY;UNTIL=20261123T230000Z'),
    );
    expect(times(text)).toEqual(['2026-11-24/2026-11-25']);
  });

  it('without a zone leaves out an exception with one that means nothing', () => {
    const text = (start: string) =>
      calendar(event('daily@example.com', start, 'RRULE:FREQ=DAILY;COUNT=2', 'EXDATE:20260725T090000Z'));
    const summer = { from: Date.parse('2026-07-01T00:00:00Z'), to: WINDOW.to };
    expect(events(text('DTSTART:20260724T090000'), [], summer)).toHaveLength(1);
    expect(events(text('DTSTART;TZID=Europe/London:20260724T090000'), [], summer)).toHaveLength(2);
  });

  it.each([
    ['in its own zone', ';TZID=Europe/Berlin:20261125T090000'],
    ['in UTC', ':20261125T080000Z'],
    ['without a zone', ':20261125T090000'],
    ['as a day', ';VALUE=DATE:20261125'],
  ])('has another occurrence in place of one that is named %s', (_, id) => {
    const moved = replacing(id, 'DTSTART;TZID=Europe/Berlin:20261125T150000', 'SUMMARY:Later');
    const expected = [
      ['daily@example.com/2026-11-24T08:00:00Z', '2026-11-24T08:00:00.000Z', 'Dentist'],
      ['daily@example.com/2026-11-25T08:00:00Z', '2026-11-25T14:00:00.000Z', 'Later'],
      ['daily@example.com/2026-11-26T08:00:00Z', '2026-11-26T08:00:00.000Z', 'Dentist'],
    ];
    for (const text of [calendar(daily(), moved), calendar(moved, daily())]) {
      const found = events(text).map(({ id: eventId, time, title }) => [eventId, time.start, title]);
      expect(found.sort()).toEqual(expected);
    }
  });

  it('loses an occurrence that is cancelled, and all when it is cancelled itself', () => {
    const text = calendar(daily(), replacing(':20261125T080000Z', 'STATUS:CANCELLED'));
    expect(starts(text)).toHaveLength(2);
    expect(changes(text)).toContainEqual({
      kind: 'removed',
      id: 'daily@example.com/2026-11-25T08:00:00Z',
      seriesId: 'daily@example.com',
      proof: 'cancelled',
    });
    expect(changes(calendar(daily('STATUS:CANCELLED')))).toEqual([
      { kind: 'removed', id: 'daily@example.com', seriesId: null, proof: 'cancelled' },
    ]);
  });

  it('has occurrences of its own without the rest of it', () => {
    const found = events(calendar(replacing(':20261125T080000Z')));
    expect(found).toMatchObject([
      { id: 'daily@example.com/2026-11-25T08:00:00Z', seriesId: 'daily@example.com', form: 'occurrence' },
    ]);
  });

  it('is known from its changed part alone', () => {
    const rest = replacing(
      ';RANGE=THISANDFUTURE:20261125T080000Z',
      'DTSTART:20261125T080000Z',
      'DURATION:PT1H',
    );
    const dates = rest.replace(
      'END:',
      'RDATE;VALUE=PERIOD:20261125T080000Z/PT1H,20261202T080000Z/PT2H\r\nEND:',
    );
    expect(times(calendar(dates))).toEqual([
      '2026-11-25T08:00:00.000Z/2026-11-25T09:00:00.000Z',
      '2026-12-02T08:00:00.000Z/2026-12-02T10:00:00.000Z',
    ]);
    expect(starts(calendar(daily(), dates))).toEqual([
      '2026-11-24T08:00',
      '2026-11-26T08:00',
      '2026-11-25T08:00',
    ]);
  });

  it('loses an occurrence that is cancelled without saying when it would have been', () => {
    const cancelled = replacing(':20261125T080000Z', 'STATUS:CANCELLED').replace(/DTSTART.*\r\n/, '');
    expect(starts(calendar(daily(), cancelled))).toEqual(['2026-11-24T08:00', '2026-11-26T08:00']);
  });

  it('takes the latest of several that stand for one occurrence', () => {
    const text = calendar(
      daily(),
      replacing(':20261125T080000Z', 'SEQUENCE:2', 'SUMMARY:Second'),
      replacing(':20261125T080000Z', 'SEQUENCE:1', 'SUMMARY:First'),
    );
    expect(events(text).map(({ title }) => title)).toEqual(['Dentist', 'Dentist', 'Second']);
  });

  it('goes on as its first moved occurrence does, when all that follow are moved', () => {
    const text = calendar(
      event(
        'weekly@example.com',
        'DTSTART;TZID=Europe/Berlin:20261014T090000',
        'DURATION:PT1H',
        'RRULE:FREQ=WEEKLY;COUNT=4',
      ),
      event(
        'weekly@example.com',
        'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261021T090000',
        'DTSTART;TZID=Europe/Berlin:20261022T140000',
        'DURATION:PT2H',
        'SUMMARY:Moved',
      ),
    );
    const found = events(text).map(({ id, time, title }) => [
      id.slice(-20, -10),
      time.start,
      time.end,
      title,
    ]);
    expect(found.sort()).toEqual([
      ['2026-10-14', '2026-10-14T07:00:00.000Z', '2026-10-14T08:00:00.000Z', 'Dentist'],
      ['2026-10-21', '2026-10-22T12:00:00.000Z', '2026-10-22T14:00:00.000Z', 'Moved'],
      ['2026-10-28', '2026-10-29T13:00:00.000Z', '2026-10-29T15:00:00.000Z', 'Moved'],
      ['2026-11-04', '2026-11-05T13:00:00.000Z', '2026-11-05T15:00:00.000Z', 'Moved'],
    ]);
  });

  it('may become one of whole days, or be cancelled from some day on', () => {
    const from = 'RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T080000Z';
    const series = daily();
    expect(
      times(calendar(series, event('daily@example.com', from, 'DTSTART;VALUE=DATE:20261125'))).toSorted(),
    ).toEqual([
      '2026-11-24T08:00:00.000Z/2026-11-24T09:00:00.000Z',
      '2026-11-25/2026-11-26',
      '2026-11-26/2026-11-27',
    ]);
    expect(starts(calendar(series, event('daily@example.com', from, 'STATUS:CANCELLED')))).toEqual([
      '2026-11-24T08:00',
    ]);
  });

  it('whose rule cannot be followed has its first occurrence, and that is told', () => {
    const notices: string[] = [];
    const text = calendar(event('odd@example.com', 'RRULE:FREQ=SOMETIMES'), event('one@example.com'));
    expect(events(text, notices)).toHaveLength(2);
    expect(notices).toEqual([expect.stringContaining('odd@example.com')]);
  });

  it('is quick when it repeats every second for ever', () => {
    const secondly = Array.from({ length: 50 }, (_, n) => event(`${n}@example.com`, 'RRULE:FREQ=SECONDLY'));
    expect(events(calendar(...secondly))).toHaveLength(50);
  });

  it.each([
    ['yield more than anybody has', 'RRULE:FREQ=DAILY'],
    ['have to be followed step by step', 'RRULE:FREQ=MONTHLY;COUNT=500'],
    ['may take for ever', 'RRULE:FREQ=DAILY;BYDAY=MO;BYMONTH=1;COUNT=900000'],
    [
      'have more parts than anybody writes',
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYDAY=MO,TU;BYHOUR=9;BYMINUTE=30',
    ],
  ])('is refused with its feed when the rules in it %s', (_, rule) => {
    const feed = read(calendar(event('1', rule), event('2', rule), event('3', rule)));
    const list = (maxWork: number) => [
      ...listCalendar(feed, WINDOW, 'example.com', () => undefined, maxWork),
    ];
    expect(() => list(300)).toThrow(
      expect.objectContaining({ code: 'PROVIDER_ERROR', detail: 'too-many-occurrences' }),
    );
    expect(list(1_000_000).length).toBeGreaterThan(2);
  });
});
