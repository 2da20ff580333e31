import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/main/headless/ports.ts';
import {
  checkFeed,
  createIcsProvider,
  type IcsProviderOptions,
} from '../../src/main/providers/ics/ics-provider.ts';
import { systemLookup, systemReadFile } from '../../src/main/providers/ics/system-access.ts';
import type { CalendarProvider } from '../../src/main/providers/provider.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import { inWhole } from '../support/real-fetch.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { calendar, event } from '../unit/ics-text.ts';
import { type FeedServer, feed, startFeedServer, status } from './ics-server.ts';
import { IDENTITY, JOB, type Pulled, pull } from './provider-contract.ts';

const DENTIST = calendar('X-WR-CALNAME:Tess', event('dentist@example.com'));
const TWO = calendar(event('dentist@example.com'), event('barber@example.com', 'SUMMARY:Barber'));
const ETAG = { etag: '"1"' };

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(...[first]: Parameters<typeof startFeedServer>): Promise<FeedServer> {
  const server = await startFeedServer(first);
  stops.push(() => server.stop());
  return server;
}

/** On which the provider waits between two attempts, and for answers that never come. It stands still for those that do. */
const clock = new VirtualClock();

const http: typeof fetch = createHttp({
  fetch: (input, init) => clock.frozen(async () => inWhole(await fetch(input, init))),
  clock,
  random: systemRandom,
  log: () => undefined,
});

/** The provider as the app composes it, only that what it waits for between two attempts takes no time. */
const optionsFor = (url: string, changes: Partial<IcsProviderOptions> = {}): IcsProviderOptions => ({
  url,
  fetch: http,
  // What is unpacked is unpacked by a thread, which only a real clock leaves the time for.
  clock: systemClock,
  timeZone: 'Europe/London',
  lookup: systemLookup({}),
  readFile: systemReadFile,
  allowPrivateNetwork: false,
  allowPlainHttp: false,
  ...changes,
});

const subscribe = (url: string, changes?: Partial<IcsProviderOptions>): CalendarProvider =>
  createIcsProvider(optionsFor(url, changes));

/** A listing by a provider that remembers nothing, as in a run of its own. */
const pullFrom = (url: string, cursor: string | null = null): Promise<Pulled> =>
  pull({ provider: subscribe(url), calendarId: url, person: nobody }, cursor);

const nobody = {
  add: () => '',
  retitle: () => undefined,
  repeat: () => undefined,
  delete: () => undefined,
};

const UNCHANGED = (cursor: string | null) => [{ kind: 'page', changes: [], nextCursor: cursor }];

