import { expect, it } from 'vitest';
import { createHttp } from '../../src/main/schedule/http.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { TestClock } from './http-clock.ts';

it('a call that is told to give up finishes the attempt under way, waits for no other, and makes none', async () => {
  const clock = new TestClock();
  const stop = new AbortController();
  let attempts = 0;
  const http = createHttp({
    clock,
    random: seededRandom(1),
    log: () => undefined,
    giveUp: stop.signal,
    fetch: async () => {
      attempts += 1;
      return new Response('', { status: 503 });
    },
    onRetry: () => stop.abort(),
  });
  const before = clock.now().getTime();
  expect((await clock.until(http('https://calendar.example/v3'))).status).toBe(503);
  expect((await clock.until(http('https://calendar.example/v3'))).status).toBe(503);
  expect(attempts).toBe(2);
  expect(clock.now().getTime()).toBe(before);
});
