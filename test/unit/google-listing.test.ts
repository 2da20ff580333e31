import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { createGoogleProvider } from '../../src/main/providers/google/google-provider.ts';
import type { PullPage } from '../../src/main/providers/provider.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { CALENDAR, EVENTS, event, googleError, json, setUp } from './google-answers.ts';

const WINDOW = { from: '2026-02-01T00:00:00.000Z', to: '2026-08-30T00:00:00.000Z' };

const page = (items: readonly object[], more: object): Response =>
  json({ kind: 'calendar#events', timeZone: 'Europe/Berlin', items, ...more });

async function collect(pages: AsyncIterable<PullPage>): Promise<PullPage[]> {
  const all: PullPage[] = [];
  for await (const one of pages) all.push(one);
  return all;
}

const ids = (pages: readonly PullPage[]): string[] =>
  pages.flatMap((one) =>
    one.kind === 'page'
      ? one.changes.map((change) => (change.kind === 'event' ? change.event.id : `-${change.id}`))
      : [],
  );

describe('listing a calendar for the first time', () => {
  it('asks for single events in the window, page by page, and has a cursor at the end only', async () => {
    const { provider, sent } = setUp(
      page([event('a')], { nextPageToken: 'p2' }),
      page([], { nextPageToken: 'p3' }),
      page([event('b')], { nextSyncToken: 's1' }),
    );
    const pages = await collect(provider.pull(CALENDAR, null, WINDOW));
    expect(ids(pages)).toEqual(['a', 'b']);
    expect(pages.map((one) => one.kind === 'page' && one.nextCursor)).toEqual([null, null, 's1']);
    const first = { singleEvents: 'true', maxResults: '2500', timeMin: WINDOW.from, timeMax: WINDOW.to };
    expect(sent.map(({ path }) => path)).toEqual([EVENTS, EVENTS, EVENTS]);
    expect(sent.map(({ query }) => query)).toEqual([
      first,
      { ...first, pageToken: 'p2' },
      { ...first, pageToken: 'p3' },
    ]);
  });

  it('takes a page without items for one with nothing on it, and null for what is left out', async () => {
    const bare = event('a', {
      recurrence: null,
      location: null,
      start: { dateTime: '2026-03-02T09:00:00Z', date: null },
    });
    const { provider } = setUp(
      json({ kind: 'calendar#events', nextPageToken: 'p2' }),
      page([bare], { nextPageToken: 'p3' }),
      json({ kind: 'calendar#events', nextSyncToken: 's1' }),
    );
    expect(ids(await collect(provider.pull(CALENDAR, null, WINDOW)))).toEqual(['a']);
  });

  it('reads one page at a time', async () => {
    const { provider, sent } = setUp(page([], { nextPageToken: 'p2' }), page([], { nextSyncToken: 's1' }));
    for await (const _ of provider.pull(CALENDAR, null, WINDOW)) break;
    expect(sent).toHaveLength(1);
  });
});

