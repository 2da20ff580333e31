import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { createMicrosoftProvider } from '../../src/main/providers/microsoft/microsoft-provider.ts';
import type { PullPage } from '../../src/main/providers/provider.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import {
  CALENDAR,
  collect,
  DELTA,
  EVENTS,
  event,
  GRAPH,
  graphError,
  ids,
  json,
  last,
  next,
  occurrence,
  page,
  setUp,
  WINDOW,
} from './microsoft-answers.ts';

const PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=500';

describe('listing a calendar for the first time', () => {
  it('asks for the window, follows the links as they are, and has a cursor at the end only', async () => {
    const link = `${GRAPH}/me/calendars('AQMk=')/calendarView/delta?$skiptoken=a+b/c%3D&x=(y=z)`;
    const { provider, sent } = setUp(
      page([event('a')], { '@odata.nextLink': link }),
      page([], next('p3')),
      page([event('b')], last('d1')),
    );
    const pages = await collect(provider.pull(CALENDAR, null, WINDOW));
    expect(ids(pages)).toEqual(['a', 'b']);
    expect(pages.map((one) => one.kind === 'page' && one.nextCursor)).toEqual([
      null,
      null,
      `${GRAPH}/delta?$deltatoken=d1`,
    ]);
    expect(sent[0]).toMatchObject({
      path: DELTA,
      query: { startDateTime: WINDOW.from, endDateTime: WINDOW.to },
    });
    expect(sent.slice(1).map(({ url }) => url)).toEqual([link, `${GRAPH}/next?$skiptoken=p3`]);
    expect(sent.map(({ headers }) => headers.get('prefer'))).toEqual([PREFER, PREFER, PREFER]);
  });

  it('reads one page at a time', async () => {
    const { provider, sent } = setUp(page([], next('p2')), page([], last('d1')));
    for await (const _ of provider.pull(CALENDAR, null, WINDOW)) break;
    expect(sent).toHaveLength(1);
  });
});

describe('listing what has changed', () => {
  it('begins where the cursor leads', async () => {
    const { provider, sent } = setUp(page([event('a')], last('d2')));
    expect(ids(await collect(provider.pull(CALENDAR, `${GRAPH}/delta?$deltatoken=d1`, WINDOW)))).toEqual([
      'a',
    ]);
    expect(sent.map(({ url }) => url)).toEqual([`${GRAPH}/delta?$deltatoken=d1`]);
  });

  it.each([
    ['is gone', graphError(410, 'resyncRequired')],
    ['is gone, in capitals', graphError(410, 'SyncStateNotFound')],
    ['is gone, with another status', graphError(400, 'syncStateNotFound')],
    ['makes no sense to Graph', graphError(400, 'BadRequest')],
  ])('says so when the cursor %s, and ends', async (_, answer) => {
    const { provider, sent } = setUp(answer);
    expect(await collect(provider.pull(CALENDAR, `${GRAPH}/delta?$deltatoken=d1`, WINDOW))).toEqual([
      { kind: 'cursor-expired' },
    ]);
    expect(sent).toHaveLength(1);
  });

  it('does not say so of a first listing', async () => {
    const { provider } = setUp(graphError(410, 'resyncRequired'));
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
  });

  it('believes a removal only when the event cannot be read any more', async () => {
    const removed = (id: string) => ({ id, '@removed': { reason: 'deleted' } });
    const { provider, sent } = setUp(
      page([removed('gone'), removed('moved')], last('d2')),
      graphError(404, 'ErrorItemNotFound'),
      json(event('moved')),
    );
    const [only] = await collect(provider.pull(CALENDAR, `${GRAPH}/delta?$deltatoken=d1`, WINDOW));
    expect(only).toMatchObject({
      changes: [
        { kind: 'removed', id: 'gone', proof: 'cancelled' },
        { kind: 'removed', id: 'moved', proof: 'unlisted' },
      ],
    });
    expect(sent.slice(1)).toMatchObject([
      { method: 'GET', path: `${EVENTS}/gone`, query: { $expand: expect.stringContaining('singleValue') } },
      { method: 'GET', path: `${EVENTS}/moved` },
    ]);
    expect(sent.map(({ headers }) => headers.get('prefer'))).toEqual([PREFER, PREFER, PREFER]);
  });
});

describe('a series in a listing', () => {
  it('is read once where it is not listed, and not passed on', async () => {
    const series = event('s', { type: 'seriesMaster', location: { displayName: 'Yard' } });
    const { provider, sent } = setUp(
      page([occurrence('s1', 's', '2026-03-10'), occurrence('s2', 's', '2026-03-11')], next('p2')),
      json(series),
      page([occurrence('s3', 's', '2026-03-12')], last('d1')),
    );
    const pages = await collect(provider.pull(CALENDAR, null, WINDOW));
    expect(ids(pages)).toEqual(['s1', 's2', 's3']);
    expect(sent).toHaveLength(3);
    expect(sent[1]?.path).toBe(`${EVENTS}/s`);
    expect(pages.flatMap((one) => (one.kind === 'page' ? one.changes : []))[2]).toMatchObject({
      event: { title: 's', location: 'Yard', iCalUid: 'uid-s', instanceKey: '2026-03-12T08:00:00Z' },
    });
  });

  it('that is gone by now leaves its occurrences to be looked at', async () => {
    const { provider } = setUp(
      page([occurrence('s1', 's', '2026-03-10')], last('d1')),
      graphError(404, 'ErrorItemNotFound'),
    );
    expect(await collect(provider.pull(CALENDAR, null, WINDOW))).toMatchObject([
      { changes: [{ kind: 'removed', id: 's1', seriesId: 's', proof: 'unlisted' }] },
    ]);
  });

  it('that lasts all day has dates for keys', async () => {
    const midnight = (day: string) => ({ dateTime: `${day}T00:00:00.0000000`, timeZone: 'UTC' });
    const days = (day: string, until: string) => ({ start: midnight(day), end: midnight(until) });
    const series = event('s', { type: 'seriesMaster', isAllDay: true, ...days('2026-03-10', '2026-03-11') });
    const moved = {
      ...occurrence('s2', 's', '2026-03-11'),
      ...days('2026-03-14', '2026-03-15'),
      type: 'exception',
      originalStart: '2026-03-10T23:00:00Z',
    };
    const first = { ...occurrence('s1', 's', '2026-03-10'), ...days('2026-03-10', '2026-03-11') };
    const { provider } = setUp(page([series, first, moved], last('d1')));
    expect(await collect(provider.pull(CALENDAR, null, WINDOW))).toMatchObject([
      {
        changes: [
          { event: { instanceKey: '2026-03-10', time: { kind: 'all-day', timeZone: 'Europe/Berlin' } } },
          { event: { instanceKey: '2026-03-11', time: { start: '2026-03-14', end: '2026-03-15' } } },
        ],
      },
    ]);
  });
});

