import { describe, expect, it } from 'vitest';
import { batchedFetch } from '../../src/main/providers/microsoft/graph-batch.ts';
import { PREFER } from '../../src/main/providers/microsoft/graph-client.ts';
import { createMicrosoftProvider } from '../../src/main/providers/microsoft/microsoft-provider.ts';
import { createHttp, type HttpOptions } from '../../src/main/schedule/http.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { CALENDAR, EVENTS, event, GRAPH, graphError, json, last, page, WINDOW } from './microsoft-answers.ts';

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
interface Sent {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  /** What a batch carries. */
  readonly items: readonly Item[];
}
type Answer = (request: Sent) => Response | Promise<Response>;

/** Answers a batch with what each of its requests gets, the last first. */
const each =
  (answerTo: (item: Item) => object): Answer =>
  ({ items }) =>
    json({ responses: items.map((item) => ({ id: item.id, ...answerTo(item) })).reverse() });

const deleted = { status: 204, headers: { 'Cache-Control': 'private' } };
const refused = (status: number, code: string, headers = {}): object => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: { error: { code, message: '' } },
});
const isFor = (item: Item, id: string): boolean => item.url.endsWith(`/${id}`);

/** The provider as the app composes it; requests are answered by `answers`, one after the other, the last repeats. */
function setUp(answers: readonly Answer[], options: Partial<HttpOptions> = { budgetMs: 1 }) {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const start = clock.now().getTime();
  const sent: Sent[] = [];
  let open = 0;
  let mostOpen = 0;
  const carried = batchedFetch({
    baseUrl: GRAPH.replace('/v1.0', ''),
    clock,
    random,
    fetch: async (input, init) => {
      const body = String(init?.body ?? '');
      const request = {
        at: clock.now().getTime() - start,
        method: init?.method ?? 'GET',
        path: new URL(String(input)).pathname,
        headers: new Headers(init?.headers),
        body,
        items: String(input).endsWith('$batch') ? JSON.parse(body).requests : [],
      };
      sent.push(request);
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      try {
        return (await (answers[sent.length - 1] ?? answers.at(-1))?.(request)) ?? Response.error();
      } finally {
        open -= 1;
      }
    },
  });
  const http = createHttp({
    fetch: carried,
    clock,
    random,
    log: () => undefined,
    concurrency: 50,
    ...options,
  });
  const fetch: typeof http = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', 'Bearer t-1');
    return http(input, { ...init, headers });
  };
  const provider = createMicrosoftProvider({ baseUrl: GRAPH.replace('/v1.0', ''), fetch });
  const remove = (...ids: readonly string[]) =>
    Promise.allSettled(ids.map((id) => provider.delete(CALENDAR, id, `W/"${id}-1"`)));
  return { provider, carried, clock, sent, remove, mostOpen: () => mostOpen };
}

const outcome = (result: PromiseSettledResult<unknown>): unknown =>
  result.status === 'fulfilled' ? 'done' : [result.reason.code, result.reason.effect];

