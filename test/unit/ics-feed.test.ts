import { describe, expect, it } from 'vitest';
import { events, read } from './ics-reading.ts';
import { calendar, event, lines, ownZone } from './ics-text.ts';

describe('the text of a feed', () => {
  const text = calendar(
    'X-WR-CALNAME:Work',
    event('one@example.com', 'DESCRIPTION:long'.padEnd(5000, ' text')),
  );

  it.each<[string, string]>([
    ['a byte order mark is dropped before; blank lines', `\r\n\r\n${text}\r\n \r\n`],
    ['bare line feeds', text.replaceAll('\r\n', '\n')],
    ['bare carriage returns', text.replaceAll('\r\n', '\r')],
    ['line ends written twice', text.replace('DTSTART;', 'DTSTART;\r\n ').replaceAll('\r\n', '\r\r\n')],
    ['a great many blank lines', text.replace('DTSTART', `${'\n'.repeat(300_000)}DTSTART`)],
    ['long lines folded', text.replace(/(.{60})/g, '$1\r\n ')],
    ['lines folded by tabs within names', text.replace('DTSTART', 'DTS\r\n\tTART')],
    ['names in small letters', text.replace(/^[A-Z-]+/gm, (name) => name.toLowerCase())],
    ['components in small letters', text.replaceAll('VEVENT', 'vevent').replaceAll('VCALENDAR', 'vcalendar')],
    ['spaces after components', text.replaceAll('VEVENT', 'VEVENT  ')],
  ])('may have %s', (_, variant) => {
    expect(events(variant)).toMatchObject([
      { id: 'one@example.com', title: 'Dentist', time: { start: '2026-11-24T08:00:00.000Z' } },
    ]);
  });

  it('may hold several calendars, of which none is lost', () => {
    const feed = read(text + calendar('NAME:Home', event('two@example.com')));
    expect(feed.entries.map(({ id }) => id)).toEqual(['one@example.com', 'two@example.com']);
    expect(feed.name).toBe('Work');
  });

  it('may hold no events, other components, and what nobody knows', () => {
    expect(events(calendar())).toEqual([]);
    const others = calendar(
      lines('BEGIN:VTODO', 'UID:todo', 'DTSTART:20261124T090000Z', 'SUMMARY:Buy milk', 'END:VTODO'),
      lines('BEGIN:X-OTHER', 'SUMMARY:What', 'END:X-OTHER'),
      lines('BEGIN:VFREEBUSY', 'FREEBUSY:nonsense', 'END:VFREEBUSY'),
      event(
        'one@example.com',
        lines(
          'BEGIN:VALARM',
          'TRIGGER:-PT15M',
          'SUMMARY:Alarm',
          'DTSTART:20250101T000000Z',
          'END:VALARM',
        ).trimEnd(),
        'TYPE:other',
        'ALARMS:none',
        'RECURRENCES:many',
        '__proto__;a=b:c',
        'DTSTART:20300101T000000Z',
        'no property at all',
      ).replace('DTSTAMP', 'DTSTART;TZID=Europe/Berlin:20261124T090000\r\nDTSTAMP'),
    );
    expect(events(others)).toMatchObject([{ id: 'one@example.com', title: 'Dentist' }]);
  });

  it('names the calendar and proposes its zone', () => {
    expect(read(calendar('X-WR-CALNAME:Work', 'X-WR-TIMEZONE:Europe/Berlin'))).toMatchObject({
      name: 'Work',
      timeZone: 'Europe/Berlin',
    });
    expect(read(calendar('NAME;LANGUAGE=en:Work')).name).toBe('Work');
    expect(read(calendar(ownZone('Europe/Vienna'))).timeZone).toBe('Europe/Vienna');
    expect(read(calendar(ownZone('W. Europe Standard Time'))).timeZone).toBe('Europe/Berlin');
    expect(read(calendar(ownZone('Europe/Vienna'), ownZone('Europe/Rome')))).toMatchObject({
      name: null,
      timeZone: null,
    });
    expect(read(calendar('X-WR-TIMEZONE:Nowhere')).timeZone).toBeNull();
  });

  it.each<[string, string, string]>([
    ['is empty', '', 'empty'],
    ['is blank', ' \r\n\r\n', 'empty'],
    ['is a web page', '<!DOCTYPE html><html><body>Sign in</body></html>', 'web-page'],
    ['is something else', '{"error":"not found"}', 'no-calendar'],
    ['names a calendar in passing', 'SUMMARY:BEGIN:VCALENDAR', 'no-calendar'],
    ['has no end', text.slice(0, -20), 'cut-off'],
    ['ends in the middle of a line', text.slice(0, 200), 'cut-off'],
    ['ends within a value', `${text.slice(0, text.indexOf('Dentist'))}END:VCALENDAR`, 'cut-off'],
    ['misses a piece', text.replace('END:VEVENT\r\n', ''), 'damaged'],
    ['misses another piece', text.replace('BEGIN:VEVENT\r\n', ''), 'damaged'],
    ['has a calendar within a calendar', calendar(text), 'damaged'],
    ['goes on after its end', `${text}${event('two@example.com')}END:VCALENDAR`, 'damaged'],
  ])('is an error when it %s', (_, bad, detail) => {
    expect(() => read(bad)).toThrow(
      expect.objectContaining({
        code: 'PROVIDER_ERROR',
        detail,
        message: expect.stringMatching(/example\.com.*What was read before stays as it is\.$/),
      }),
    );
  });
});