describe('listing what has changed', () => {
  it('sends the sync token with the same parameters but the window', async () => {
    const gone = { kind: 'calendar#event', id: 'b', status: 'cancelled' };
    const { provider, sent } = setUp(page([event('a'), gone], { nextSyncToken: 's2' }));
    const pages = await collect(provider.pull(CALENDAR, 's1', WINDOW));
    expect(ids(pages)).toEqual(['a', '-b']);
    expect(sent[0]?.query).toEqual({ singleEvents: 'true', maxResults: '2500', syncToken: 's1' });
  });

  it.each([
    ['has expired', googleError(410, 'fullSyncRequired', 'syncToken')],
    ['was never valid', googleError(400, 'invalid', 'syncToken')],
  ])('says so when the cursor %s, and ends', async (_, answer) => {
    const { provider, sent } = setUp(answer);
    expect(await collect(provider.pull(CALENDAR, 's1', WINDOW))).toEqual([{ kind: 'cursor-expired' }]);
    expect(sent).toHaveLength(1);
  });

  it('does not take every 400 for that', async () => {
    const { provider } = setUp(googleError(400, 'badRequest'));
    await expect(collect(provider.pull(CALENDAR, 's1', WINDOW))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('a listing that is not whole', () => {
  it.each([
    ['has neither items nor a token', json({ kind: 'calendar#events' })],
    ['is of another kind', json({ kind: 'calendar#acl', items: [], nextSyncToken: 's1' })],
    [
      'is cut off',
      new Response('{"kind":"calendar#events","items":[', {
        headers: { 'content-type': 'application/json' },
      }),
    ],
    [
      'is a web page',
      new Response('<html>Sign in to Hotel Wi-Fi</html>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['is empty', new Response('')],
    ['is JSON of another shape', json([1, 2, 3])],
    [
      'has an entry that cannot be read',
      page([event('a'), event('b', { start: 'tomorrow' })], { nextSyncToken: 's1' }),
    ],
    ['has a live entry without a time', page([{ id: 'a', status: 'confirmed' }], { nextSyncToken: 's1' })],
    ['ends without a sync token', page([event('a')], {})],
  ])('is an error when it %s', async (_, answer) => {
    const { provider } = setUp(answer);
    const seen: PullPage[] = [];
    const pulling = (async () => {
      for await (const one of provider.pull(CALENDAR, null, WINDOW)) seen.push(one);
    })();
    await expect(pulling).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      message: expect.stringMatching(/Nothing was/),
    });
    expect(seen).toEqual([]);
  });

  it('is an error when it goes round in circles', async () => {
    const { provider, sent } = setUp(page([], { nextPageToken: 'p2' }), page([], { nextPageToken: 'p2' }));
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
    expect(sent).toHaveLength(2);
  });

  it('is an error when it never ends', async () => {
    let count = 0;
    const fetch: Fetch = async () => page([], { nextPageToken: `p${++count}` });
    const provider = createGoogleProvider({ baseUrl: 'http://127.0.0.1:1', fetch, subject: 'sub-1' });
    await expect(collect(provider.pull(CALENDAR, null, WINDOW))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
    });
    expect(count).toBe(1000);
  });
});

describe('whatever is answered', () => {
  const scrap = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record(
        {
          kind: fc.constantFrom('calendar#events', 'calendar#event', 7),
          items: fc.oneof(
            fc.array(fc.record({ id: fc.string(), status: fc.string(), start: fc.object() })),
            fc.anything(),
          ),
          nextPageToken: fc.oneof(fc.string(), fc.integer()),
          nextSyncToken: fc.oneof(fc.string(), fc.constant(null)),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );

  it('is a whole listing or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(scrap, fc.constantFrom(200, 400, 403, 410, 500), async (body, status) => {
        const { provider } = setUp(
          new Response(body, { status, headers: { 'content-type': 'application/json' } }),
        );
        const outcome = await collect(provider.pull(CALENDAR, 's1', WINDOW)).catch((error: unknown) => error);
        const last = Array.isArray(outcome) ? outcome.at(-1) : null;
        const whole = last?.kind === 'cursor-expired' || typeof last?.nextCursor === 'string';
        expect(whole || (outcome instanceof AppError && outcome.code !== 'INTERNAL')).toBe(true);
      }),
      { seed: 20261202, numRuns: 300 },
    );
  });
});

describe('one event by its id', () => {
  it('is found, a series as its master', async () => {
    const { provider, sent } = setUp(json(event('abc', { recurrence: ['RRULE:FREQ=DAILY'] })));
    const lookup = await provider.get(CALENDAR, 'abc');
    expect(lookup).toMatchObject({ kind: 'found', event: { id: 'abc', form: 'series' } });
    expect(sent[0]).toMatchObject({ method: 'GET', path: `${EVENTS}/abc` });
  });

  it('is cancelled when Google keeps it as that', async () => {
    const { provider } = setUp(json({ id: 'abc', status: 'cancelled' }));
    expect(await provider.get(CALENDAR, 'abc')).toEqual({ kind: 'cancelled', sent: null });
  });

  it.each([404, 410])('is missing on %i', async (status) => {
    const { provider } = setUp(googleError(status, 'notFound'));
    expect(await provider.get(CALENDAR, 'abc')).toEqual({ kind: 'missing' });
  });

  it('lasts all day in the zone of the calendar, once that is known', async () => {
    const days = event('abc', { start: { date: '2026-03-10' }, end: { date: '2026-03-11' } });
    const { provider } = setUp(page([], { nextSyncToken: 's1' }), json(days));
    await collect(provider.pull(CALENDAR, null, WINDOW));
    expect(await provider.get(CALENDAR, 'abc')).toMatchObject({
      event: { time: { timeZone: 'Europe/Berlin' } },
    });
  });

  it('is an error, not missing, when the answer cannot be read', async () => {
    const { provider } = setUp(new Response('<html>'));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });
});

describe('the address of a calendar', () => {
  it('is escaped, whatever its id', async () => {
    const { provider, sent } = setUp(page([], { nextSyncToken: 's1' }));
    await collect(provider.pull('team/../x?y#z@group.calendar.google.com', null, WINDOW));
    expect(sent[0]?.path).toBe(
      '/google/calendar/v3/calendars/team%2F..%2Fx%3Fy%23z%40group.calendar.google.com/events',
    );
  });
});

describe('the own calendars', () => {
  it('are listed page by page; writable ones are those of owners and writers', async () => {
    const list = (items: object[], more: object) => json({ kind: 'calendar#calendarList', items, ...more });
    const { provider, sent } = setUp(
      list(
        [
          { id: 'a', summary: 'Kim', timeZone: 'Europe/Berlin', primary: true, accessRole: 'owner' },
          {
            id: 'b',
            summary: 'Team',
            summaryOverride: 'My team',
            timeZone: 'Europe/Paris',
            accessRole: 'writer',
          },
        ],
        { nextPageToken: 'p2' },
      ),
      list(
        [
          { id: 'c', timeZone: 'Nowhere/Land', accessRole: 'reader' },
          { id: 'd', accessRole: 'freeBusyReader' },
        ],
        {},
      ),
    );
    expect(await provider.listCalendars()).toEqual([
      { id: 'a', name: 'Kim', timeZone: 'Europe/Berlin', primary: true, writable: true },
      { id: 'b', name: 'My team', timeZone: 'Europe/Paris', primary: false, writable: true },
      { id: 'c', name: 'c', timeZone: 'UTC', primary: false, writable: false },
      { id: 'd', name: 'd', timeZone: 'UTC', primary: false, writable: false },
    ]);
    expect(sent.map(({ path, query }) => [path, query])).toEqual([
      ['/google/calendar/v3/users/me/calendarList', { maxResults: '250' }],
      ['/google/calendar/v3/users/me/calendarList', { maxResults: '250', pageToken: 'p2' }],
    ]);
  });
});