describe('what is written to a mailbox at the same moment', () => {
  it('goes out as one batch, each with its own bytes and headers', async () => {
    const stored = (item: Item): object =>
      item.method === 'DELETE' ? deleted : { status: 200, body: event('b') };
    const { provider, remove, sent } = setUp([each(stored)]);
    const body = '{"subject":"caf\\u00e9", "z":1,"a":2}';
    const [removed, updated] = await Promise.all([
      remove('a'),
      provider.update(
        CALENDAR,
        { eventId: 'b', body: body.replace('}', ',"singleValueExtendedProperties":[]}') },
        'W/"b-1"',
      ),
    ]);
    expect(removed.map(outcome)).toEqual(['done']);
    expect(updated.id).toBe('b');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: 'POST', path: '/microsoft/v1.0/$batch' });
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer t-1');
    const path = EVENTS.replace('/microsoft/v1.0', '');
    expect(sent[0]?.items).toMatchObject([
      { method: 'DELETE', url: `${path}/a`, headers: { 'if-match': 'W/"a-1"', prefer: PREFER } },
      {
        method: 'PATCH',
        url: `${path}/b`,
        headers: { 'if-match': 'W/"b-1"', prefer: PREFER, 'content-type': 'application/json' },
      },
    ]);
    for (const { id, headers } of sent[0]?.items ?? []) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers['client-request-id']).toBe(id);
    }
    expect(sent[0]?.body).toContain('"body":{"subject":"caf\\u00e9", "z":1,"a":2,');
  });

  it('goes out alone where it is one', async () => {
    const { remove, sent } = setUp([() => new Response(null, { status: 204 })]);
    expect((await remove('a')).map(outcome)).toEqual(['done']);
    expect(sent).toMatchObject([{ method: 'DELETE', path: `${EVENTS}/a` }]);
  });

  it('goes out twenty at a time, one batch after the other', async () => {
    const { remove, sent, mostOpen } = setUp([each(() => deleted)]);
    const ids = Array.from({ length: 45 }, (_, index) => `e${index}`);
    expect((await remove(...ids)).map(outcome)).toEqual(ids.map(() => 'done'));
    expect(sent.map(({ items }) => items.length)).toEqual([20, 20, 5]);
    expect(mostOpen()).toBe(1);
  });

  it('does not wait for pages of a listing, nor take them along', async () => {
    const { provider, remove, sent, mostOpen } = setUp([() => page([], last('d1')), each(() => deleted)]);
    const [listed] = await Promise.all([
      provider.pull(CALENDAR, null, WINDOW)[Symbol.asyncIterator]().next(),
      remove('a', 'b'),
    ]);
    expect(listed.value).toMatchObject({ kind: 'page', changes: [] });
    expect(sent.map(({ path, items }) => [path.split('/').at(-1), items.length])).toEqual([
      ['delta', 0],
      ['$batch', 2],
    ]);
    expect(mostOpen()).toBe(1);
  });

  it('goes out on behalf of whoever asks', async () => {
    const { carried, sent } = setUp([each(() => deleted), () => new Response(null, { status: 204 })]);
    const ask = (token: string, id: string): Promise<Response> =>
      carried(`${GRAPH}/me/events/${id}`, { method: 'DELETE', headers: { authorization: token } });
    await Promise.all([ask('one', 'a'), ask('two', 'b'), ask('one', 'c')]);
    expect(sent.map(({ headers, items }) => [headers.get('authorization'), items.length])).toEqual([
      ['one', 2],
      ['two', 0],
    ]);
  });
});

