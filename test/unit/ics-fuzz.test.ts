import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookUp } from '../../src/main/providers/icalendar/listing.ts';
import { decodedText, unpacked } from '../../src/main/providers/ics/feed-body.ts';
import { expandRule } from '../../src/main/time/rule.ts';
import { stampText } from '../../src/main/time/wall-time.ts';
import { ianaZone, UTC } from '../../src/main/time/zone.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { events, read, WINDOW } from './ics-reading.ts';
import { calendar, event, lines, ownZone } from './ics-text.ts';

const WHOLE = calendar(
  'X-WR-CALNAME:Work',
  ownZone('Customized Time Zone'),
  event('one@example.com', 'LOCATION:12 Mill Lane\\, back yard'),
  event('days@example.com', 'DTSTART;VALUE=DATE:20261124', 'DURATION:P2D'),
  event(null, 'DTSTART:20261124T090000', 'DURATION:PT90M'),
  event('own@example.com', 'DTSTART;TZID=Customized Time Zone:20261124T090000', 'DURATION:PT1H'),
  event(
    'weekly@example.com',
    'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;UNTIL=20270301T080000Z',
    'EXDATE;TZID=Europe/Berlin:20261201T090000,20261208T090000',
    'RDATE;VALUE=PERIOD:20261203T080000Z/PT3H',
  ),
  event(
    'weekly@example.com',
    'RECURRENCE-ID;RANGE=THISANDFUTURE:20270105T080000Z',
    'DTSTART:20270106T100000Z',
  ),
  event('hourly@example.com', 'RRULE:FREQ=HOURLY;BYHOUR=9,10,11;BYMONTH=11,12;COUNT=50'),
  event(
    'alarm@example.com',
    lines('BEGIN:VALARM', 'TRIGGER:-PT15M', 'ACTION:DISPLAY', 'END:VALARM').trimEnd(),
    'CLASS:PRIVATE',
  ),
);

/** Whether a text is read, and shows sound events only, or is refused with a sentence. Anything else is thrown. */
function isSound(text: string): boolean {
  let found: readonly CalendarEvent[];
  try {
    found = events(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code === 'PROVIDER_ERROR' && /^\S.*\.$/s.test(error.message);
  }
  return new Set(found.map(({ id }) => id)).size === found.length && found.every(isSoundEvent);
}

function isSoundEvent({ id, time }: CalendarEvent): boolean {
  const [start, end] = [Date.parse(time.start), Date.parse(time.end)];
  const isInWindow = start < WINDOW.to && (end > WINDOW.from || start >= WINDOW.from);
  return id !== '' && end >= start && isInWindow && ianaZone(time.timeZone) !== null;
}

/** Line by line: dropped, doubled, moved, or with something else in it. */
const mutatedLines = fc
  .array(
    fc.record({
      at: fc.nat(),
      to: fc.nat(),
      kind: fc.constantFrom('drop', 'double', 'swap', 'cut', 'insert', 'digit', 'value'),
      text: fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 8 })),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((changes) => {
    const all = WHOLE.trimEnd().split('\r\n');
    // The first and the last line stay: without them it is plainly no calendar.
    const inner = (n: number): number => 1 + (n % (all.length - 2));
    for (const { at, to, kind, text } of changes) {
      const line = all[inner(at)] ?? '';
      const column = to % (line.length + 1);
      switch (kind) {
        case 'drop':
          all.splice(inner(at), 1);
          break;
        case 'double':
          all.splice(inner(to), 0, line);
          break;
        case 'swap':
          all[inner(at)] = all[inner(to)] ?? '';
          all[inner(to)] = line;
          break;
        case 'cut':
          all[inner(at)] = line.slice(0, column);
          break;
        case 'insert':
          all[inner(at)] = line.slice(0, column) + text + line.slice(column);
          break;
        case 'digit':
          all[inner(at)] = line.replace(/\d/g, (digit, index) =>
            index === column ? String(to % 10) : digit,
          );
          break;
        default:
          all[inner(at)] = line.replace(/[:=].*$/s, `:${text}`);
      }
    }
    return lines(...all);
  });

function numbered(count: number, part: (n: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, n) => part(n));
}

const numberList = (min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 70 }).map(String);

/** Rules as nobody would write them, each part as it might be. */
const anyRule = fc
  .record(
    {
      FREQ: fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'),
      INTERVAL: fc.constantFrom('0', '1', '2', '7', '61', '1000000', '99999999999', '-1', 'x'),
      COUNT: fc.constantFrom('0', '1', '10', '5000', '1000000000', '-5', 'many'),
      UNTIL: fc.constantFrom('20270101', '20261201T000000Z', '99991231T235959Z', '00010101', 'never'),
      BYMONTH: numberList(0, 13),
      BYMONTHDAY: numberList(-32, 32),
      BYYEARDAY: numberList(-367, 367),
      BYWEEKNO: numberList(-54, 54),
      BYDAY: fc
        .array(fc.constantFrom('MO', 'TU', '1WE', '-1TH', '99FR', 'SA', 'SU', 'XX'), { minLength: 1 })
        .map(String),
      BYHOUR: numberList(0, 24),
      BYMINUTE: numberList(0, 60),
      BYSECOND: numberList(0, 60),
      BYSETPOS: numberList(-400, 400),
      WKST: fc.constantFrom('MO', 'SU', 'XX'),
      RSCALE: fc.constantFrom('GREGORIAN', 'CHINESE', 'KLINGON'),
    },
    { requiredKeys: ['FREQ'] },
  )
  .map((parts) =>
    Object.entries(parts)
      .map((part) => part.join('='))
      .join(';'),
  );

