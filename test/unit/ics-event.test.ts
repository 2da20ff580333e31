import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import { changes, events, WINDOW } from './ics-reading.ts';
import { calendar, event, ownZone } from './ics-text.ts';

/** The only event of a feed that has nothing else. */
function only(...properties: readonly string[]): CalendarEvent {
  const found = events(calendar(event('one@example.com', ...properties)));
  expect(found).toHaveLength(1);
  const [first] = found;
  if (first === undefined) throw new Error('unreachable');
  return first;
}

describe('an event of a feed', () => {
  it('has the one shape that all events have', () => {
    expect(only('LOCATION:12 Mill Lane\\, back yard', 'DESCRIPTION:Bring a ladder\\nRing twice')).toEqual({
      id: 'one@example.com',
      seriesId: null,
      instanceKey: '',
      iCalUid: 'one@example.com',
      time: {
        kind: 'timed',
        start: '2026-11-24T08:00:00.000Z',
        end: '2026-11-24T09:00:00.000Z',
        timeZone: 'Europe/Berlin',
      },
      status: 'confirmed',
      transparency: 'busy',
      response: 'accepted',
      visibility: 'default',
      kind: 'default',
      title: 'Dentist',
      description: 'Bring a ladder\nRing twice',
      location: '12 Mill Lane, back yard',
      etag: null,
      tag: null,
      form: 'single',
    });
  });

  it.each<[string, Partial<CalendarEvent>]>([
    ['STATUS:TENTATIVE', { status: 'tentative' }],
    ['TRANSP:TRANSPARENT', { transparency: 'free' }],
    ['TRANSP:OPAQUE', { transparency: 'busy' }],
    ['CLASS:PRIVATE', { visibility: 'private' }],
    ['CLASS:CONFIDENTIAL', { visibility: 'private' }],
    ['CLASS:PUBLIC', { visibility: 'default' }],
    ['X-MICROSOFT-CDO-BUSYSTATUS:FREE', { transparency: 'free' }],
    ['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE', { transparency: 'free' }],
    ['X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE', { transparency: 'busy', response: 'tentative' }],
    ['X-MICROSOFT-CDO-BUSYSTATUS:BUSY', { transparency: 'busy', response: 'accepted' }],
    ['X-MICROSOFT-CDO-BUSYSTATUS:OOF', { transparency: 'busy', kind: 'out-of-office' }],
    ['SUMMARY;LANGUAGE=de:Zahnarzt', { title: 'Zahnarzt' }],
    ['summary:dentist', { title: 'dentist' }],
    ['SUMMARY:  Dentist  ', { title: 'Dentist' }],
    ['SUMMARY:A\u2028B', { title: 'A\nB' }],
    ['SUMMARY:Share \\\\\\\\nas\\\\new\\nand \\\\\\, more', { title: 'Share \\\\nas\\new\nand \\, more' }],
    ['SUMMARY:Tea\\, cake\\; then\\Nwork', { title: 'Tea, cake; then\nwork' }],
    ['SUMMARY:C:\\temp\\', { title: 'C:\\temp\\' }],
    ['LOCATION;ALTREP="http://example.com/a:b;c":Room 1', { location: 'Room 1' }],
  ])('says %s', (property, expected) => {
    expect(only(property)).toMatchObject(expected);
  });

  it('says the same whether node-ical reads its text or it is plain', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'ab ,;:nN\\"'), maxLength: 12 });
    fc.assert(
      fc.property(texts, (text) => {
        expect(only(`SUMMARY:${text}`).title).toBe(only(`SUMMARY;LANGUAGE=en:${text}`).title);
      }),
      { seed: 20261219, numRuns: 500 },
    );
  });

  it('that is cancelled is gone, by its own word', () => {
    expect(changes(calendar(event('one@example.com', 'STATUS:CANCELLED')))).toEqual([
      { kind: 'removed', id: 'one@example.com', seriesId: null, proof: 'cancelled' },
    ]);
  });

  it.each([
    ['a zone', 'DTSTART;TZID=Europe/Berlin:20261124T090000', '2026-11-24T08:00:00.000Z', 'Europe/Berlin'],
    ['UTC', 'DTSTART:20261124T090000Z', '2026-11-24T09:00:00.000Z', 'UTC'],
    ['no zone, which is home', 'DTSTART:20260724T090000', '2026-07-24T08:00:00.000Z', 'Europe/London'],
    [
      "a Windows zone's name",
      'DTSTART;TZID=W. Europe Standard Time:20261124T090000',
      '2026-11-24T08:00:00.000Z',
      'Europe/Berlin',
    ],
    [
      'a quoted name',
      'DTSTART;TZID="Eastern Standard Time":20261124T090000',
      '2026-11-24T14:00:00.000Z',
      'America/New_York',
    ],
    [
      "Exchange's name for UTC",
      'DTSTART;TZID=tzone://Microsoft/Utc:20261124T090000',
      '2026-11-24T09:00:00.000Z',
      'UTC',
    ],
    [
      'a time that happens twice',
      'DTSTART;TZID=Europe/Berlin:20261025T023000',
      '2026-10-25T00:30:00.000Z',
      'Europe/Berlin',
    ],
    [
      'parameters in any order',
      'DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20261124T090000',
      '2026-11-24T08:00:00.000Z',
      'Europe/Berlin',
    ],
  ])('has a time in %s', (_, start, expected, timeZone) => {
    const window = { from: Date.parse('2026-01-01T00:00:00Z'), to: WINDOW.to };
    const [found] = events(calendar(event('one@example.com', start)), [], window);
    expect(found?.time).toMatchObject({ start: expected, timeZone });
  });

  it.each([
    ['its end', ['DTEND;TZID=Europe/Berlin:20261124T113000'], '2026-11-24T10:30:00.000Z'],
    ['an end in another zone', ['DTEND:20261124T113000Z'], '2026-11-24T11:30:00.000Z'],
    ['its duration', ['DURATION:PT45M'], '2026-11-24T08:45:00.000Z'],
    ['neither, which is no time at all', [], '2026-11-24T08:00:00.000Z'],
    ['an end at 24:00', ['DTEND;TZID=Europe/Berlin:20261124T240000'], '2026-11-24T23:00:00.000Z'],
    ['an end at no time', ['DTEND;TZID=Europe/Berlin:20261124T240001'], '2026-11-24T08:00:00.000Z'],
    ['an end before its start, which is none', ['DTEND:20261123T113000Z'], '2026-11-24T08:00:00.000Z'],
    ['an end that is no date', ['DTEND:soon'], '2026-11-24T08:00:00.000Z'],
  ])('lasts until %s', (_, properties, expected) => {
    const start = 'DTSTART;TZID=Europe/Berlin:20261124T090000';
    expect(only(start, ...properties).time.end).toBe(expected);
  });

  it.each([
    ['one day', [], '2026-11-25'],
    ['until the day before its end', ['DTEND;VALUE=DATE:20261127'], '2026-11-27'],
    ['one day where it ends as it starts', ['DTEND;VALUE=DATE:20261124'], '2026-11-25'],
    ['its duration', ['DURATION:P3D'], '2026-11-27'],
    ['whole days', ['DURATION:PT30H'], '2026-11-26'],
    ['until the end of a day with a time', ['DTEND:20261125T120000Z'], '2026-11-26'],
  ])('of whole days lasts %s', (_, properties, end) => {
    expect(only('DTSTART;VALUE=DATE:20261124', ...properties).time).toEqual({
      kind: 'all-day',
      start: '2026-11-24',
      end,
      timeZone: 'Europe/London',
    });
  });

  it('of whole days may leave out that it is', () => {
    expect(only('DTSTART:20261124').time.kind).toBe('all-day');
    expect(only('DTSTART;VALUE=DATE:20261124T000000').time.kind).toBe('all-day');
  });

  it('is listed when it touches the window, as the picture counts', () => {
    const at = (start: string, end: string): number =>
      events(calendar(event('one@example.com', `DTSTART:${start}`, `DTEND:${end}`))).length;
    expect(at('20260930T220000Z', '20261001T000000Z')).toBe(0);
    expect(at('20260930T220000Z', '20261001T000001Z')).toBe(1);
    expect(at('20261001T000000Z', '20261001T000000Z')).toBe(1);
    expect(at('20270501T000000Z', '20270501T010000Z')).toBe(0);
    expect(at('20260930', '20261001')).toBe(0);
    expect(at('20260930', '20261002')).toBe(1);
    expect(at('20200101', '20300101')).toBe(1);
  });

  it('without a start that can be read is left out, and told of', () => {
    const notices: string[] = [];
    const text = calendar(event('bad@example.com', 'DTSTART:20261341T090000'), event('one@example.com'));
    expect(events(text, notices).map(({ id }) => id)).toEqual(['one@example.com']);
    expect(notices).toEqual([expect.stringContaining('bad@example.com')]);
  });
});

