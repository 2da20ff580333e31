import { BatchRequestContent, BatchResponseContent } from '@microsoft/microsoft-graph-client';
import { describe, expect, it } from 'vitest';
import {
  accessToken,
  anEvent,
  BEN,
  CALENDAR,
  clientWith,
  created,
  createMicrosoft,
  officialClient,
  PREFER,
  refusal,
} from './sandbox-microsoft-fixture.ts';

const EVENTS = `/me/calendars/${CALENDAR}/events`;
/** A request of a batch, as somebody may send it. */
interface BatchItem {
  readonly id: string;
  readonly method: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly dependsOn?: readonly string[];
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

async function withClient() {
  const fixture = createMicrosoft();
  const client = await officialClient(fixture);
  const send = async (requests: readonly BatchItem[]) => {
    const { responses } = await client.api('/$batch').post({ requests });
    const answers = responses as {
      id: string;
      status: number;
      headers: Record<string, string>;
      body?: never;
    }[];
    // They come as they are done.
    const place = (id: string): number => requests.findIndex((request) => request.id === id);
    return answers.sort((a, b) => place(a.id) - place(b.id));
  };
  return { ...fixture, client, send };
}

describe('a batch', () => {
  it('is made and read by the official client', async () => {
    const { client, baseUrl } = await withClient();
    const content = new BatchRequestContent([
      {
        id: '1',
        request: new Request(`${baseUrl}/v1.0${EVENTS}`, {
          method: 'POST',
          headers: { ...JSON_TYPE, Prefer: PREFER },
          body: JSON.stringify(anEvent()),
        }),
      },
      { id: '2', request: new Request(`${baseUrl}/v1.0/me/calendars`), dependsOn: ['1'] },
    ]);
    // The client takes the path behind the host for the item's, which is right for Graph and not for a server under a path.
    const { requests } = await content.getContent();
    const items = requests.map((item) => ({ ...item, url: item.url.replace(/^.*\/v1\.0/, '') }));
    const answer = new BatchResponseContent(await client.api('/$batch').post({ requests: items }));
    const first = answer.getResponseById('1');
    expect(first.status).toBe(201);
    expect(first.headers.get('preference-applied')).toBe(PREFER);
    expect(await first.json()).toMatchObject({ subject: 'Dentist', type: 'singleInstance' });
    expect(await answer.getResponseById('2').json()).toMatchObject({ value: [{ id: CALENDAR }, {}] });
  });

  it('answers each request by itself', async () => {
    const { send, client } = await withClient();
    const { id } = await created(client);
    const responses = await send([
      { id: 'gone', method: 'GET', url: `${EVENTS}/${id.replace('A', 'B')}` },
      { id: 'stale', method: 'DELETE', url: `/me/events/${id}`, headers: { 'If-Match': 'W/"x"' } },
      { id: 'read', method: 'GET', url: `me/events/${id}?$select=subject` },
      { id: 'delete', method: 'DELETE', url: `/me/events/${id}`, dependsOn: ['read'] },
    ]);
    expect(responses.map(({ status }) => status)).toEqual([400, 412, 200, 204]);
    expect(responses[1]?.body).toMatchObject({ error: { code: 'ErrorIrresolvableConflict' } });
    expect(responses[2]?.headers['Content-Type']).toContain('application/json');
    expect(responses[3]).not.toHaveProperty('body');
  });

  it('skips what depends on a request that failed', async () => {
    const { send, microsoft } = await withClient();
    const post = { method: 'POST', url: EVENTS, headers: JSON_TYPE };
    const responses = await send([
      { id: '1', ...post, body: { subject: 'No times' } },
      { id: '2', ...post, body: anEvent(), dependsOn: ['1'] },
      { id: '3', ...post, body: anEvent(), dependsOn: ['2'] },
      { id: '4', ...post, body: anEvent() },
    ]);
    expect(responses.map(({ status }) => status)).toEqual([400, 424, 424, 201]);
    expect(microsoft.events(CALENDAR)).toHaveLength(1);
  });

  it('lets faults hit single requests of it', async () => {
    const { send, faults, client } = await withClient();
    const throttled = { kind: 'status' as const, status: 429, retryAfterSeconds: 9 };
    faults.add({ service: 'microsoft', path: '/me/calendar$', effect: throttled });
    faults.add({ service: 'microsoft', path: '/me\\?', effect: { kind: 'drop', when: 'after' } });
    const get = (id: string, url: string) => ({ id, method: 'GET', url });
    const responses = await send([get('1', '/me/calendar'), get('2', '/me?x'), get('3', '/me')]);
    expect(responses.map(({ status }) => status)).toEqual([429, 504, 200]);
    expect(responses[0]?.headers['Retry-After']).toBe('9');
    expect(await refusal(client.api('/me/calendar').get())).toBe('was not refused');
  });

  it.each<[string, readonly BatchItem[]]>([
    [
      'more than twenty requests',
      Array.from({ length: 21 }, (_, id) => ({ id: `${id}`, method: 'GET', url: '/me' })),
    ],
    ['an id that comes twice', ['a', 'A'].map((id) => ({ id, method: 'GET', url: '/me' }))],
    ['a dependency on nothing', [{ id: '1', method: 'GET', url: '/me', dependsOn: ['2'] }]],
    ['a body without its type', [{ id: '1', method: 'POST', url: EVENTS, body: anEvent() }]],
    ['a write without a body', [{ id: '1', method: 'PATCH', url: EVENTS, headers: JSON_TYPE }]],
    ['no url', [{ id: '1', method: 'GET' }]],
  ])('is refused with %s', async (_case, requests) => {
    const { send, microsoft } = await withClient();
    expect(await refusal(send(requests))).toBe('400 BadRequest');
    expect(microsoft.events(CALENDAR)).toEqual([]);
  });
});

describe('a mailbox', () => {
  /** Holds requests back until they are let go. */
  async function withGate() {
    const fixture = createMicrosoft();
    const [anna, ben] = [await accessToken(fixture), await accessToken(fixture, BEN)];
    const gate = Promise.withResolvers<void>();
    fixture.clock.sleep = () => gate.promise;
    const effect = { kind: 'delay' as const, milliseconds: 1000 };
    fixture.faults.add({ service: 'microsoft', path: '/v1.0/', times: null, effect });
    const ask = (token: string, path = '/me/calendars') =>
      clientWith(fixture.sandbox.fetch, fixture.baseUrl, token).api(path).get();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    return { ...fixture, anna, ben, gate, ask, turn };
  }

  it('serves four requests at once, and refuses the fifth', async () => {
    const { anna, ben, gate, ask, turn, faults } = await withGate();
    const four = [1, 2, 3, 4].map(() => refusal(ask(anna)));
    await turn();
    const fifth = refusal(ask(anna));
    const bens = refusal(ask(ben));
    await turn();
    gate.resolve();
    expect(await Promise.all(four)).toEqual(Array(4).fill('was not refused'));
    expect(await fifth).toBe('429 ApplicationThrottled');
    expect(await bens).toBe('was not refused');
    expect(faults.journal.highWater('microsoft')).toBe(6);
    expect(await refusal(ask(anna))).toBe('was not refused');
  });

  it('says when to come back', async () => {
    const { anna, gate, sandbox, baseUrl, turn } = await withGate();
    const headers = { authorization: `Bearer ${anna}` };
    const answers = [1, 2, 3, 4, 5].map(() => sandbox.fetch(`${baseUrl}/v1.0/me`, { headers }));
    await turn();
    gate.resolve();
    const throttled = (await Promise.all(answers)).find(({ status }) => status === 429);
    expect(throttled?.headers.get('retry-after')).toBe('1');
    expect(await throttled?.json()).toMatchObject({
      error: { message: 'Application is over its MailboxConcurrency limit.' },
    });
  });

  it('is not held by a batch itself', async () => {
    const { send } = await withClient();
    const batches = [1, 2, 3, 4].map(() => send([{ id: '1', method: 'GET', url: '/me' }]));
    expect((await Promise.all(batches)).flat().map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is given four requests of a batch at once, and refuses those of a second one', async () => {
    const { anna, gate, turn, baseUrl, sandbox, faults } = await withGate();
    const send = async (size: number): Promise<readonly number[]> => {
      const requests = Array.from({ length: size }, (_, id) => ({ id: `${id}`, method: 'GET', url: '/me' }));
      const answer = await clientWith(sandbox.fetch, baseUrl, anna).api('/$batch').post({ requests });
      return answer.responses.map(({ status }: { status: number }) => status);
    };
    faults.clear();
    const effect = { kind: 'delay' as const, milliseconds: 1000 };
    faults.add({ service: 'microsoft', path: '/me$', times: null, effect });
    const [first, second] = [send(20), send(2)];
    for (let n = 0; n < 5; n += 1) await turn();
    expect(faults.journal.highWater('microsoft')).toBe(2 + 4 + 2);
    gate.resolve();
    expect(await first).toEqual(Array(20).fill(200));
    expect(await second).toEqual([429, 429]);
  });
});
