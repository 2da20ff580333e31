import fc from 'fast-check';
import ICAL from 'ical.js';
import nodeIcal, { type VEvent } from 'node-ical';
import { describe, expect, it } from 'vitest';
import { type FeedFacts, feedText } from '../../src/main/feeds/feed-text.ts';
import type { FeedBooking } from '../../src/main/store/feed-bookings.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';

const DETAILS: FeedFacts = { visibility: 'details', name: 'Tess', host: 'bookings.example.com' };
const BUSY: FeedFacts = { ...DETAILS, visibility: 'busy-only' };

const booking = (fields: Partial<Booking> = {}): Booking => ({
  id: 'bk_1',
  version: 'v1',
  status: 'confirmed',
  title: 'Boiler service',
  start: '2026-11-24T09:00:00Z',
  end: '2026-11-24T10:00:00Z',
  timeZone: 'Europe/London',
  technicianIds: ['tech_tess'],
  updatedAt: '2026-11-20T12:00:00Z',
  ...fields,
});

const entry = (fields: Partial<Booking> = {}, revision: Partial<FeedBooking> = {}): FeedBooking => ({
  booking: booking(fields),
  sequence: 0,
  modifiedAt: '2026-11-20T12:00:00.000Z',
  ...revision,
});

const text = (...bookings: readonly Partial<Booking>[]): string =>
  feedText(
    DETAILS,
    bookings.map((fields) => entry(fields)),
  );

/** Content lines, unfolded (RFC 5545 section 3.1). */
const lines = (ics: string): readonly string[] => ics.replaceAll('\r\n ', '').split('\r\n');

/** The lines of an event of which a property begins so. */
const lineOf = (ics: string, property: string): string | undefined =>
  lines(ics.slice(ics.indexOf('BEGIN:VEVENT'))).find((line) => line.startsWith(property));

interface Read {
  readonly uid: string;
  readonly title: string;
  readonly start: number;
  readonly end: number;
}

/** As ical.js reads it, with the definitions of zones that the feed itself brings. */
function readByIcalJs(ics: string): readonly Read[] {
  const calendar = new ICAL.Component(ICAL.parse(ics));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      title: event.summary,
      start: event.startDate.toUnixTime() * 1000,
      end: event.endDate.toUnixTime() * 1000,
    };
  });
}

function readByNodeIcal(ics: string): readonly Read[] {
  return Object.values(nodeIcal.sync.parseICS(ics))
    .filter((one): one is VEvent => one?.type === 'VEVENT')
    .map(({ uid, summary, start, end }) => ({
      uid,
      title: String(summary),
      start: start.getTime(),
      end: (end ?? start).getTime(),
    }));
}

