import { describe, expect, it } from 'vitest';
import type { Fetch, Random } from '../../src/main/ports.ts';
import { effectOf } from '../../src/main/request-effect.ts';
import { createHttp, type HttpAttempt, type HttpOptions } from '../../src/main/schedule/http.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { TestClock } from './http-clock.ts';

const URL_A = 'https://calendar.example/v3/events?syncToken=secret';

type Step = number | Response | Error | 'hang' | ((init: RequestInit) => Promise<Response>);

/** A service that goes through `steps`, then repeats the last. */
function service(clock: TestClock, steps: readonly Step[]) {
  const seen: { url: string; at: number; init: RequestInit }[] = [];
  const fetch: Fetch = async (input, init = {}) => {
    const step = steps[Math.min(seen.length, steps.length - 1)] ?? 200;
    seen.push({ url: String(input), at: clock.now().getTime(), init });
    if (step === 'hang') return new Promise(() => undefined);
    if (step instanceof Error) throw step;
    if (step instanceof Response) return step.clone();
    if (typeof step === 'function') return step(init);
    return new Response(`status ${step}`, { status: step });
  };
  return { fetch, seen };
}

const random = (unit: number): Random => ({
  unit: () => unit,
  uuid: () => '00000000-0000-4000-8000-000000000000',
  bytes: (length) => new Uint8Array(length),
});

function setUp(steps: readonly Step[], options: Partial<HttpOptions> & { readonly unit?: number } = {}) {
  const clock = new TestClock();
  const { fetch, seen } = service(clock, steps);
  const http = createHttp({
    fetch,
    clock,
    random: random(options.unit ?? 0.5),
    log: () => undefined,
    ...options,
  });
  const elapsed = (index: number): number => (seen[index]?.at ?? Number.NaN) - (seen[0]?.at ?? 0);
  return { clock, http, seen, elapsed };
}

const offline = (): Error => new TypeError('fetch failed');
const limited = (retryAfter: string, status = 429): Response =>
  new Response('', { status, headers: { 'retry-after': retryAfter } });

