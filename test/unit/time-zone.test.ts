import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { customZone, parseOffset } from '../../src/main/time/custom-zone.ts';
import { endAfter, parseDuration } from '../../src/main/time/duration.ts';
import { instantText, parseStamp, stampText, type WallTime } from '../../src/main/time/wall-time.ts';
import { fixedZone, ianaZone, toInstant, toWall, UTC, type Zone } from '../../src/main/time/zone.ts';
import { offsetNamed, zoneNamed } from '../../src/main/time/zone-name.ts';

const zone = (name: string): Zone => {
  const found = ianaZone(name);
  if (found === null) throw new Error(`No zone ${name}`);
  return found;
};
const wall = (text: string): WallTime => parseStamp(text)?.wall ?? Number.NaN;
const instant = (name: string, text: string): string => instantText(toInstant(zone(name), wall(text)));

/** Zones that change at odd hours, by half an hour, twice a year around Ramadan, across midnight, or over the date line. */
const ODD_ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'Asia/Kolkata',
  'Asia/Beirut',
];

describe('a time on the wall', () => {
  it.each([
    ['in winter', 'Europe/Berlin', '20261124T090000', '2026-11-24T08:00:00.000Z'],
    ['in summer', 'Europe/Berlin', '20260724T090000', '2026-07-24T07:00:00.000Z'],
    ['that happens twice is the first', 'Europe/Berlin', '20261025T023000', '2026-10-25T00:30:00.000Z'],
    ['that is skipped falls after the gap', 'Europe/Berlin', '20260329T023000', '2026-03-29T01:30:00.000Z'],
    ['that happens twice in New York', 'America/New_York', '20261101T013000', '2026-11-01T05:30:00.000Z'],
    ['in half an hour that is skipped', 'Australia/Lord_Howe', '20261004T021500', '2026-10-03T15:45:00.000Z'],
    [
      'when the clocks changed by law only after 2036',
      'Europe/Berlin',
      '20400724T090000',
      '2040-07-24T07:00:00.000Z',
    ],
    ['on the day that Samoa left out', 'Pacific/Apia', '20111230T120000', '2011-12-30T22:00:00.000Z'],
  ])('%s', (_, name, text, expected) => {
    expect(instant(name, text)).toBe(expected);
  });

  it('is where Temporal has it, in every zone and year', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ODD_ZONES),
        fc.integer({ min: Date.UTC(1990, 0, 1) / 60_000, max: Date.UTC(2080, 0, 1) / 60_000 }),
        (name, minutes) => {
          const time = minutes * 60_000;
          const plain = Temporal.PlainDateTime.from(new Date(time).toISOString().slice(0, 19));
          expect(toInstant(zone(name), time)).toBe(plain.toZonedDateTime(name).epochMilliseconds);
          const there = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(name);
          expect(stampText(toWall(zone(name), time))).toBe(
            there.toPlainDateTime().toString({ smallestUnit: 'second' }).replace(/[-:]/g, ''),
          );
        },
      ),
      { seed: 20261201, numRuns: 2000 },
    );
  });

  it('is where Temporal has it around every change of the clocks', () => {
    for (const name of ODD_ZONES) {
      let change = Temporal.Instant.from('2019-06-01T00:00Z')
        .toZonedDateTimeISO(name)
        .getTimeZoneTransition('next');
      for (let n = 0; n < 12 && change !== null; n += 1) {
        for (let minutes = -180; minutes <= 180; minutes += 15) {
          const plain = change.toPlainDateTime().add({ minutes });
          const time = Date.parse(`${plain.toString({ smallestUnit: 'second' })}Z`);
          expect(toInstant(zone(name), time)).toBe(plain.toZonedDateTime(name).epochMilliseconds);
        }
        change = change.getTimeZoneTransition('next');
      }
    }
  });
});

describe('a stamp', () => {
  it.each(['20260230', '20261301', '2026-01-01', '20260101T250000', '20260101T0900', '', 'today'])(
    'is not %j',
    (text) => {
      expect(parseStamp(text)).toBeNull();
    },
  );

  it('is a date, a local time or a time in UTC', () => {
    expect(parseStamp('20261124')).toEqual({ form: 'date', wall: Date.UTC(2026, 10, 24) });
    expect(parseStamp('20261124T090000')?.form).toBe('local');
    expect(parseStamp('20261124T090000Z')?.form).toBe('utc');
    expect(parseStamp('00010101T000000')?.wall).toBe(Date.parse('0001-01-01T00:00:00Z'));
    expect(parseStamp('20161231T235960Z')?.wall).toBe(Date.UTC(2017, 0, 1));
  });
});

