import fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FaultRule, Faults } from '../../src/sandbox/faults.ts';
import { inProcessFetch } from '../../src/sandbox/in-process-fetch.ts';

const ORIGIN = 'http://127.0.0.1:1';

/** A service that counts what took effect, with a clock on which every sleep is noted and over at once. */
function service() {
  const slept: number[] = [];
  const faults = new Faults({
    now: () => new Date('2026-10-19T09:00:00Z'),
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  });
  const app = fastify();
  let effects = 0;
  app.register((scope, _options, done) => {
    faults.attach(scope, 'thing');
    scope.all('/things/:id', async () => {
      effects += 1;
      return { hello: 'world' };
    });
    done();
  });
  const fetch = inProcessFetch(
    () => app,
    () => [ORIGIN],
  );
  return {
    app,
    faults,
    slept,
    effects: () => effects,
    add: (rule: Omit<FaultRule, 'service'>) => faults.add({ service: 'thing', ...rule }),
    get: (path = '/things/1', init?: RequestInit) => fetch(`${ORIGIN}${path}`, init),
  };
}

describe('effects', () => {
  it('answers a status instead of taking effect', async () => {
    const { add, get, effects } = service();
    add({ effect: { kind: 'status', status: 429, reason: 'slow_down', retryAfterSeconds: 3 } });
    const answer = await get();
    expect([answer.status, answer.headers.get('retry-after'), effects()]).toEqual([429, '3', 0]);
    expect(await answer.json()).toMatchObject({ status: 429, code: 'slow_down' });
    expect((await get()).status).toBe(200);
  });

  it('answers a status after taking effect', async () => {
    const { add, get, effects } = service();
    add({ effect: { kind: 'status', status: 502, body: '<html>Bad gateway</html>', when: 'after' } });
    const answer = await get();
    expect([answer.status, await answer.text(), effects()]).toEqual([502, '<html>Bad gateway</html>', 1]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('drops the connection %s the effect', async (when, expected) => {
    const { add, get, effects, faults } = service();
    add({ effect: { kind: 'drop', when } });
    const error = await get().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'fetch failed' });
    expect(effects()).toBe(expected);
    expect(faults.journal.entries().map(({ status }) => status)).toEqual([null]);
    expect((await get()).status).toBe(200);
  });

  it.each(['before', 'after'] as const)('drops a real connection %s the effect', async (when) => {
    const { add, app, effects } = service();
    onTestFinished(() => app.close());
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    add({ effect: { kind: 'drop', when } });
    await expect(fetch(`${origin}/things/1`, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect(effects()).toBe(when === 'after' ? 1 : 0);
    expect((await fetch(`${origin}/things/1`)).status).toBe(200);
  });

  it('cuts the body in the middle', async () => {
    const { add, get } = service();
    add({ effect: { kind: 'truncate' } });
    expect(await (await get()).text()).toBe('{"hello"');
  });

  it('delays on the clock, beside another effect', async () => {
    const { add, get, slept } = service();
    add({ effect: { kind: 'delay', milliseconds: 1500 } });
    add({ effect: { kind: 'status', status: 500 } });
    expect((await get()).status).toBe(500);
    expect(slept).toEqual([1500]);
  });

  it.each([
    ['a request', 'before', 0],
    ['the answer to a request', 'after', 1],
  ] as const)('holds %s back until it is removed, also the last that it hits', async (_, when, effect) => {
    const { add, get, faults, effects } = service();
    const id = add({ times: 1, effect: { kind: 'hold', when } });
    let answered = false;
    const held = get().then((answer) => {
      answered = true;
      return answer;
    });
    await expect.poll(() => [faults.hits(id), effects()]).toEqual([1, effect]);
    expect((await get()).status).toBe(200);
    expect([answered, effects()]).toEqual([false, effect + 1]);
    expect(faults.remove(id)).toBe(true);
    expect((await held).status).toBe(200);
    expect(faults.remove(id)).toBe(false);
  });

  it('lets go of what it holds when all faults are cleared', async () => {
    const { add, get, faults } = service();
    const id = add({ effect: { kind: 'hold' } });
    const held = get();
    await expect.poll(() => faults.hits(id)).toBe(1);
    faults.clear();
    expect((await held).status).toBe(200);
  });

  it('hands hooks to the service that asks for them', () => {
    const { add, faults } = service();
    add({ path: '/things/2', times: null, effect: { kind: 'hook', name: 'stale', argument: { by: 2 } } });
    const at = (url: string) => faults.takeHook('thing', 'stale', { method: 'GET', url });
    expect(at('/things/1')).toBeNull();
    expect(at('/things/2')).toEqual({ argument: { by: 2 } });
    expect(faults.takeHook('thing', 'stale')).toBeNull();
    expect(faults.takeHook('other', 'stale', { method: 'GET', url: '/things/2' })).toBeNull();
  });
});

describe('rules', () => {
  it('hit by method and path, after so many and so often', async () => {
    const { add, get, faults } = service();
    const id = add({
      method: 'post',
      path: 'things/7\\?x',
      skip: 1,
      times: 2,
      effect: { kind: 'status', status: 503 },
    });
    const statuses: number[] = [];
    for (const [method, path] of [
      ['GET', '/things/7?x'],
      ['POST', '/things/8?x'],
      ['POST', '/things/7?x'],
      ['POST', '/things/7?x'],
      ['POST', '/things/7?x'],
      ['POST', '/things/7?x'],
    ] as const) {
      statuses.push((await get(path, { method })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);
    expect(faults.hits(id)).toBe(2);
    expect(faults.active()).toEqual([]);
    expect(faults.tally()).toEqual({ 'thing:status-503': 2 });
  });

  it('last until removed when they have no count', async () => {
    const { add, get, faults } = service();
    const id = add({ id: 'outage', times: null, effect: { kind: 'status', status: 500 } });
    expect([(await get()).status, (await get()).status]).toEqual([500, 500]);
    expect(faults.active()).toMatchObject([{ id, hits: 2, remaining: null }]);
    expect([faults.remove(id), faults.remove(id)]).toEqual([true, false]);
    expect((await get()).status).toBe(200);
  });
});

describe('journal', () => {
  it('counts requests, and how many were open at once', async () => {
    const { get, add, faults } = service();
    add({ effect: { kind: 'status', status: 404 }, path: 'things/2' });
    await Promise.all([get('/things/1'), get('/things/2?x=1'), get('/things/3', { method: 'PUT' })]);
    expect(faults.journal.entries({ method: 'get', path: /things\/2/ })).toEqual([
      {
        service: 'thing',
        method: 'GET',
        url: '/things/2?x=1',
        at: '2026-10-19T09:00:00.000Z',
        status: 404,
        faultId: 'fault-1',
      },
    ]);
    expect(faults.journal.count()).toBe(3);
    expect(faults.journal.highWater('thing')).toBe(3);
    faults.journal.clear();
    expect(faults.journal.count()).toBe(0);
    expect(faults.journal.highWater('thing')).toBe(0);
  });
});

describe('in-process fetch', () => {
  it('finds nothing at another origin, and nothing once it is aborted', async () => {
    const { get, app } = service();
    await expect(
      inProcessFetch(
        () => app,
        () => [ORIGIN],
      )('http://127.0.0.1:2/things/1'),
    ).rejects.toThrow('fetch failed');
    await expect(get('/things/1', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});