describe('trying again', () => {
  it.each([408, 429, 500, 502, 503, 504])('tries again on %i', async (status) => {
    const { clock, http, seen } = setUp([status, 200]);
    const response = await clock.until(http(URL_A));
    expect(response.status).toBe(200);
    expect(seen).toHaveLength(2);
  });

  it.each([200, 201, 301, 400, 401, 403, 404, 409, 410, 412, 422, 501])(
    'takes %i for an answer',
    async (status) => {
      const { clock, http, seen } = setUp([status]);
      expect((await clock.until(http(URL_A))).status).toBe(status);
      expect(seen).toHaveLength(1);
    },
  );

  it('tries again when no answer arrives, with the very same request', async () => {
    const { clock, http, seen } = setUp([offline(), offline(), 201]);
    const body = '{"id":"abc"}';
    const headers = { 'if-match': '"1"' };
    await clock.until(http(URL_A, { method: 'PATCH', headers, body }));
    expect(seen.map(({ url, init }) => [url, init.method, init.headers, init.body])).toEqual(
      Array.from({ length: 3 }, () => [URL_A, 'PATCH', headers, body]),
    );
  });

  it('tries again when the connection is cut in the middle of the body', async () => {
    const cut = async (): Promise<Response> => {
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield new TextEncoder().encode('{"items":[');
        throw new TypeError('terminated');
      };
      return new Response(ReadableStream.from(body()));
    };
    const { clock, http, seen } = setUp([cut, new Response('{"items":[]}')]);
    const response = await clock.until(http(URL_A));
    expect(await response.json()).toEqual({ items: [] });
    expect(seen).toHaveLength(2);
  });

  it('recognises rate limiting that hides behind another status', async () => {
    const isRateLimited = (status: number, text: string): boolean =>
      status === 403 && text.includes('userRateLimit');
    const hidden = new Response('{"reason":"userRateLimitExceeded"}', { status: 403 });
    const plain = new Response('{"reason":"forbidden"}', { status: 403 });
    const { clock, http, seen } = setUp([hidden, plain, 200], { isRateLimited });
    const response = await clock.until(http(URL_A));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('forbidden');
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /not trusted \(SELF_SIGNED_CERT_IN_CHAIN\).*CALENDAR_SYNC_CA_FILE/],
    ['CERT_HAS_EXPIRED', /has expired.*clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate of another host/],
  ])('does not try again when the certificate is not trusted: %s', async (code, sentence) => {
    const cause = Object.assign(new Error('a certificate'), { code });
    const { clock, http, seen } = setUp([new TypeError('fetch failed', { cause })]);
    await expect(clock.until(http(URL_A))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      effect: 'none',
      detail: code,
      message: expect.stringMatching(sentence),
    });
    expect(seen).toHaveLength(1);
  });

  it('remembers that an earlier attempt may have had its effect when the certificate fails later', async () => {
    const cause = Object.assign(new Error('a certificate'), { code: 'CERT_UNTRUSTED' });
    const { clock, http } = setUp([503, new TypeError('fetch failed', { cause })]);
    await expect(clock.until(http(URL_A))).rejects.toMatchObject({ effect: 'unknown' });
  });

  it('passes on what is already one of our errors', async () => {
    const { clock, http, seen } = setUp([new AppError('AUTH_EXPIRED', 'Sign in again.')]);
    await expect(clock.until(http(URL_A))).rejects.toMatchObject({ code: 'AUTH_EXPIRED' });
    expect(seen).toHaveLength(1);
  });

  it('tells of every attempt and of every wait', async () => {
    const attempts: HttpAttempt[] = [];
    const waits: number[] = [];
    const { clock, http } = setUp([offline(), 503, 200], {
      onRequest: (attempt) => attempts.push(attempt),
      onRetry: ({ waitMs }) => waits.push(waitMs),
    });
    await clock.until(http(URL_A));
    expect(attempts).toEqual([
      { url: URL_A, method: 'GET', attempt: 1, status: null },
      { url: URL_A, method: 'GET', attempt: 2, status: 503 },
      { url: URL_A, method: 'GET', attempt: 3, status: 200 },
    ]);
    expect(waits).toEqual([250, 500]);
  });

  it('keeps queries out of the log', async () => {
    const lines: string[] = [];
    const { clock, http } = setUp([503, 200], { log: (...line) => lines.push(JSON.stringify(line)) });
    await clock.until(http(URL_A));
    expect(lines.join()).toContain('calendar.example/v3/events');
    expect(lines.join()).not.toContain('secret');
  });
});