describe('the name of a zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['"Europe/Berlin"', 'Europe/Berlin'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['Eastern Standard Time', 'America/New_York'],
    ['GMT Standard Time', 'Europe/London'],
    ['Central European Standard Time', 'Europe/Warsaw'],
    ['/mozilla.org/20070129_1/Europe/Berlin', 'Europe/Berlin'],
    ['/freeassociation.sourceforge.net/Tzfile/America/Argentina/Ushuaia', 'America/Argentina/Ushuaia'],
    ['tzone://Microsoft/Utc', 'UTC'],
    ['UTC', 'UTC'],
  ])('%s means %s', (name, expected) => {
    expect(zoneNamed(name)).toMatchObject({ name: expected, custom: false });
  });

  it.each([
    'tzone://Microsoft/Custom',
    'Customized Time Zone',
    '',
    '+02:00',
    '2026-01-01T00:00[Europe/Berlin]',
    'X/Y',
  ])('%j is not one that the world knows', (name) => {
    expect(zoneNamed(name)).toBeNull();
  });

  it.each([
    ['+0100', 3_600_000],
    ['UTC-5', -18_000_000],
    ['(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi', 19_800_000],
    ['(GMT+05.30) Chennai, Kolkata', 19_800_000],
    ['(GMT -08:00) Pacific Time', -28_800_000],
    ['Nowhere', null],
    ['GMT', null],
    ['+99', null],
  ])('%s states an offset of %j ms', (name, expected) => {
    expect(offsetNamed(name)).toBe(expected);
  });
});

describe("a zone of a calendar's own", () => {
  const summer = {
    onset: wall('16010325T020000'),
    offsetFrom: 3_600_000,
    offsetTo: 7_200_000,
    rules: ['FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3'],
    onsets: [],
  };
  const winter = {
    onset: wall('16011028T030000'),
    offsetFrom: 7_200_000,
    offsetTo: 3_600_000,
    rules: ['FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10'],
    onsets: [],
  };

  it('changes its clocks as it says', () => {
    const custom = customZone('Europe/London', [winter, summer]);
    expect(custom).toMatchObject({ name: 'Europe/London', custom: true });
    const berlin = zone('Europe/Berlin');
    for (let time = Date.UTC(2000, 0, 1); time < Date.UTC(2040, 0, 1); time += 5_000_000_00) {
      expect(custom?.offsetAt(time)).toBe(berlin.offsetAt(time));
    }
    expect(custom && instantText(toInstant(custom, wall('20261025T023000')))).toBe(
      '2026-10-25T00:30:00.000Z',
    );
    expect(custom && instantText(toInstant(custom, wall('20260329T023000')))).toBe(
      '2026-03-29T01:30:00.000Z',
    );
  });

  it('may change only once, and has another offset before', () => {
    const once = customZone('UTC', [{ ...summer, onset: wall('20200101T000000'), rules: [] }]);
    expect(once?.offsetAt(Date.UTC(2019, 5, 1))).toBe(3_600_000);
    expect(once?.offsetAt(Date.UTC(2021, 5, 1))).toBe(7_200_000);
  });

  it('is none without a definition', () => {
    expect(customZone('UTC', [])).toBeNull();
  });

  it.each([
    ['-033045', -12_645_000],
    ['+0100', 3_600_000],
    ['0100', 3_600_000],
    ['+01:00', 3_600_000],
    ['+01', 3_600_000],
    ['+5328', null],
    ['+1', null],
    ['', null],
  ])('reads an offset of %j', (text, expected) => {
    expect(parseOffset(text)).toBe(expected);
  });
});

describe('a duration', () => {
  const berlin = zone('Europe/Berlin');
  const start = Date.parse('2026-10-24T10:00:00Z');

  it.each([
    ['PT90M', '2026-10-24T11:30:00.000Z'],
    ['P1D', '2026-10-25T11:00:00.000Z'],
    ['PT24H', '2026-10-25T10:00:00.000Z'],
    ['P1W', '2026-10-31T11:00:00.000Z'],
    ['+P1DT1H', '2026-10-25T12:00:00.000Z'],
  ])('of %s is nominal in its days and exact below', (text, expected) => {
    const duration = parseDuration(text);
    expect(duration && instantText(endAfter(start, duration, berlin))).toBe(expected);
  });

  it.each(['-PT1H', 'P', 'PT', '1H', 'P1M', ''])('is not %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('ends with the year 9999', () => {
    const longest = { days: 9_999_999, milliseconds: 0 };
    expect(instantText(endAfter(start, longest, UTC))).toBe('9999-12-31T23:59:59.000Z');
    expect(instantText(endAfter(start, longest, fixedZone('UTC', 0)))).toBe('9999-12-31T23:59:59.000Z');
  });
});
