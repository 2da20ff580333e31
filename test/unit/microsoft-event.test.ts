import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventFrom, GraphEvent } from '../../src/main/providers/microsoft/event-from-graph.ts';
import { bodyText, eventText } from '../../src/main/providers/microsoft/event-text.ts';
import { eventTime, momentOf } from '../../src/main/providers/microsoft/graph-time.ts';
import { parseTransactionId, transactionId } from '../../src/main/providers/microsoft/ownership.ts';
import { event } from './microsoft-answers.ts';

const shown = (more: object) => eventFrom(GraphEvent.parse(event('abc', more)));

describe('an event of Graph', () => {
  it.each([
    ['free', { status: 'confirmed', transparency: 'free', kind: 'default' }],
    ['tentative', { status: 'tentative', transparency: 'busy', kind: 'default' }],
    ['busy', { status: 'confirmed', transparency: 'busy', kind: 'default' }],
    ['oof', { status: 'confirmed', transparency: 'busy', kind: 'out-of-office' }],
    ['workingElsewhere', { status: 'confirmed', transparency: 'free', kind: 'working-location' }],
    ['unknown', { status: 'confirmed', transparency: 'busy', kind: 'default' }],
    ['somethingNew', { status: 'confirmed', transparency: 'busy', kind: 'default' }],
  ])('that shows as %s', (showAs, expected) => {
    expect(shown({ showAs })).toMatchObject(expected);
  });

  it.each([
    ['none', true, 'organizer'],
    ['none', false, 'needs-action'],
    ['organizer', true, 'organizer'],
    ['tentativelyAccepted', false, 'tentative'],
    ['accepted', false, 'accepted'],
    ['declined', false, 'declined'],
    ['notResponded', false, 'needs-action'],
    ['somethingNew', false, 'needs-action'],
  ])('that was answered with %s (mine: %s)', (response, isOrganizer, expected) => {
    expect(shown({ isOrganizer, responseStatus: { response } }).response).toBe(expected);
  });

  it.each([
    ['normal', 'default'],
    ['personal', 'default'],
    ['private', 'private'],
    ['confidential', 'private'],
  ])('that is %s', (sensitivity, visibility) => {
    expect(shown({ sensitivity }).visibility).toBe(visibility);
  });

  it('that says hardly anything', () => {
    const { start, end } = event('abc') as { start: object; end: object };
    expect(eventFrom(GraphEvent.parse({ id: 'abc', start, end }))).toMatchObject({
      title: '',
      description: '',
      location: '',
      iCalUid: null,
      etag: null,
      tag: null,
      time: { timeZone: 'UTC' },
    });
  });

  it('that says nothing in what it says', () => {
    const nothing = {
      body: { contentType: null, content: null },
      bodyPreview: null,
      location: { displayName: null },
      responseStatus: { response: null },
      start: { dateTime: '2026-03-10T08:00:00.0000000', timeZone: null },
      singleValueExtendedProperties: [
        { id: 'String {00020329-0000-0000-c000-000000000046} Name x', value: null },
      ],
    };
    expect(shown(nothing)).toMatchObject({
      description: '',
      location: '',
      response: 'organizer',
      time: { start: '2026-03-10T08:00:00.000Z' },
      tag: null,
    });
  });

  it('of ours whose text was taken out', () => {
    const name = { bookingId: 'bk-1', incarnation: 0 };
    const ours = { transactionId: transactionId('cal', name), bodyPreview: '' };
    const body = { contentType: 'html', content: null };
    expect(shown({ ...ours, body })).toMatchObject({ description: '', tag: name });
  });
});