describe('waiting', () => {
  it('backs off exponentially, spread by chance, up to a ceiling', async () => {
    const { clock, http, elapsed } = setUp([503], { unit: 0.999_999, budgetMs: 60_000 });
    await clock.until(http(URL_A));
    expect([1, 2, 3, 4, 5, 6, 7].map((index) => elapsed(index) - elapsed(index - 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 8000, 8000,
    ]);
    const eager = setUp([503, 200], { unit: 0 });
    await eager.clock.until(eager.http(URL_A));
    expect(eager.elapsed(1)).toBe(0);
  });

  it.each([
    ['seconds', '7'],
    ['an HTTP date', 'Mon, 02 Mar 2026 08:00:07 GMT'],
  ])('is never shorter than Retry-After in %s', async (_, value) => {
    const { clock, http, elapsed } = setUp([limited(value), 200]);
    expect((await clock.until(http(URL_A))).status).toBe(200);
    expect(elapsed(1)).toBe(7000);
  });

  it('ignores a Retry-After that cannot be read', async () => {
    const { clock, http, elapsed } = setUp([limited('soon', 503), 200]);
    expect((await clock.until(http(URL_A))).status).toBe(200);
    expect(elapsed(1)).toBe(250);
  });

  it('gives up at once when Retry-After does not fit the budget', async () => {
    const { clock, http, seen } = setUp([limited('3600')]);
    const response = await clock.until(http(URL_A));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3600');
    expect(seen).toHaveLength(1);
    expect(clock.now().toISOString()).toBe('2026-03-02T08:00:00.000Z');
  });

  it('keeps within the budget and then fails as the last attempt did', async () => {
    const { clock, http, elapsed, seen } = setUp([503, offline()], { unit: 0.9 });
    await expect(clock.until(http(URL_A))).rejects.toThrow('fetch failed');
    expect(seen.length).toBeGreaterThan(3);
    expect(elapsed(seen.length - 1)).toBeLessThan(15_000);
  });

  it('ends even where no time passes', async () => {
    const { clock, http, seen } = setUp([limited('0')], { unit: 0 });
    expect((await clock.until(http(URL_A))).status).toBe(429);
    expect(seen).toHaveLength(10);
  });

  it('holds back every call to an origin that asked for a pause, and no other', async () => {
    const { clock, http, seen, elapsed } = setUp([limited('5'), 200]);
    const first = http(URL_A);
    await clock.advance(1000);
    const others = Promise.all([http('https://calendar.example/other'), http('https://elsewhere.example/')]);
    await clock.until(Promise.all([first, others]));
    const byUrl = Object.fromEntries(seen.map(({ url }, index) => [url, elapsed(index)]));
    expect(byUrl).toEqual({
      [URL_A]: 5000,
      'https://calendar.example/other': 5000,
      'https://elsewhere.example/': 1000,
    });
  });

  it('lets a later call try at once when the pause asked for was too long to wait', async () => {
    const { clock, http, elapsed } = setUp([limited('3600'), 200]);
    await clock.until(http(URL_A));
    expect((await clock.until(http(URL_A))).status).toBe(200);
    expect(elapsed(1)).toBe(0);
  });
});

describe('an attempt without an answer', () => {
  it('is given up after its time, also when it ignores its signal', async () => {
    const { clock, http, elapsed } = setUp(['hang', 200], { attemptTimeoutMs: 4000 });
    expect((await clock.until(http(URL_A))).status).toBe(200);
    expect(elapsed(1)).toBe(4250);
  });

  it('gets no more than what is left of the budget', async () => {
    const { clock, http } = setUp(['hang']);
    const start = clock.now().getTime();
    await expect(clock.until(http(URL_A))).rejects.toThrow('No answer within');
    expect(clock.now().getTime() - start).toBe(15_000);
  });

  it('leaves no timer behind when it is answered', async () => {
    const { clock, http } = setUp([200]);
    await http(URL_A);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('aborting', () => {
  it.each([
    ['under way', 'hang' as const],
    ['waiting', 503],
  ])('ends a call that is %s, with the reason given', async (_, step) => {
    const { clock, http, seen } = setUp([step]);
    const controller = new AbortController();
    const call = http(URL_A, { signal: controller.signal });
    const failure = expect(call).rejects.toThrow('enough');
    await clock.advance(10);
    controller.abort(new Error('enough'));
    await failure;
    expect(seen).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes a call out of the queue', async () => {
    const { clock, http, seen } = setUp(['hang', 200], { concurrency: 1 });
    const controller = new AbortController();
    const first = http('https://calendar.example/1');
    const failure = expect(http('https://calendar.example/2', { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    const third = http('https://calendar.example/3');
    await clock.advance(10);
    controller.abort(new Error('enough'));
    await failure;
    await clock.until(Promise.all([first, third]));
    expect(new Set(seen.map(({ url }) => url.slice(-1)))).toEqual(new Set(['1', '3']));
  });
});

describe('concurrency', () => {
  it('keeps to the limit, first come first served', async () => {
    const open: (() => void)[] = [];
    let most = 0;
    const clock = new TestClock();
    const order: string[] = [];
    const fetch: Fetch = async (input) => {
      order.push(String(input).slice(-1));
      await new Promise<void>((resolve) => open.push(resolve));
      return new Response('');
    };
    const http = createHttp({ fetch, clock, random: random(0), log: () => undefined, concurrency: 3 });
    const calls = Promise.all(
      ['1', '2', '3', '4', '5', '6', '7'].map((n) => http(`https://calendar.example/${n}`)),
    );
    for (let round = 0; round < 7; round += 1) {
      await clock.advance(0);
      most = Math.max(most, open.length);
      open.shift()?.();
    }
    await calls;
    expect(most).toBe(3);
    expect(order.join('')).toBe('1234567');
  });
});

describe('what a failed call may have done', () => {
  it.each([
    ['an answer was lost before', [offline(), 412], 'unknown'],
    ['a server failed before', [503, 409], 'unknown'],
    ['it was only told to wait before', [429, 412], 'none'],
    ['it was refused at once', [412], 'none'],
  ] as const)('%s: %s', async (_, steps, effect) => {
    const { clock, http } = setUp(steps);
    const response = await clock.until(http(URL_A, { method: 'PATCH', body: '{}' }));
    expect(effectOf(response.headers)).toBe(effect);
  });

  it('does not believe a service that claims it', async () => {
    const { clock, http } = setUp([
      new Response('', { status: 412, headers: { 'calendar-sync-effect': 'unknown' } }),
    ]);
    expect(effectOf((await clock.until(http(URL_A))).headers)).toBe('none');
  });
});

describe('one large answer over a slow line', () => {
  const afterMs = (clock: TestClock, milliseconds: number) => async (): Promise<Response> => {
    await clock.sleep(milliseconds);
    return new Response('all of it');
  };

  it('may take longer than all attempts together otherwise would, but not be tried again then', async () => {
    const steps: Step[] = [];
    const { clock, http, seen } = setUp(steps, { attemptTimeoutMs: 30_000, budgetMs: 15_000 });
    steps.push(afterMs(clock, 25_000), 'hang');
    expect(await (await clock.until(http(URL_A))).text()).toBe('all of it');
    await expect(clock.until(http(URL_A))).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'No answer within 30000 ms',
    });
    expect(seen).toHaveLength(2);
  });
});

describe('bodies', () => {
  it('sends form parameters as a string', async () => {
    const { clock, http, seen } = setUp([200]);
    await clock.until(http(URL_A, { method: 'POST', body: new URLSearchParams({ a: '1 2' }) }));
    expect(seen[0]?.init.body).toBe('a=1+2');
  });

  it('sends a Request again, body and all', async () => {
    const { clock, http, seen } = setUp([503, 200]);
    await clock.until(http(new Request(URL_A, { method: 'POST', body: 'text', headers: { 'x-a': '1' } })));
    expect(seen.map(({ init }) => [init.method, init.body, new Headers(init.headers).get('x-a')])).toEqual([
      ['POST', 'text', '1'],
      ['POST', 'text', '1'],
    ]);
  });

  it('refuses a body that could be sent only once', async () => {
    const { http } = setUp([200]);
    const body = new ReadableStream();
    await expect(http(URL_A, { method: 'POST', body, duplex: 'half' })).rejects.toThrow('string bodies');
  });

  it('answers with status, headers and body as they came, also without a body', async () => {
    const { clock, http } = setUp([new Response(null, { status: 204, headers: { etag: '"1"' } })]);
    const response = await clock.until(http(URL_A));
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([204, '"1"', '']);
  });

  it('gives up an answer that does not end', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    const endless = async (): Promise<Response> =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    const { clock, http } = setUp([endless]);
    await expect(clock.until(http(URL_A))).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      detail: 'too-large',
    });
  });
});

describe('who is told', () => {
  it('is told as much of an address as may be told', async () => {
    const told: string[] = [];
    const { clock, http } = setUp([503, 200], {
      shownUrl: (url) => new URL(url).origin,
      log: (_level, _scope, message) => told.push(message),
      onRequest: ({ url }) => told.push(url),
      onRetry: ({ url }) => told.push(url),
    });
    await clock.until(http(URL_A));
    expect(told.length).toBeGreaterThan(3);
    expect(told.join()).not.toContain('/v3/');
    expect(told.join()).toContain('https://calendar.example');
  });
});