describe('the zone of an event', () => {
  const inZone = (name: string): string => event('one@example.com', `DTSTART;TZID=${name}:20260724T090000`);
  const summer = { from: Date.parse('2026-07-01T00:00:00Z'), to: WINDOW.to };

  it.each(['Customized Time Zone', 'tzone://Microsoft/Custom', 'Berlin (ours; really)'])(
    "is the calendar's own definition where the world has none: %s",
    (name) => {
      const notices: string[] = [];
      const text = calendar(ownZone(name), inZone(name));
      const [found] = events(text, notices, summer);
      expect(found?.time).toMatchObject({ start: '2026-07-24T07:00:00.000Z', timeZone: 'Europe/London' });
      expect(notices).toEqual([expect.stringContaining('its instants are kept')]);
    },
  );

  it('is what the definition says it is', () => {
    const text = calendar(ownZone('Ours', 'X-LIC-LOCATION:Europe/Berlin'), inZone('Ours'));
    expect(events(text, [], summer)[0]?.time).toMatchObject({
      start: '2026-07-24T07:00:00.000Z',
      timeZone: 'Europe/Berlin',
    });
  });

  it('is what the world means by its name, whatever the calendar says', () => {
    const text = calendar(ownZone('America/New_York'), inZone('America/New_York'));
    expect(events(text, [], summer)[0]?.time.start).toBe('2026-07-24T13:00:00.000Z');
  });

  it('is defined after it is used', () => {
    expect(events(calendar(inZone('Ours'), ownZone('Ours')), [], summer)[0]?.time.start).toBe(
      '2026-07-24T07:00:00.000Z',
    );
  });

  it('is the offset that it states, where nothing else is known of it', () => {
    expect(events(calendar(inZone('"(UTC-03:00) Brasilia"')), [], summer)[0]?.time.start).toBe(
      '2026-07-24T12:00:00.000Z',
    );
  });

  it('is home where it is not known at all, and that is told', () => {
    const notices: string[] = [];
    const [found] = events(calendar(inZone('Nowhere/Land')), notices, summer);
    expect(found?.time).toMatchObject({ start: '2026-07-24T08:00:00.000Z', timeZone: 'Europe/London' });
    expect(notices).toEqual([expect.stringContaining('Nowhere/Land')]);
  });

  it("does not leak into floating times, nor does this computer's", () => {
    const text = calendar(ownZone('Ours'), event('one@example.com', 'DTSTART:20260724T090000'));
    expect(events(text, [], summer)[0]?.time.start).toBe('2026-07-24T08:00:00.000Z');
  });
});
