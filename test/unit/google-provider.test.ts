import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { isGoogleRateLimit } from '../../src/main/providers/google/google-errors.ts';
import { createGoogleProvider } from '../../src/main/providers/google/google-provider.ts';
import type { PullPage } from '../../src/main/providers/provider.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

const WINDOW = { from: '2026-02-01T00:00:00.000Z', to: '2026-08-30T00:00:00.000Z' };
const CALENDAR = 'kim@example.com';
const EVENTS = '/google/calendar/v3/calendars/kim%40example.com/events';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
  });

const googleError = (status: number, reason: string, location?: string): Response =>
  json(
    {
      error: {
        code: status,
        message: `Because of ${reason}`,
        errors: [{ domain: 'global', reason, location }],
      },
    },
    status,
  );

const event = (id: string, more: object = {}): object => ({
  kind: 'calendar#event',
  id,
  etag: '"1"',
  status: 'confirmed',
  summary: id,
  start: { dateTime: '2026-03-10T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-03-10T10:00:00+01:00', timeZone: 'Europe/Berlin' },
  ...more,
});

const page = (items: readonly object[], more: object): Response =>
  json({ kind: 'calendar#events', timeZone: 'Europe/Berlin', items, ...more });

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A provider whose requests are answered by `answers`, one after the other; the last one repeats. */
function setUp(...answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(String(input));
    sent.push({
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: new Headers(init?.headers),
      body: init?.body ?? null,
    });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer.clone();
  };
  const provider = createGoogleProvider({ baseUrl: 'http://127.0.0.1:1/google', fetch, subject: 'sub-1' });
  return { provider, sent };
}

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
    ['has no items', json({ kind: 'calendar#events', nextSyncToken: 's1' })],
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