describe('the text of a feed', () => {
  it('is a calendar as RFC 5545 orders it', () => {
    const feed = lines(
      feedText(DETAILS, [
        entry(
          { description: 'Bring the ladder', location: '12 Mill Lane', url: 'https://b.example.com/1' },
          { sequence: 3 },
        ),
      ]),
    );
    expect(feed).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Calendar Sync//Feed//EN',
      'METHOD:PUBLISH',
      'NAME:Tess',
      'X-WR-CALNAME:Tess',
      'REFRESH-INTERVAL;VALUE=DURATION:PT15M',
      'X-PUBLISHED-TTL:PT15M',
      'BEGIN:VTIMEZONE',
      'TZID:Europe/London',
      'BEGIN:STANDARD',
      'DTSTART:20261025T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0000',
      'TZNAME:+00',
      'END:STANDARD',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'UID:bk_1@bookings.example.com',
      'SEQUENCE:3',
      'DTSTAMP:20261120T120000Z',
      'DTSTART;TZID=Europe/London:20261124T090000',
      'DTEND;TZID=Europe/London:20261124T100000',
      'SUMMARY:Boiler service',
      'TRANSP:OPAQUE',
      'LOCATION:12 Mill Lane',
      'DESCRIPTION:Bring the ladder\\n\\nhttps://b.example.com/1',
      'URL;VALUE=URI:https://b.example.com/1',
      'STATUS:CONFIRMED',
      'X-MICROSOFT-CDO-BUSYSTATUS:BUSY',
      'LAST-MODIFIED:20261120T120000Z',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  it.each([
    ['Europe/London', '2026-07-24', ['DAYLIGHT 20260329T010000', 'STANDARD 20261025T020000']],
    ['Asia/Kathmandu', '2026-07-24', ['STANDARD 19860101T000000']],
    ['UTC', '2026-07-24', []],
  ])('has a standard time in its definition of %s', (timeZone, day, expected) => {
    const feed = text({ timeZone, start: `${day}T09:00:00Z`, end: `${day}T10:00:00Z` });
    const onsets = lines(feed).flatMap((line, place, all) =>
      /^BEGIN:(STANDARD|DAYLIGHT)$/.test(line)
        ? [`${line} ${all[place + 1]}`.replace(/BEGIN:|DTSTART:/g, '')]
        : [],
    );
    expect(onsets).toEqual(expected);
  });

  it('folds by octets and between characters', () => {
    // One more ASCII letter each time moves the four octets of the ladder over the border of the line.
    for (let shift = 0; shift < 8; shift += 1) {
      const title = `${'x'.repeat(shift)}${'🪜'.repeat(40)}ü€`;
      const feed = text({ title });
      for (const line of feed.split('\r\n')) {
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(line).not.toMatch(/\uFFFD|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
      }
      expect(readByIcalJs(feed)[0]?.title).toBe(title);
      expect(readByNodeIcal(feed)[0]?.title).toBe(title);
    }
  });

  it('escapes what would end a value or a line, and drops what may not be written', () => {
    const feed = text({
      title: 'a;b,c\\d\ne\u2028f\r\nBEGIN:VEVENT\u0000\u0007\ud800',
      url: 'https://b.example.com/a,b;c?d=1\r\nX-EVIL:1',
    });
    expect(lineOf(feed, 'SUMMARY')).toBe('SUMMARY:a\\;b\\,c\\\\d\\ne\\nf\\nBEGIN:VEVENT\uFFFD');
    expect(readByIcalJs(feed).map(({ title }) => title)).toEqual(['a;b,c\\d\ne\nf\nBEGIN:VEVENT\uFFFD']);
    expect(lines(feed).some((line) => line.startsWith('X-EVIL'))).toBe(false);
    expect(lineOf(feed, 'URL')).toBeUndefined();
  });

  it('keeps a link a link', () => {
    expect(lineOf(text({ url: 'https://b.example.com/a,b;c?d=1&e=%20#f' }), 'URL')).toBe(
      'URL;VALUE=URI:https://b.example.com/a%2Cb%3Bc?d=1&e=%20#f',
    );
    expect(lineOf(text({ url: 'javascript:alert(1)' }), 'URL')).toBeUndefined();
  });

  it('keeps an id from being more than an id', () => {
    expect(lineOf(text({ id: 'bk 1\r\nSUMMARY:evil@home,;\\' }), 'UID')).toBe(
      'UID:bk%201%0D%0ASUMMARY%3Aevil%40home%2C%3B%5C@bookings.example.com',
    );
  });

  it('is long where the booking is', () => {
    const description = 'A long story, with more to come; '.repeat(400).trim();
    const feed = text({ description });
    const [event] = Object.values(nodeIcal.sync.parseICS(feed)).filter((one) => one?.type === 'VEVENT');
    expect(String((event as VEvent).description)).toMatch(/^A long story, with more to come; .*…$/);
    expect(String((event as VEvent).description).length).toBeGreaterThan(7_990);
  });

  it('shows whole days as dates', () => {
    const feed = text(
      { start: '2026-11-24', end: '2026-11-26' },
      { id: 'none', start: '2026-11-24', end: '2026-11-24' },
    );
    expect(lines(feed).filter((line) => /^DT(START|END)/.test(line))).toEqual([
      'DTSTART;VALUE=DATE:20261124',
      'DTEND;VALUE=DATE:20261126',
      'DTSTART;VALUE=DATE:20261124',
      'DTEND;VALUE=DATE:20261125',
    ]);
    expect(feed).not.toContain('VTIMEZONE');
  });

  it('shows what takes no time, or less, without an end', () => {
    const feed = text({ end: '2026-11-24T09:00:00Z' }, { id: 'back', end: '2026-11-24T08:00:00Z' });
    expect(lines(feed).filter((line) => /^DT(START;TZID|END)/.test(line))).toEqual(
      Array(2).fill('DTSTART;TZID=Europe/London:20261124T090000'),
    );
  });

  it('says what is tentative and what is off', () => {
    const shown = (status: Booking['status'], facts: FeedFacts): readonly string[] =>
      lines(feedText(facts, [entry({ status })])).filter((line) =>
        /^(SUMMARY|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS):/.test(line),
      );
    expect(shown('tentative', DETAILS)).toEqual([
      'SUMMARY:Boiler service',
      'TRANSP:OPAQUE',
      'STATUS:TENTATIVE',
      'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE',
    ]);
    expect(shown('cancelled', DETAILS)).toEqual([
      'SUMMARY:Cancelled: Boiler service',
      'TRANSP:TRANSPARENT',
      'STATUS:CANCELLED',
      'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
    ]);
    expect(shown('cancelled', BUSY)).toContain('SUMMARY:Cancelled');
  });

  it('is the same text for the same bookings', () => {
    const bookings = [entry(), entry({ id: 'bk_2', timeZone: 'Asia/Tokyo' })];
    expect(feedText(DETAILS, bookings)).toBe(feedText(DETAILS, bookings));
    expect(feedText(DETAILS, [])).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*\r\nEND:VCALENDAR\r\n$/);
  });
});

describe('a busy-only feed', () => {
  it('tells nothing but when', () => {
    const planted = [
      'Secret job',
      'Hidden Lane',
      'Private notes',
      'Carol Customer',
      '+44 20 7946',
      'carol@',
      'b.example',
      'Tess',
      'project_x',
      'tech_tess',
    ];
    const feed = lines(
      feedText(BUSY, [
        entry({
          title: 'Secret job',
          location: 'Hidden Lane 5',
          description: 'Private notes',
          customer: { name: 'Carol Customer', phone: '+44 20 7946 0000', email: 'carol@example.org' },
          url: 'https://b.example.org/jobs/1',
          projectId: 'project_x',
        }),
      ]),
    ).join('\n');
    for (const secret of planted) expect(feed).not.toContain(secret);
    const properties = lines(feedText(BUSY, [entry()])).map((line) => line.split(/[:;]/)[0]);
    expect(new Set(properties.slice(properties.lastIndexOf('BEGIN')))).toEqual(
      new Set(
        'BEGIN UID SEQUENCE DTSTAMP DTSTART DTEND SUMMARY TRANSP STATUS X-MICROSOFT-CDO-BUSYSTATUS LAST-MODIFIED END'
          .split(' ')
          .concat(''),
      ),
    );
  });
});

describe('times of a feed', () => {
  it('are right on both sides of every change of the clocks, by the feed’s own definition', () => {
    // Clocks forward and back, a zone by half an hour, one whose changes follow the moon, one that has none.
    const hours: readonly (readonly [zone: string, start: string])[] = [
      ['Europe/London', '2026-10-25T00:30:00Z'],
      ['Europe/London', '2026-10-25T01:30:00Z'],
      ['Europe/London', '2027-03-28T00:59:00Z'],
      ['Europe/London', '2027-03-28T01:00:00Z'],
      ['Australia/Lord_Howe', '2027-04-03T15:00:00Z'],
      ['Africa/Casablanca', '2027-02-07T01:59:00Z'],
      ['Africa/Casablanca', '2027-02-07T02:00:00Z'],
      ['Africa/Casablanca', '2027-02-20T12:00:00Z'],
      ['America/Sao_Paulo', '2027-01-10T12:00:00Z'],
      ['Asia/Kathmandu', '2026-12-01T09:00:00Z'],
    ];
    for (const [timeZone, start] of hours) {
      const end = new Date(Date.parse(start) + 5_400_000).toISOString();
      const feed = text({ timeZone, start, end });
      for (const read of [readByIcalJs, readByNodeIcal]) {
        const [event] = read(feed);
        expect([timeZone, event?.start, event?.end]).toEqual([timeZone, Date.parse(start), Date.parse(end)]);
      }
    }
  });

  it('are UTC where nobody knows the zone', () => {
    expect(lineOf(text({ timeZone: 'Mars/Olympus' }), 'DTSTART')).toBe('DTSTART:20261124T090000Z');
    expect(lineOf(text({ timeZone: 'UTC' }), 'DTSTART')).toBe('DTSTART:20261124T090000Z');
    expect(lineOf(text({ timeZone: 'W. Europe Standard Time' }), 'DTSTART')).toBe(
      'DTSTART;TZID=Europe/Berlin:20261124T100000',
    );
  });

  it('survive the way through readers that nobody here wrote', () => {
    const zone = fc.constantFrom(
      ...['Europe/London', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'],
      ...['Pacific/Chatham', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Atlantic/Azores', 'Africa/Cairo', 'UTC'],
    );
    const from = Date.parse('2026-10-24T00:00:00Z');
    const minute = fc.integer({ min: 0, max: 210 * 24 * 60 });
    const one = fc.record({
      timeZone: zone,
      minute,
      minutes: fc.integer({ min: 1, max: 4 * 24 * 60 }),
      // Readers trim what is at the ends of a text; what is no text for a line is tried above.
      title: fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
        .map((title) => `<${title.replaceAll(/\p{Cc}|\p{Zl}|\p{Zp}/gu, '')}>`),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), (all) => {
        const bookings = all.map(({ timeZone, minute: start, minutes, title }, index) => ({
          id: `bk_${index}`,
          timeZone,
          title,
          start: new Date(from + start * 60_000).toISOString(),
          end: new Date(from + (start + minutes) * 60_000).toISOString(),
        }));
        const feed = text(...bookings);
        const expected = bookings.map(({ id, title, start, end }) => ({
          uid: `${id}@bookings.example.com`,
          title,
          start: Date.parse(start),
          end: Date.parse(end),
        }));
        const byId = (events: readonly Read[]): readonly Read[] =>
          [...events].sort((a, b) => a.uid.localeCompare(b.uid, 'en', { numeric: true }));
        expect(byId(readByIcalJs(feed))).toEqual(expected);
        expect(byId(readByNodeIcal(feed))).toEqual(expected);
      }),
      { seed: 20261212, numRuns: 200 },
    );
  });
});