describe('ICS: a listing', () => {
  it('is the whole window, says so, and has a cursor', async () => {
    const { origin } = await serve(feed(TWO, ETAG));
    const { pages, events, cursor } = await pullFrom(`${origin}/feed.ics`);
    expect(pages).toMatchObject([{ kind: 'page', complete: true, nextCursor: cursor }]);
    expect(events.map(({ id, title }) => `${id} ${title}`)).toEqual([
      'dentist@example.com Dentist',
      'barber@example.com Barber',
    ]);
    expect(cursor).not.toBeNull();
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['its etag', ETAG],
    ['its date', { 'last-modified': 'Mon, 23 Nov 2026 08:00:00 GMT' }],
  ])('shows nothing when the server knows it unchanged by %s', async (_, validators) => {
    const server = await serve(feed(TWO, validators));
    const { cursor } = await pullFrom(server.origin);
    const again = await pullFrom(server.origin, cursor);
    expect(again.pages).toEqual(UNCHANGED(cursor));
    const { headers } = server.requests[1] ?? {};
    expect([headers?.['if-none-match'], headers?.['if-modified-since']]).toContain(
      Object.values(validators)[0],
    );
  });

  it('shows nothing when the same is sent again', async () => {
    const { origin } = await serve(feed(TWO));
    const { cursor } = await pullFrom(origin);
    expect((await pullFrom(origin, cursor)).pages).toEqual(UNCHANGED(cursor));
  });

  it('keeps the new etag of what is otherwise the same', async () => {
    const server = await serve(feed(TWO, ETAG));
    const { cursor } = await pullFrom(server.origin);
    server.answer(feed(TWO, { etag: '"2"' }));
    const again = await pullFrom(server.origin, cursor);
    expect(again.changes).toEqual([]);
    await pullFrom(server.origin, again.cursor);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"2"');
  });

  it('shows all of the window once more when something has changed', async () => {
    const server = await serve(feed(DENTIST, ETAG));
    const { cursor } = await pullFrom(server.origin);
    server.answer(feed(TWO, { etag: '"2"' }));
    const changed = await pullFrom(server.origin, cursor);
    expect(changed.pages).toMatchObject([{ complete: true }]);
    expect(changed.events).toHaveLength(2);
    expect(changed.cursor).not.toBe(cursor);
  });

  it('asks for everything without a cursor, with a foreign one, and in another zone', async () => {
    const server = await serve(feed(DENTIST, ETAG));
    const { cursor } = await pullFrom(server.origin);
    for (const odd of [null, '', 'no cursor of ours', '{"etag":1}']) {
      expect((await pullFrom(server.origin, odd)).pages).toMatchObject([{ complete: true }]);
    }
    const provider = subscribe(server.origin, { timeZone: 'Europe/Berlin' });
    const elsewhere = await pull({ provider, calendarId: server.origin, person: nobody }, cursor);
    expect(elsewhere.events).toHaveLength(1);
    expect(server.requests.filter(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([]);
  });

  it('comes in pages of 2,500, the cursor and the word that it is complete with the last', async () => {
    const many = Array.from({ length: 2501 }, (_, n) => event(`${n}@example.com`));
    const { origin } = await serve(feed(calendar(...many)));
    const { pages, cursor } = await pullFrom(origin);
    expect(pages).toMatchObject([{ nextCursor: null }, { nextCursor: cursor, complete: true }]);
    expect(pages[0]).not.toHaveProperty('complete');
    expect(pages.map((page) => page.kind === 'page' && page.changes.length)).toEqual([2500, 1]);
  });

  it('of an empty calendar is a page without changes that is complete', async () => {
    const { origin } = await serve(feed(calendar()));
    expect((await pullFrom(origin)).pages).toMatchObject([{ changes: [], complete: true }]);
  });

  it.each<[string, Parameters<typeof feed>]>([
    ['packed for the way', [gzipSync(DENTIST), { 'content-encoding': 'gzip' }]],
    ['a packed file', [gzipSync(DENTIST), { 'content-type': 'application/gzip' }]],
    ['with a byte order mark', [`\ufeff${DENTIST}`]],
    [
      'in Latin-1',
      [Buffer.from(DENTIST, 'latin1'), { 'content-type': 'text/calendar; charset="iso-8859-1"' }],
    ],
    ['in a charset that is none', [DENTIST, { 'content-type': 'text/calendar; charset=klingon' }]],
  ])('may be %s', async (_, answer) => {
    const { origin } = await serve(feed(...answer));
    expect((await pullFrom(origin)).events).toHaveLength(1);
  });

  it('reads a charset as it is named', async () => {
    const text = calendar(event('one@example.com', 'SUMMARY:Küche'));
    const server = await serve(feed(text));
    expect((await pullFrom(server.origin)).events[0]?.title).toBe('Küche');
    server.answer(feed(Buffer.from(text, 'latin1'), { 'content-type': 'text/calendar;charset=ISO-8859-1' }));
    expect((await pullFrom(server.origin)).events[0]?.title).toBe('Küche');
  });
});

describe('ICS: one event', () => {
  it('is what the feed last showed of it', async () => {
    const server = await serve(feed(calendar(event('daily@example.com', 'RRULE:FREQ=DAILY;COUNT=2'))));
    const provider = subscribe(server.origin);
    const listed = await pull({ provider, calendarId: server.origin, person: nobody });
    for (const found of listed.events) {
      expect(await provider.get('', found.id)).toEqual({ kind: 'found', event: found });
    }
    expect(await provider.get('', 'daily@example.com')).toMatchObject({ event: { form: 'series' } });
    expect(await provider.get('', 'other@example.com')).toEqual({ kind: 'missing' });
    expect(server.requests).toHaveLength(1);
  });

  it('is fetched with its feed when nothing was pulled', async () => {
    const server = await serve(feed(DENTIST));
    const provider = subscribe(server.origin);
    expect(await provider.get('', 'dentist@example.com')).toMatchObject({ kind: 'found' });
    expect(await provider.listCalendars()).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('ICS: the calendar', () => {
  it('is one, read-only, with the name that the feed gives itself', async () => {
    const { origin } = await serve(feed(DENTIST));
    expect(await subscribe(`${origin}/feed.ics?key=1#x`).listCalendars()).toEqual([
      {
        id: expect.stringMatching(/^feed_/),
        name: 'Tess',
        timeZone: 'Europe/London',
        primary: true,
        writable: false,
      },
    ]);
  });

  it('has the name that the person gave it, without being fetched for it', async () => {
    const server = await serve(feed(DENTIST));
    expect(await subscribe(server.origin, { name: 'My rota' }).listCalendars()).toMatchObject([
      { name: 'My rota' },
    ]);
    expect(server.requests).toEqual([]);
  });

  it('has the name of its host where the feed has none', async () => {
    const { origin } = await serve(feed(TWO));
    expect(await subscribe(origin).listCalendars()).toMatchObject([{ name: '127.0.0.1' }]);
  });

  it('can do what a feed can', async () => {
    expect(subscribe('https://example.com/feed.ics').capabilities).toEqual({
      write: false,
      incremental: true,
      watch: false,
      ownId: false,
      concurrency: 1,
    });
  });

  it('refuses to be written to, with a reason', async () => {
    const provider = subscribe('https://example.com/feed.ics');
    const refusal = expect.objectContaining({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('can only be read'),
    });
    expect(() => provider.prepareCreate('', JOB, IDENTITY)).toThrow(refusal);
    expect(() => provider.prepareUpdate('', JOB, IDENTITY)).toThrow(refusal);
    await expect(provider.create('', { eventId: '', body: '' })).rejects.toEqual(refusal);
    await expect(provider.update('', { eventId: '', body: '' }, null)).rejects.toEqual(refusal);
    await expect(provider.delete('', '', null)).rejects.toEqual(refusal);
  });

  it('is checked before anybody subscribes', async () => {
    const series = event('daily@example.com', 'RRULE:FREQ=DAILY');
    const override = event('daily@example.com', 'RECURRENCE-ID:20261125T080000Z');
    const broken = event('bad@example.com', 'DTSTART:never');
    const text = calendar('X-WR-CALNAME:Tess', 'X-WR-TIMEZONE:Europe/Berlin', series, override, broken);
    const { origin } = await serve(feed(text));
    expect(await checkFeed(optionsFor(`${origin.replace('//', '//tess:secret@')}/feed.ics`))).toEqual({
      id: expect.stringMatching(/^feed_/),
      source: '127.0.0.1',
      name: 'Tess',
      events: 1,
      timeZone: 'Europe/Berlin',
      notices: [expect.stringContaining('bad@example.com')],
    });
  });
});

describe('ICS: what is no calendar', () => {
  it.each<[string, Parameters<typeof status>, object]>([
    ['a web page', [200, {}, '<html></html>'], { code: 'PROVIDER_ERROR', detail: 'web-page' }],
    ['nothing', [200], { code: 'PROVIDER_ERROR', detail: 'empty' }],
    ['half of it', [200, {}, DENTIST.slice(0, 150)], { code: 'PROVIDER_ERROR', detail: 'cut-off' }],
    ['no content', [204], { code: 'PROVIDER_ERROR' }],
    ['that nothing has changed, unasked', [304], { code: 'PROVIDER_ERROR' }],
    ['401', [401], { code: 'AUTH_EXPIRED' }],
    ['403', [403], { code: 'PERMISSION_DENIED' }],
    ['404', [404], { code: 'NOT_FOUND' }],
    ['410', [410], { code: 'NOT_FOUND' }],
    ['429', [429, { 'retry-after': '7' }], { code: 'RATE_LIMITED', retryAfterSeconds: 7 }],
    ['500', [500], { code: 'PROVIDER_ERROR', detail: 'HTTP 500' }],
    ['a redirect to nowhere', [302], { code: 'PROVIDER_ERROR' }],
    ['a redirect to a file', [302, { location: 'file:///etc/passwd' }], { code: 'PROVIDER_ERROR' }],
  ])('is an error that loses nothing: %s', async (_, answer, expected) => {
    const server = await serve(feed(DENTIST, ETAG));
    const { cursor } = await pullFrom(server.origin);
    server.answer(status(...answer));
    await expect(pullFrom(server.origin)).rejects.toMatchObject({ ...expected, effect: 'none' });
    server.answer(feed(DENTIST, ETAG));
    expect((await pullFrom(server.origin, cursor)).pages).toEqual(UNCHANGED(cursor));
  });

  it('includes a connection that ends too soon', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(DENTIST.slice(0, 100));
      response.destroy();
    });
    await expect(pullFrom(server.origin)).rejects.toMatchObject({ code: 'OFFLINE' });
    await server.stop();
    await expect(pullFrom(server.origin)).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  it.each<[string, Parameters<typeof feed>]>([
    ['as it says', [Buffer.alloc(21 * 1024 * 1024, 'x')]],
    ['as it turns out', [Buffer.alloc(21 * 1024 * 1024, 'x'), { 'transfer-encoding': 'chunked' }]],
    ['once unpacked', [gzipSync(Buffer.alloc(21 * 1024 * 1024)), { 'content-encoding': 'gzip' }]],
    ['once unpacked as a file', [gzipSync(Buffer.alloc(30 * 1024 * 1024))]],
  ])('includes one that is too large, %s', async (_, answer) => {
    const { origin } = await serve(feed(...answer));
    for (const changes of [{ fetch: http }, { fetch }]) {
      await expect(subscribe(origin, changes).listCalendars()).rejects.toMatchObject({
        code: 'PROVIDER_ERROR',
        detail: 'too-large',
      });
    }
  });

  it('includes a packed file that is damaged', async () => {
    const { origin } = await serve(feed(gzipSync(DENTIST).subarray(0, 60)));
    await expect(pullFrom(origin)).rejects.toMatchObject({ code: 'PROVIDER_ERROR', detail: 'damaged' });
  });
});

describe('ICS: redirects', () => {
  it('are followed five times', async () => {
    const server = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) status(307, { location: `/${left - 1}` })(request, response);
      else feed(DENTIST)(request, response);
    });
    expect((await pullFrom(`${server.origin}/5`)).events).toHaveLength(1);
    await expect(pullFrom(`${server.origin}/6`)).rejects.toMatchObject({ detail: 'redirects' });
  });

  it('do not take user name and password to another origin, nor back again', async () => {
    const home = await serve(feed(DENTIST));
    const away = await serve(status(302, { location: `${home.origin}/end` }));
    home.answer((request, response) => {
      const answer = request.url === '/end' ? feed(DENTIST) : status(301, { location: `${away.origin}/on` });
      answer(request, response);
    });
    const url = home.origin.replace('//', '//tess:s%C3%A9cret@');
    const provider = subscribe(url, { headers: { 'x-api-key': 'k' } });
    expect(await provider.listCalendars()).toMatchObject([{ name: 'Tess' }]);
    const sent = [...home.requests, ...away.requests].map(({ url: path, headers }) => [
      path,
      headers.authorization,
      headers['x-api-key'],
    ]);
    expect(sent).toEqual([
      ['/', `Basic ${Buffer.from('tess:sécret').toString('base64')}`, 'k'],
      ['/end', undefined, undefined],
      ['/on', undefined, undefined],
    ]);
  });

  it('take them along within the origin, and take none from the other side', async () => {
    const server = await serve((request, response) => {
      const answer =
        request.url === '/end'
          ? feed(DENTIST)
          : status(302, { location: server.origin.replace('//', '//mallory:x@').concat('/end') });
      answer(request, response);
    });
    await subscribe(server.origin.replace('//', '//tess:secret@')).listCalendars();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('tess:secret').toString('base64')}`,
      `Basic ${Buffer.from('tess:secret').toString('base64')}`,
    ]);
  });
});

describe('ICS: a file', () => {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'ics-'));
    stops.push(() => rmSync(path, { recursive: true }));
    return path;
  };

  it('is a calendar like any other', async () => {
    const path = join(folder(), 'my calendar.ics');
    const url = pathToFileURL(path).href;
    writeFileSync(path, TWO);
    const { events, cursor } = await pullFrom(url);
    expect(events).toHaveLength(2);
    expect((await pullFrom(url, cursor)).pages).toEqual(UNCHANGED(cursor));
    expect(await subscribe(url).listCalendars()).toMatchObject([{ name: 'my calendar.ics' }]);
    writeFileSync(path, gzipSync(DENTIST));
    expect((await pullFrom(url, cursor)).pages).toMatchObject([{ complete: true }]);
  });

  it('may be missing, too large or no file, and nothing is lost by it', async () => {
    const path = folder();
    const url = (name: string): string => pathToFileURL(join(path, name)).href;
    await expect(pullFrom(url('Bärs jobs.ics'))).rejects.toThrow('/Bärs jobs.ics is not there');
    await expect(pullFrom(url('.'))).rejects.toThrow('is no file');
    await expect(pullFrom('file:///dev/zero')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    writeFileSync(join(path, 'large.ics'), Buffer.alloc(21 * 1024 * 1024, 'x'));
    await expect(pullFrom(url('large.ics'))).rejects.toMatchObject({ detail: 'too-large' });
  });
});
