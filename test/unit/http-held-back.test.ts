import { expect, it } from 'vitest';
import { effectOf } from '../../src/main/request-effect.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { TestClock } from './http-clock.ts';

const heldBack = new AppError('PROVIDER_ERROR', 'Not asked for a while.');

/** A call that is answered with `status`, whose second attempt is not let through. */
function call(status: number): Promise<Response> {
  const clock = new TestClock();
  let isFirst = true;
  const http = createHttp({
    clock,
    random: seededRandom(1),
    log: () => undefined,
    fetch: async () => {
      if (!isFirst) throw heldBack;
      isFirst = false;
      return new Response('', { status });
    },
  });
  return clock.until(http('https://calendar.example/v3'));
}

it('an attempt that may have had its effect is what a call ends with when the next one is held back', async () => {
  const response = await call(503);
  expect([response.status, effectOf(response.headers)]).toEqual([503, 'unknown']);
});

it('a call without an effect ends with what held it back', async () => {
  await expect(call(429)).rejects.toBe(heldBack);
});

it('a call that waits already keeps to the longest pause that others are asked for meanwhile, and says once that it waits', async () => {
  const clock = new TestClock();
  const answers = [503, 429, 429];
  const pauses = ['', '5', '1'];
  const times: number[] = [];
  const retries: string[] = [];
  const begin = clock.now().getTime();
  const http = createHttp({
    clock,
    random: seededRandom(1),
    log: () => undefined,
    onRetry: ({ url, attempt }) => retries.push(`${url} ${attempt}`),
    fetch: async () => {
      const index = times.push(clock.now().getTime() - begin) - 1;
      const headers = { 'retry-after': pauses[index] ?? '' };
      return new Response('', { status: answers[index] ?? 200, headers });
    },
  });
  const calls = ['one', 'two', 'three'].map((name) => http(`https://calendar.example/${name}`));
  await clock.until(Promise.all(calls));
  expect(times).toHaveLength(6);
  for (const time of times.slice(3)) expect(time).toBeGreaterThanOrEqual(5_000);
  expect(retries).toEqual(['one', 'two', 'three'].map((name) => `https://calendar.example/${name} 1`));
});
