import { describe, expect, it } from 'vitest';
import { listCalendar, lookUp } from '../../src/main/providers/icalendar/listing.ts';
import { events, eventsAmong, read, WINDOW } from './ics-reading.ts';
import { calendar, event } from './ics-text.ts';

describe('the identity of events', () => {
  it('is what they are and when, where they have no UID', () => {
    const text = (stamp: string): string =>
      calendar(
        event(null, `DTSTAMP:${stamp}`, 'DESCRIPTION:Fetched now'),
        event(null, 'SUMMARY:Barber'),
        event(null, 'SUMMARY:Barber'),
      );
    const found = events(text('20261101T080000Z'));
    expect(found.map(({ title, iCalUid }) => [title, iCalUid])).toEqual([
      ['Dentist', null],
      ['Barber', null],
    ]);
    expect(events(text('20261102T080000Z')).map(({ id }) => id)).toEqual(found.map(({ id }) => id));
  });

  it('tells apart what shares a UID, in whatever order', () => {
    const parts = [
      event('1', 'SUMMARY:Barber'),
      event('1', 'SUMMARY:Dentist'),
      event('1', 'SUMMARY:Cobbler'),
    ];
    const ids = (text: string): readonly string[] =>
      events(text)
        .map(({ id, title }) => `${title} ${id}`)
        .sort();
    const found = events(calendar(...parts));
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
    expect(found.map(({ iCalUid }) => iCalUid)).toEqual([null, null, null]);
    expect(ids(calendar(...parts.toReversed()))).toEqual(ids(calendar(...parts)));
  });

  it('is one where the same event is listed twice, or in an older revision', () => {
    expect(events(calendar(event('1'), event('1')))).toMatchObject([{ id: '1', iCalUid: '1' }]);
    const revised = calendar(
      event('1', 'SEQUENCE:3', 'SUMMARY:New'),
      event('1', 'SEQUENCE:2', 'SUMMARY:Old'),
    );
    expect(events(revised)).toMatchObject([{ id: '1', title: 'New' }]);
  });

  it('may be any text', () => {
    const uid = 'urn:uuid:4f0c;x=1:__proto__';
    expect(
      events(calendar(event(uid), event('__proto__'), event('constructor'))).map(({ id }) => id),
    ).toEqual([uid, '__proto__', 'constructor']);
  });

  it('finds each event again by itself', () => {
    const feed = read(
      calendar(
        event('one@example.com'),
        event('daily@example.com', 'RRULE:FREQ=DAILY;COUNT=5', 'EXDATE:20261127T080000Z'),
        event('daily@example.com', 'RECURRENCE-ID:20261125T080000Z', 'SUMMARY:Other'),
        event('daily@example.com', 'RECURRENCE-ID:20261126T080000Z', 'STATUS:CANCELLED'),
        event('gone@example.com', 'STATUS:CANCELLED'),
      ),
    );
    const listed = eventsAmong([...listCalendar(feed, WINDOW, 'example.com', () => undefined)]);
    expect(listed.map(({ id }) => lookUp(feed, id))).toEqual(
      listed.map((found) => ({ kind: 'found', event: found })),
    );
    expect(lookUp(feed, 'daily@example.com')).toMatchObject({ event: { form: 'series', title: 'Dentist' } });
    expect(lookUp(feed, 'daily@example.com/2026-11-26T08:00:00Z')).toEqual({ kind: 'cancelled', sent: null });
    expect(lookUp(feed, 'gone@example.com')).toEqual({ kind: 'cancelled', sent: null });
    for (const missing of ['2026-11-27T08:00:00Z', '2026-11-24T09:00:00Z', 'then']) {
      expect(lookUp(feed, `daily@example.com/${missing}`)).toEqual({ kind: 'missing' });
    }
    expect(lookUp(feed, 'other@example.com')).toEqual({ kind: 'missing' });
  });
});
