import { beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { Lines } from '../../src/main/schedule/lines.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { TestClock } from './http-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const URL_A = 'https://a.example/x';

let clock: TestClock;
let lines: Lines;
/** How the service answers now. */
let answer: () => Promise<Response>;
let requests: number;

beforeEach(() => {
  clock = new TestClock();
  requests = 0;
  answer = async () => new Response('down', { status: 503 });
  const fetch: Fetch = async (_input, init) => {
    requests += 1;
    init?.signal?.throwIfAborted();
    return Promise.race([
      answer(),
      new Promise<never>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      ),
    ]);
  };
  lines = new Lines({ clock, random: seededRandom(1), log: () => undefined, fetch });
});

const ok = async (): Promise<Response> => new Response('fine');
const gone = async (): Promise<never> => {
  throw new TypeError('fetch failed');
};
const ask = (unattended = true, url = URL_A, service = 'google'): Promise<Response> =>
  lines.fetch(service, unattended)(url);
/** What became of an unattended call, in a word. */
async function outcome(unattended = true, url = URL_A, service = 'google'): Promise<number | string> {
  try {
    return (await ask(unattended, url, service)).status;
  } catch (error) {
    return error instanceof AppError ? error.code : 'no answer';
  }
}

async function fail(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await outcome();
}

describe('a service that fails', () => {
  it('is not asked any more after five failures in a row, and the caller is told why', async () => {
    await fail(5);
    expect(requests).toBe(5);
    expect(await outcome()).toBe('PROVIDER_ERROR');
    expect(requests).toBe(5);
    await expect(ask()).rejects.toMatchObject({ effect: 'none', detail: 'circuit-open' });
  });

  it('is called offline when it did not answer at all', async () => {
    answer = gone;
    await fail(5);
    expect(await outcome()).toBe('OFFLINE');
    expect(await outcome(true, URL_A, 'booking')).toBe('no answer');
  });

  it('does not count as failing for failures that are not in a row', async () => {
    await fail(4);
    answer = ok;
    await ask();
    answer = gone;
    await fail(4);
    expect(await outcome()).toBe('no answer');
  });

  it('is asked by one request after a rest, and by all once that was answered', async () => {
    await fail(5);
    await clock.advance(30 * SECOND);
    answer = ok;
    expect(await Promise.all([outcome(), outcome(), outcome()])).toEqual([200, 200, 200]);
    expect(requests).toBe(8);
  });

  it('is left alone by those who waited when the one request failed', async () => {
    await fail(5);
    await clock.advance(30 * SECOND);
    expect(await Promise.all([outcome(), outcome(), outcome()])).toEqual([
      503,
      'PROVIDER_ERROR',
      'PROVIDER_ERROR',
    ]);
    expect(requests).toBe(6);
  });

  it('is asked ever more seldom, but again within eight minutes', async () => {
    await fail(5);
    for (let second = 0; second < 3_600; second += 1) {
      await outcome();
      await clock.advance(SECOND);
    }
    expect(requests).toBeGreaterThan(10);
    expect(requests).toBeLessThan(25);
    answer = ok;
    await clock.advance(8 * MINUTE);
    expect(await outcome()).toBe(200);
  });

  it('is not mistaken for another service or another host', async () => {
    await fail(5);
    expect(await outcome(true, 'https://b.example/x')).toBe(503);
    expect(await outcome(true, URL_A, 'booking')).toBe(503);
  });

  it('is asked all the same when somebody waits, and is well again when that works', async () => {
    await fail(5);
    answer = ok;
    expect(await outcome(false)).toBe(200);
    expect(await outcome(true)).toBe(200);
  });

  it('is not kept out for longer because the clock was set back', async () => {
    await fail(5);
    answer = ok;
    await clock.advance(-24 * 60 * MINUTE);
    expect(await outcome()).toBe(200);
  });
});

describe('news of the network', () => {
  it('lets what did not answer be asked at once, by one request', async () => {
    answer = gone;
    await fail(5);
    lines.reached();
    expect(await Promise.all([outcome(), outcome()])).toEqual(['no answer', 'OFFLINE']);
    expect(requests).toBe(6);
    answer = ok;
    lines.disturbed();
    expect(await outcome()).toBe(200);
  });

  it('leaves what answered badly its rest', async () => {
    await fail(5);
    lines.reached();
    lines.disturbed();
    expect(await outcome()).toBe('PROVIDER_ERROR');
  });

  it('does not count what waited on the network of before', async () => {
    answer = gone;
    await fail(5);
    await clock.advance(30 * SECOND);
    answer = () => new Promise(() => {});
    const probe = outcome();
    await clock.advance(SECOND);
    lines.disturbed();
    expect(await probe).toBe('no answer');
    answer = ok;
    expect(await outcome()).toBe(200);
  });
});

describe('a service that asks for a pause', () => {
  it('gets it from unattended calls, and not from those somebody waits for', async () => {
    answer = async () => new Response('', { status: 429, headers: { 'retry-after': '120' } });
    expect(await outcome()).toBe(429);
    expect(await outcome()).toBe('RATE_LIMITED');
    await clock.advance(119 * SECOND);
    expect(await outcome()).toBe('RATE_LIMITED');
    expect(await outcome(false)).toBe(429);
    answer = async () => new Response('', { status: 403 });
    expect(await outcome(false)).toBe(403);
    expect(await outcome()).toBe('RATE_LIMITED');
    await clock.advance(121 * SECOND);
    answer = ok;
    expect(await outcome()).toBe(200);
  });

  it.each([
    ['succeeds', ok],
    ['fails', async () => new Response('down', { status: 503 })],
    [
      'is asked for a shorter one',
      async () => new Response('', { status: 429, headers: { 'retry-after': '1' } }),
    ],
  ])('gets it, too, when a call that was under way before %s', async (_, earlier) => {
    const slow = Promise.withResolvers<Response>();
    answer = () => slow.promise;
    const underWay = outcome();
    await clock.advance(0);
    answer = async () => new Response('', { status: 429, headers: { 'retry-after': '120' } });
    expect(await outcome()).toBe(429);
    slow.resolve(await earlier());
    await underWay;
    await clock.advance(119 * SECOND);
    expect(await outcome()).toBe('RATE_LIMITED');
  });
});

describe('a call that is given up', () => {
  it('by its caller says nothing of the service', async () => {
    answer = () => new Promise(() => {});
    for (let time = 0; time < 6; time += 1) {
      const caller = new AbortController();
      const call = lines.fetch('google', true)(URL_A, { signal: caller.signal });
      caller.abort(new AppError('INTERNAL', 'Stopped.'));
      await expect(call).rejects.toThrow('Stopped.');
    }
    answer = ok;
    expect(await outcome()).toBe(200);
  });

  it('because the network changed ends as if no answer had come', async () => {
    answer = () => new Promise(() => {});
    const call = outcome();
    await clock.advance(SECOND);
    lines.disturbed();
    expect(await call).toBe('no answer');
    answer = ok;
    expect(await outcome()).toBe(200);
  });
});