describe('a batch of which some is refused', () => {
  it('settles each by its own answer', async () => {
    const { remove } = setUp([
      each((item) => {
        if (isFor(item, 'stale')) return refused(412, 'ErrorIrresolvableConflict');
        if (isFor(item, 'gone')) return refused(404, 'ErrorItemNotFound');
        if (isFor(item, 'skipped')) return refused(424, 'FailedDependency');
        if (isFor(item, 'broken')) return refused(500, 'ErrorInternalServerError');
        return deleted;
      }),
    ]);
    expect((await remove('a', 'stale', 'gone', 'skipped', 'broken', 'b')).map(outcome)).toEqual([
      'done',
      ['PRECONDITION_FAILED', 'none'],
      'done',
      ['PROVIDER_ERROR', 'none'],
      ['PROVIDER_ERROR', 'unknown'],
      'done',
    ]);
  });

  it.each([429, 503])('asks again for that alone, and not before it may: %i', async (status) => {
    const { remove, sent } = setUp(
      [
        each((item) => (isFor(item, 'b') ? refused(status, 'Throttled', { 'Retry-After': '7' }) : deleted)),
        () => new Response(null, { status: 204 }),
      ],
      {},
    );
    expect((await remove('a', 'b', 'c')).map(outcome)).toEqual(['done', 'done', 'done']);
    expect(sent.map(({ path, items }) => [path, items.length])).toEqual([
      ['/microsoft/v1.0/$batch', 3],
      [`${EVENTS}/b`, 0],
    ]);
    expect((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(7_000);
  });

  it('hands the pause on where it is too long to wait for', async () => {
    const { remove } = setUp(
      [each(() => refused(429, 'ApplicationThrottled', { 'Retry-After': '600' }))],
      {},
    );
    for (const result of await remove('a', 'b')) {
      expect(result).toMatchObject({
        reason: { code: 'RATE_LIMITED', effect: 'none', retryAfterSeconds: 600 },
      });
    }
  });
});

describe('a batch whose answer is none', () => {
  const whole = (items: readonly Item[]): { id: string; status: number }[] =>
    items.map(({ id }) => ({ id, status: 204 }));
  const text = (body: string): Response => new Response(body, { headers: { 'content-type': 'text/html' } });

  it.each<[string, Answer]>([
    ['breaks off', ({ items }) => text(JSON.stringify({ responses: whole(items) }).slice(0, -9))],
    ['is a page of the hotel’s', () => text('<html>Sign in</html>')],
    ['is empty', () => text('')],
    ['is of another form', () => json({ value: [] })],
    [
      'answers one thing twice',
      ({ items }) => json({ responses: [...whole(items), ...whole(items.slice(1))] }),
    ],
    [
      'answers what was not asked',
      ({ items }) => json({ responses: [...whole(items), { id: '1', status: 204 }] }),
    ],
    [
      'has statuses that are none',
      ({ items }) => json({ responses: items.map(({ id }) => ({ id, status: 0 })) }),
    ],
    ['is an error of the server’s', () => graphError(503, 'serviceNotAvailable')],
    ['says that it took too long', () => graphError(408, 'RequestTimeout')],
  ])('may have done all of it: it %s', async (_, answer) => {
    const { remove } = setUp([answer]);
    expect((await remove('a', 'b')).map(outcome)).toEqual([
      ['PROVIDER_ERROR', 'unknown'],
      ['PROVIDER_ERROR', 'unknown'],
    ]);
  });

  it('may have done all of it: it never arrives', async () => {
    const { remove } = setUp([() => Promise.reject(new TypeError('fetch failed'))]);
    expect((await remove('a', 'b')).map(outcome)).toEqual([
      ['OFFLINE', 'unknown'],
      ['OFFLINE', 'unknown'],
    ]);
  });

  it('may have done what it leaves out, and is believed of the rest', async () => {
    const { remove } = setUp([({ items }) => json({ responses: whole(items.slice(1)) })]);
    expect((await remove('a', 'b')).map(outcome)).toEqual([['PROVIDER_ERROR', 'unknown'], 'done']);
  });

  it('has done none of it when it was to come back later', async () => {
    const { remove } = setUp([() => graphError(429, 'TooManyRequests', { 'retry-after': '30' })]);
    expect((await remove('a', 'b')).map(outcome)).toEqual([
      ['RATE_LIMITED', 'none'],
      ['RATE_LIMITED', 'none'],
    ]);
  });

  it('is asked for again as one', async () => {
    const { remove, sent } = setUp(
      [() => graphError(503, 'serviceNotAvailable', { 'retry-after': '3' }), each(() => deleted)],
      { random: { ...seededRandom(1), unit: () => 0 } },
    );
    expect((await remove('a', 'b')).map(outcome)).toEqual(['done', 'done']);
    expect(sent.map(({ items }) => items.length)).toEqual([2, 2]);
  });

  it.each([400, 404, 413])('is done one by one where Graph takes none of it: %i', async (status) => {
    const { remove, sent, mostOpen } = setUp([
      () => graphError(status, 'BadRequest'),
      () => graphError(400, 'ErrorInvalidRequest'),
      () => new Response(null, { status: 204 }),
    ]);
    expect((await remove('a', 'b')).map(outcome)).toEqual([['INVALID_INPUT', 'none'], 'done']);
    expect(sent.map(({ path }) => path.split('/').at(-1))).toEqual(['$batch', 'a', 'b']);
    expect(mostOpen()).toBe(1);
  });
});

describe('a batch that nobody waits for any more', () => {
  it('does not hold up what is asked next, and what has not left does not leave', async () => {
    const never = new Promise<Response>(() => undefined);
    const { carried, clock, sent } = setUp([() => never, () => new Response(null, { status: 204 })]);
    const [impatient, late] = [new AbortController(), new AbortController()];
    const ask = (id: string, signal?: AbortSignal): Promise<unknown> =>
      carried(`${GRAPH}/me/events/${id}`, { method: 'DELETE', ...(signal && { signal }) }).then(
        ({ status }) => status,
        (reason: unknown) => reason,
      );
    const hung = [ask('a', impatient.signal), ask('b', impatient.signal)];
    await clock.sleep(10);
    const [unsent, next] = [ask('c', late.signal), ask('d')];
    late.abort('late');
    impatient.abort('impatient');
    expect(await Promise.all([...hung, unsent, next])).toEqual(['impatient', 'impatient', 'late', 204]);
    expect(sent.map(({ path, items }) => [path.split('/').at(-1), items.length])).toEqual([
      ['$batch', 2],
      ['d', 0],
    ]);
  });
});