describe('a transaction id', () => {
  const name = fc.record({
    bookingId: fc.string({ minLength: 1, unit: 'grapheme' }),
    incarnation: fc.nat(999_999_999),
  });

  it('says what it was made of', () => {
    fc.assert(
      fc.property(fc.string(), name, (calendarId, named) => {
        const id = transactionId(calendarId, named);
        expect(parseTransactionId(id)).toEqual(named);
        expect(id).toMatch(/^[\w.-]+$/);
      }),
      { seed: 20261203 },
    );
  });

  it('is not mistaken for when it is somebody else’s', () => {
    const id = transactionId('cal', { bookingId: 'bk_1', incarnation: 3 });
    const [prefix, booking, , calendar, seal] = id.split('.');
    const others = [
      '',
      '7D1A8A2C-6C2E-4B1E-9C11-0B1E2D3C4F5A',
      'localevent:7d1a8a2c-6c2e-4b1e-9c11-0b1e2d3c4f5a',
      id.slice(0, -1),
      `${id}.x`,
      [prefix, booking, '4', calendar, seal].join('.'),
      [prefix, 'YmtfMg', '3', calendar, seal].join('.'),
    ];
    expect(parseTransactionId(id)).not.toBeNull();
    for (const other of others) expect(parseTransactionId(other), other).toBeNull();
    fc.assert(
      fc.property(fc.string(), (text) => parseTransactionId(text) === null),
      { seed: 20261204 },
    );
  });
});

/** Text as Exchange stores it: escaped, its line ends and further blanks written as HTML shows them. */
const exchangeHtml = (text: string): string =>
  [
    '<html><head>',
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
    '<!-- converted from text --><style><!-- .EmailQuote { margin-left: 1pt } --></style></head>',
    '<body>',
    `<font size="2"><span style="font-size:11pt;"><div class="PlainText">${text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('  ', '&nbsp; ')
      .replaceAll('\n', '<br>\r\n')}</div></span></font>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n');

describe('a description', () => {
  it.each([
    ['Bring the long ladder\nRing twice', 'Bring the long ladder\nRing twice'],
    ['a & b < c > d "e" \'f\'', 'a & b < c > d "e" \'f\''],
    ['Müller · 0171 23456 · 🔧', 'Müller · 0171 23456 · 🔧'],
    ['one\n\ntwo', 'one\n\ntwo'],
    ['see https://jobs.example/1?a=b&c=d', 'see https://jobs.example/1?a=b&c=d'],
  ])('is after Exchange what it was: %j', (text, expected) => {
    expect(bodyText({ contentType: 'html', content: exchangeHtml(text) })).toBe(expected);
    expect(bodyText({ contentType: 'text', content: text })).toBe(expected);
  });

  it('says the same through HTML and without, whatever it says', () => {
    const text = fc
      .array(
        fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '  ', '\r\n', ' \n ')),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (content) => {
        const through = bodyText({ contentType: 'html', content: exchangeHtml(eventText(content)) });
        expect(through).toBe(eventText(content));
      }),
      { seed: 20261205 },
    );
  });

  it('is found in whatever Outlook makes of it', () => {
    const html =
      '<html><body><div style="font-family:Aptos">Bring the <b>ladder</b></div><div>See <a href="https://x.example/">the plan</a><img src="cid:1"></div><ul><li>one</li></ul></body></html>';
    expect(bodyText({ contentType: 'HTML', content: html })).toBe('Bring the ladder\nSee the plan\n* one');
  });

  it.each([
    ['nothing but blanks', ' \r\n\t '],
    ['open tags', '<div>'.repeat(20_000)],
    ['broken markup', '<<<>&&&;<a href="<b>">'.repeat(1000)],
  ])('is read in good time when it is %s', (_, content) => {
    expect(typeof bodyText({ contentType: 'html', content })).toBe('string');
  });
});

describe('a time', () => {
  it('is the same instant after Graph has had it, in any zone and hour', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'America/Sao_Paulo',
      'UTC',
    );
    const minutes = fc.integer({ min: Date.UTC(2025, 0) / 60_000, max: Date.UTC(2028, 0) / 60_000 });
    fc.assert(
      fc.property(zones, minutes, fc.integer({ min: 1, max: 600 }), (timeZone, from, length) => {
        const at = (minute: number): string => new Date(minute * 60_000).toISOString();
        const time = { kind: 'timed', start: at(from), end: at(from + length), timeZone } as const;
        const back = eventTime(momentOf(time, 'start'), momentOf(time, 'end'), false, timeZone);
        expect(back).toEqual(time);
      }),
      { seed: 20261206, numRuns: 500 },
    );
  });
});