describe('a feed that somebody has broken', () => {
  it('is read in part or refused with a sentence, whatever line of it is changed', () => {
    fc.assert(
      fc.property(mutatedLines, (text) => {
        expect(isSound(text)).toBe(true);
      }),
      { seed: 20261215, numRuns: 1000 },
    );
  });

  it('is read or refused, wherever it ends', () => {
    for (let length = 0; length < WHOLE.length; length += 11) {
      expect(isSound(WHOLE.slice(0, length))).toBe(true);
    }
  });

  it('is read or refused, whatever bytes it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const text = decodedText(bytes, null);
        expect(isSound(text)).toBe(true);
        expect(isSound(WHOLE.replace('Dentist', () => text))).toBe(true);
        const packed = unpacked(Uint8Array.of(0x1f, 0x8b, ...bytes), 'example.com');
        await expect(packed).rejects.toMatchObject({ code: 'PROVIDER_ERROR', detail: 'damaged' });
      }),
      { seed: 20261216, numRuns: 200 },
    );
  });

  it.each<[string, () => string]>([
    ['one long line', () => calendar(event('1', `DESCRIPTION:${'x'.repeat(2_000_000)}`))],
    ['a long parameter', () => calendar(event('1', `DTSTART;TZID=${'x'.repeat(1_000_000)}:20261124T090000`))],
    ['many parameters', () => calendar(event('1', `SUMMARY;A="${';B='.repeat(200_000)}:x`))],
    ['many exceptions', () => calendar(event('1', `EXDATE:${'20261124T090000Z,'.repeat(50_000)}`))],
    ['many dates', () => calendar(event('1', `RDATE:${'20261124T090000Z,'.repeat(50_000)}`))],
    ['many rules', () => calendar(event('1', 'RRULE:FREQ=DAILY;COUNT=30000\r\n'.repeat(10_000).trimEnd()))],
    ['a long rule', () => calendar(event('1', `RRULE:FREQ=YEARLY;BYDAY=${'MO,'.repeat(100_000)}TU`))],
    ['deep nesting', () => calendar('BEGIN:VEVENT\r\n'.repeat(50_000), 'END:VEVENT\r\n'.repeat(50_000))],
    [
      'one UID for all',
      () => calendar(...numbered(5000, (n) => event('1', `SUMMARY:${n}`, 'RRULE:FREQ=YEARLY'))),
    ],
    [
      'many turns of one series',
      () =>
        calendar(
          event('1', 'RRULE:FREQ=DAILY'),
          ...numbered(5000, (n) =>
            event('1', `RECURRENCE-ID;RANGE=THISANDFUTURE:${stampText(Date.UTC(2026, 9, 1, 0, n))}Z`),
          ),
        ),
    ],
    [
      'many zones of its own',
      () =>
        calendar(
          ...numbered(1000, (n) => ownZone(`Z${n}`) + event(`${n}`, `DTSTART;TZID=Z${n}:20261124T090000`)),
        ),
    ],
    ['many hourly series', () => calendar(...numbered(100, (n) => event(`${n}`, 'RRULE:FREQ=HOURLY')))],
  ])('comes to an end, however it goes on: %s', (_, text) => {
    expect(isSound(text())).toBe(true);
  });

  it('finds nothing by an id that is not in it', () => {
    const feed = read(WHOLE);
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(lookUp(feed, id).kind).toBe('missing');
        expect(lookUp(feed, `weekly@example.com/${id}`).kind).toBe('missing');
      }),
      { seed: 20261217 },
    );
  });
});

describe('any rule', () => {
  const berlin = ianaZone('Europe/Berlin') ?? UTC;

  it('comes to an end with a bounded number of starts within the span', () => {
    fc.assert(
      fc.property(anyRule, fc.boolean(), (rule, dated) => {
        const start = Date.UTC(2024, 1, 29, ...(dated ? [] : ([9, 30] as const)));
        const from = { start, zone: dated ? UTC : berlin, dated };
        const expansion = expandRule(rule, from, WINDOW);
        expect(expansion.work).toBeLessThanOrEqual(210_000);
        const starts = expansion.kind === 'starts' ? expansion.starts : [];
        expect(starts.every((time) => time >= WINDOW.from && time < WINDOW.to)).toBe(true);
        expect(starts.length).toBeLessThanOrEqual(25_000);
      }),
      { seed: 20261218, numRuns: 400 },
    );
  });
});