describe('writing', () => {
  const desired = {
    time: {
      kind: 'timed',
      start: '2026-03-10T08:00:00.000Z',
      end: '2026-03-10T09:00:00.000Z',
      timeZone: 'Europe/Berlin',
    },
    title: 'Boiler service – Müller',
    description: '',
    location: '',
    status: 'confirmed',
  } as const;
  const identity = { bookingId: 'bk-1', incarnation: 0, scope: 'technician:t-1', sent: 'a.b.c.d.e' };

  it('creates with the exact bytes that were prepared, telling nobody', async () => {
    const { provider, sent } = setUp(json(event('whatever')));
    const prepared = provider.prepareCreate(CALENDAR, desired, identity);
    expect(await provider.create(CALENDAR, prepared)).toMatchObject({ id: 'whatever', etag: '"1"' });
    expect(sent[0]).toMatchObject({
      method: 'POST',
      path: EVENTS,
      query: { sendUpdates: 'none' },
      body: prepared.body,
    });
    expect(sent[0]?.headers.get('content-type')).toBe('application/json');
    expect(sent[0]?.headers.get('if-match')).toBeNull();
  });

  it('prepares the same id for the same booking, calendar, account and incarnation', () => {
    const { provider } = setUp();
    const first = provider.prepareCreate(CALENDAR, desired, identity);
    expect(provider.prepareCreate(CALENDAR, { ...desired, title: 'Other' }, identity).eventId).toBe(
      first.eventId,
    );
    expect(provider.prepareCreate(CALENDAR, desired, { ...identity, incarnation: 1 }).eventId).not.toBe(
      first.eventId,
    );
    expect(provider.prepareCreate('other', desired, identity).eventId).not.toBe(first.eventId);
  });

  it.each([
    ['what was planned on', '"33"', '"33"'],
    ['whatever is there', null, null],
  ])('updates %s', async (_, etag, header) => {
    const { provider, sent } = setUp(json(event('abc')));
    const prepared = provider.prepareUpdate('abc', desired, identity);
    await provider.update(CALENDAR, prepared, etag);
    expect(sent[0]).toMatchObject({
      method: 'PATCH',
      path: `${EVENTS}/abc`,
      query: { sendUpdates: 'none' },
      body: prepared.body,
    });
    expect(sent[0]?.headers.get('if-match')).toBe(header);
  });

  it('deletes what it saw, and takes what is already gone for deleted', async () => {
    const { provider, sent } = setUp(
      new Response(null, { status: 204 }),
      googleError(410, 'deleted'),
      googleError(404, 'notFound'),
      googleError(412, 'conditionNotMet'),
    );
    await provider.delete(CALENDAR, 'abc', '"33"');
    await provider.delete(CALENDAR, 'abc', '"33"');
    await provider.delete(CALENDAR, 'abc', null);
    await expect(provider.delete(CALENDAR, 'abc', '"33"')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(sent[0]).toMatchObject({
      method: 'DELETE',
      path: `${EVENTS}/abc`,
      query: { sendUpdates: 'none' },
      body: null,
    });
    expect(sent.map(({ headers }) => headers.get('if-match'))).toEqual(['"33"', '"33"', null, '"33"']);
  });

  it('does not know whether it took effect when the answer cannot be read', async () => {
    const { provider } = setUp(new Response('<html>'));
    const prepared = provider.prepareCreate(CALENDAR, desired, identity);
    await expect(provider.create(CALENDAR, prepared)).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      effect: 'unknown',
    });
  });

  it('finds the event gone when the update is answered with a cancelled one', async () => {
    const { provider } = setUp(json({ id: 'abc', status: 'cancelled' }));
    const prepared = provider.prepareUpdate('abc', desired, identity);
    await expect(provider.update(CALENDAR, prepared, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what Google refuses', () => {
  it.each([
    [400, 'invalid', 'INVALID_INPUT', 'none'],
    [401, 'authError', 'AUTH_EXPIRED', 'none'],
    [403, 'forbidden', 'PERMISSION_DENIED', 'none'],
    [403, 'insufficientPermissions', 'PERMISSION_DENIED', 'none'],
    [403, 'accessNotConfigured', 'PERMISSION_DENIED', 'none'],
    [403, 'requiredAccessLevel', 'PERMISSION_DENIED', 'none'],
    [403, 'rateLimitExceeded', 'RATE_LIMITED', 'none'],
    [403, 'userRateLimitExceeded', 'RATE_LIMITED', 'none'],
    [403, 'quotaExceeded', 'RATE_LIMITED', 'none'],
    [404, 'notFound', 'NOT_FOUND', 'none'],
    [409, 'duplicate', 'CONFLICT', 'none'],
    [410, 'deleted', 'NOT_FOUND', 'none'],
    [412, 'conditionNotMet', 'PRECONDITION_FAILED', 'none'],
    [429, 'rateLimitExceeded', 'RATE_LIMITED', 'none'],
    [500, 'backendError', 'PROVIDER_ERROR', 'unknown'],
    [503, 'backendError', 'PROVIDER_ERROR', 'unknown'],
  ])('%i %s is %s', async (status, reason, code, effect) => {
    const { provider } = setUp(googleError(status, reason));
    const failure = provider.update(CALENDAR, { eventId: 'abc', body: '{}' }, null);
    await expect(failure).rejects.toMatchObject({ code, effect, detail: reason });
    // A sentence, with what to do next.
    await expect(failure).rejects.toThrow(/\. ?.+\.$|: .+\. .+\.$/);
    expect(isGoogleRateLimit(status, await googleError(status, reason).text())).toBe(code === 'RATE_LIMITED');
  });

  it.each([
    ['no JSON', new Response('<html>Bad gateway</html>', { status: 502 }), 'PROVIDER_ERROR'],
    ['an empty body', new Response('', { status: 403 }), 'PERMISSION_DENIED'],
    ['an old style error', json({ error: 'forbidden' }, 403), 'PERMISSION_DENIED'],
    [
      'a redirect',
      new Response('', { status: 302, headers: { location: 'https://portal.example/' } }),
      'PROVIDER_ERROR',
    ],
  ])('is understood with %s', async (_, answer, code) => {
    const { provider } = setUp(answer);
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({ code });
  });

  it('says how long to wait', async () => {
    const { provider } = setUp(json({}, 429, { 'retry-after': '30' }));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 30,
    });
  });

  it('is offline, with unknown effect, when there is no answer', async () => {
    const { provider } = setUp(new TypeError('fetch failed'));
    const failure = provider.create(CALENDAR, { eventId: 'abc', body: '{}' });
    await expect(failure).rejects.toMatchObject({ code: 'OFFLINE', effect: 'unknown' });
  });

  it('stays what it was when the token source said it', async () => {
    const { provider } = setUp(new AppError('AUTH_EXPIRED', 'Sign in again.'));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: 'Sign in again.',
    });
  });

  it('may have had an effect when an earlier attempt of the same call may have', async () => {
    const { provider } = setUp(json({}, 429, { 'calendar-sync-effect': 'unknown' }));
    const failure = provider.create(CALENDAR, { eventId: 'abc', body: '{}' });
    await expect(failure).rejects.toMatchObject({ code: 'RATE_LIMITED', effect: 'unknown' });
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