describe('a listing that is not whole', () => {
  it.each([
    ['has no value', json({ '@odata.deltaLink': `${GRAPH}/delta` })],
    ['is cut off', new Response('{"value":[')],
    ['is a web page', new Response('<html>Sign in to Hotel Wi-Fi</html>')],
    ['is empty', new Response('')],
    ['is JSON of another shape', json([1, 2, 3])],
    ['has an entry that cannot be read', page([event('a'), event('b', { start: 'tomorrow' })], last('d1'))],
    ['has an entry without a time', page([{ id: 'a' }], last('d1'))],
    [
      'has a time that is none',
      page([event('a', { start: { dateTime: '2026-13-40T99:00:00', timeZone: 'UTC' } })], last('d1')),
    ],
    ['ends without a delta link', page([event('a')], {})],
    ['leads to another server', page([event('a')], { '@odata.nextLink': 'https://evil.example/v1.0/next' })],
  ])('is an error when it %s', async (_, answer) => {
    const { provider, sent } = setUp(answer);
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
    expect(sent).toHaveLength(1);
  });

  it('is an error when it goes round in circles', async () => {
    const { provider, sent } = setUp(page([], next('p2')), page([], next('p2')));
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
    expect(sent).toHaveLength(2);
  });

  it.each<[string, (count: number) => readonly object[], number]>([
    ['repeats itself for ever', () => [event('a'), event('b')], 25],
    ['is empty for ever', () => [], 25],
    ['always has something new', (count) => [event(`a${count}`)], 1000],
  ])('is an error when it %s', async (_, entries, most) => {
    let count = 0;
    const fetch: Fetch = async () => {
      count += 1;
      return page(entries(count), next(`p${count}`));
    };
    const provider = createMicrosoftProvider({ baseUrl: 'http://127.0.0.1:1/microsoft', fetch });
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
    expect(count).toBeLessThanOrEqual(most);
  });
});

describe('whatever is answered', () => {
  const moment = fc.record({ dateTime: fc.string(), timeZone: fc.string() }, { requiredKeys: [] });
  const scrap = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record(
        {
          value: fc.oneof(
            fc.array(fc.record({ id: fc.string(), type: fc.string(), start: moment, end: moment })),
            fc.anything(),
          ),
          responses: fc.anything(),
          '@odata.nextLink': fc.oneof(fc.webUrl(), fc.string(), fc.integer()),
          '@odata.deltaLink': fc.oneof(fc.constant(`${GRAPH}/delta`), fc.string()),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );

  it('is a whole listing or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(scrap, fc.constantFrom(200, 400, 403, 410, 500), async (body, status) => {
        const { provider } = setUp(new Response(body, { status }));
        const outcome = await collect(provider.pull(CALENDAR, `${GRAPH}/delta`, WINDOW)).catch(
          (error: unknown) => error,
        );
        const end: PullPage | undefined = Array.isArray(outcome) ? outcome.at(-1) : undefined;
        const whole = end?.kind === 'cursor-expired' || typeof end?.nextCursor === 'string';
        expect(whole || (outcome instanceof AppError && outcome.code !== 'INTERNAL')).toBe(true);
      }),
      { seed: 20261213, numRuns: 300 },
    );
  });
});

describe('one event by its id', () => {
  it('is found, and asked for with its tag', async () => {
    const { provider, sent } = setUp(json(event('a/b=')));
    expect(await provider.get(CALENDAR, 'a/b=')).toMatchObject({ kind: 'found', event: { id: 'a/b=' } });
    expect(sent[0]).toMatchObject({ method: 'GET', path: `${EVENTS}/a%2Fb%3D` });
    expect(sent[0]?.query.$expand).toMatch(
      /^singleValueExtendedProperties\(\$filter=id eq 'String \{.*Tag'\)$/,
    );
  });

  it.each(['ErrorItemNotFound', 'ErrorInvalidIdMalformed'])('is missing on %s', async (code) => {
    const { provider } = setUp(graphError(code === 'ErrorItemNotFound' ? 404 : 400, code));
    expect(await provider.get(CALENDAR, 'abc')).toEqual({ kind: 'missing' });
  });

  it('is an error, not missing, when there is no mailbox at all', async () => {
    const { provider } = setUp(graphError(404, 'MailboxNotEnabledForRESTAPI'));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('no mailbox'),
    });
  });

  it('is an error, not missing, when the answer cannot be read', async () => {
    const { provider } = setUp(new Response('<html>'));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });
});
