import { request } from 'node:http';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentProof } from '../../src/main/headless/agent/agent-file.ts';
import { createRpcClient } from '../../src/shared/rpc/client.ts';
import type { Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { EMPTY_SNAPSHOT, type Loopback, openLoopback, openSocket, stubProgram } from '../support/loopback.ts';

let loopback: Loopback;
let released: string[];
let pending: (() => void)[];

beforeEach(async () => {
  released = [];
  pending = [];
  const handlers: Partial<Handlers> = {
    'snapshot.get': () => EMPTY_SNAPSHOT,
    'holds.release': async ({ id }) => {
      released.push(id);
      if (id === 'wait') await new Promise<void>((resolve) => pending.push(resolve));
      return { deletions: 1 };
    },
  };
  loopback = await openLoopback(stubProgram(handlers));
});
afterEach(async () => {
  for (const finish of pending) finish();
  await loopback.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A request as anybody on this computer can send it, whatever a browser would allow. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { port } = loopback.server;
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host: `127.0.0.1:${port}`, ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.end(body);
  });
}

const own = (): string => loopback.server.origin;
const tokenOf = (link: string): string => new URL(link).hash.replace('#token=', '');

function exchange(token: string, headers: Record<string, string> = { origin: own() }): Promise<Answer> {
  return ask('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

/** Opens the link as the page does; the cookie that the browser then has. */
async function letIn(): Promise<string> {
  const { status, headers } = await exchange(tokenOf(loopback.server.link()));
  expect(status).toBe(204);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** Whether a WebSocket with these headers is let in; what it is told first. */
function connect(headers: Record<string, string>): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = openSocket(own(), headers, {
      onOpen: () => undefined,
      onText: (text) => {
        resolve(text);
        socket.close();
      },
      onClose: () => resolve(null),
    });
  });
}

describe('the loopback server', () => {
  it('listens on no address but 127.0.0.1 and ::1', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address }) => address);
    for (const host of [...others, '127.0.0.2']) {
      const reached = await new Promise((resolve) => {
        const socket = createConnection({ host, port: loopback.server.port });
        socket.on('connect', () => resolve(true));
        socket.on('error', () => resolve(false));
      });
      expect.soft({ host, reached }).toEqual({ host, reached: false });
    }
    expect((await ask('/healthz')).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    '10.0.0.1:PORT',
  ])('answers nothing to the host name %s', async (name) => {
    const host = name.replace('PORT', String(loopback.server.port));
    for (const path of ['/', '/healthz', '/metrics', '/agent?nonce=0123456789abcdef', '/session', '/rpc']) {
      const { status, text } = await ask(path, { headers: { host } });
      expect.soft({ path, status }).toEqual({ path, status: 421 });
      expect.soft(text).not.toContain('proof');
    }
    const { status } = await exchange(tokenOf(loopback.server.link()), { host, origin: `http://${host}` });
    expect(status).toBe(421);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const authorization = `Bearer ${loopback.secret}`;
    expect((await ask('/rpc', { headers: { ...upgrade, host, authorization } })).status).toBe(421);
  });

  it('tells every page what it may do, and lets nobody frame it', async () => {
    for (const path of ['/', '/app-1.js', '/nothing-here', '/healthz']) {
      const { headers } = await ask(path);
      const policy = String(headers['content-security-policy']);
      expect.soft(policy).toContain("default-src 'none'");
      expect.soft(policy).toContain("script-src 'self';");
      expect.soft(policy).not.toContain('unsafe');
      expect.soft(policy).toContain("frame-ancestors 'none'");
      expect.soft(headers).toMatchObject({
        ...{
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'no-referrer',
        },
        'cross-origin-resource-policy': 'same-origin',
      });
      expect.soft(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('serves the screens, and nothing beside them', async () => {
    expect(await ask('/')).toMatchObject({ status: 200, text: expect.stringContaining('Screens') });
    expect((await ask('/app-1.js')).headers['content-type']).toContain('javascript');
    const ways = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/app-1.js/../../secret.txt',
      '/..\\secret.txt',
      '/....//secret.txt',
      '//etc/passwd',
      '/%00/../secret.txt',
      '/%252e%252e/secret.txt',
    ];
    for (const path of ways) {
      const { status, text } = await ask(path);
      expect.soft({ path, isRefused: status >= 400 && status < 500 }).toEqual({ path, isRefused: true });
      expect.soft(text).not.toContain('nobody may read this');
    }
  });
});

describe('an address that cannot be decoded', () => {
  it.each(['/ics/%zz.ics', '/rpc/%', '/webhooks/%ff', '/%c3%28'])(
    '%s is refused like others',
    async (path) => {
      const { status, text } = await ask(path);
      expect({ status, ...JSON.parse(text) }).toEqual({
        status: 400,
        error: { message: 'That request cannot be answered.' },
      });
      expect((await ask(path, { headers: { host: 'calendar.example' } })).status).toBe(421);
    },
  );
});

describe('the link that opens the screens', () => {
  it('is traded once for a cookie that no script and no other site can use', async () => {
    const token = tokenOf(loopback.server.link());
    const { status, headers } = await exchange(token);
    expect(status).toBe(204);
    expect(String(headers['set-cookie'])).toMatch(
      new RegExp(`^calendar-sync-${loopback.server.port}=[\\w-]{43}; .*Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect((await exchange(token)).status).toBe(401);
  });

  it('opens the way to the program, for a page of our own only', async () => {
    const cookie = await letIn();
    expect((await ask('/session', { headers: { cookie } })).status).toBe(204);
    expect(await connect({ cookie, origin: own() })).toContain('"event":"snapshot"');
    for (const origin of ['http://evil.example', 'null', 'http://localhost:1', 'https://127.0.0.1', '']) {
      expect.soft({ origin, let: await connect(origin === '' ? { cookie } : { cookie, origin }) }).toEqual({
        origin,
        let: null,
      });
    }
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', ''])(
    'is not traded for a page of %j',
    async (origin) => {
      const token = tokenOf(loopback.server.link());
      const headers: Record<string, string> = origin === '' ? {} : { origin };
      expect((await exchange(token, headers)).status).toBe(403);
      // The refusal did not spend it.
      expect((await exchange(token)).status).toBe(204);
    },
  );

  it('is not needed for health, metrics and the page itself, and for everything else it is', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/metrics')).text).toBe('up 1\n');
    expect((await ask('/session')).status).toBe(401);
    expect(await connect({})).toBeNull();
    expect(await connect({ origin: own() })).toBeNull();
    expect(
      await connect({ origin: own(), cookie: `calendar-sync-${loopback.server.port}=${'x'.repeat(43)}` }),
    ).toBeNull();
    expect(await connect({ authorization: 'Bearer wrong' })).toBeNull();
    expect(released).toEqual([]);
  });

  it('when it is wrong too often is answered with 429, while a right one still works', async () => {
    const statuses: number[] = [];
    for (let number = 0; number < 40; number += 1) statuses.push((await exchange(`wrong-${number}`)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
    expect(loopback.log.mock.calls.length).toBeLessThanOrEqual(20);
    await letIn();
  });

  it.each([
    '',
    '{',
    '{}',
    '{"token":7}',
    '{"token":"a","more":1}',
    '[]',
    'null',
    `{"token":"${'x'.repeat(100_000)}"}`,
  ])('is refused when it comes as something else: %#', async (body) => {
    const headers = { origin: own(), 'content-type': 'application/json' };
    const { status } = await ask('/session', { method: 'POST', headers, body });
    expect([400, 401, 413]).toContain(status);
  });
});

describe('a command', () => {
  it('can make sure of whom it speaks to before it says anything', async () => {
    const nonce = '0123456789abcdef';
    const { text } = await ask(`/agent?nonce=${nonce}`);
    expect(JSON.parse(text)).toEqual({ version: '0.0.0', proof: agentProof(loopback.secret, nonce) });
    expect(text).not.toContain(loopback.secret);
    expect((await ask('/agent')).status).toBe(400);
    expect((await ask('/agent?nonce=short')).status).toBe(400);
  });
});

describe('a client that has gone wrong', () => {
  const talk = async (
    say: (socket: WebSocket) => void,
    answers: number,
  ): Promise<readonly { readonly id: number; readonly error?: { readonly code: string } }[]> => {
    const socket = new WebSocket(`${own().replace('http', 'ws')}/rpc`, {
      headers: { authorization: `Bearer ${loopback.secret}` },
    });
    const heard: { id: number; kind: string; error?: { code: string } }[] = [];
    await new Promise((resolve) => {
      socket.addEventListener('open', () => say(socket));
      socket.addEventListener('message', ({ data }) => {
        const message = JSON.parse(String(data));
        if (message.kind !== 'event') heard.push(message);
        if (heard.length === answers) resolve(undefined);
      });
      socket.addEventListener('close', resolve);
    });
    socket.close();
    return heard;
  };

  const deep = (depth: number): string =>
    `{"id":1,"method":"holds.list","input":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const bad: readonly [string, string | Uint8Array<ArrayBuffer>][] = [
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['half a message', '{"id":1,"method":"holds.rel'],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['nested 40 deep', deep(40)],
    ['nested 100,000 deep', deep(100_000)],
    ['two million characters', `{"id":1,"method":"holds.release","input":{"id":"${'x'.repeat(2_000_000)}"}}`],
    ['a list', '[]'],
    ['an unknown method', '{"id":1,"method":"format.disk","input":{}}'],
    ['a prototype', '{"id":1,"method":"__proto__","input":{}}'],
    ['a wrong shape', '{"id":1,"method":"holds.release","input":{"id":{}}}'],
  ];

  it.each(bad)('is answered with INVALID_INPUT, and others notice nothing: %s', async (_, message) => {
    const [answer] = await talk((socket) => socket.send(message), 1);
    expect(answer?.error?.code).toBe('INVALID_INPUT');
    expect(released).toEqual([]);
    const client = createRpcClient(loopback.transport());
    expect(await client.call('holds.release', { id: 'good' })).toEqual({ deletions: 1 });
  });

  it('is logged once, however often it repeats itself', async () => {
    const answers = await talk((socket) => {
      for (let number = 0; number < 500; number += 1) socket.send('hello');
    }, 500);
    expect(answers).toHaveLength(500);
    expect(loopback.log).toHaveBeenCalledTimes(1);
  });

  it('is cut off when it sends more than anybody could mean', async () => {
    const answers = await talk((socket) => socket.send('x'.repeat(5 * 1024 * 1024)), 1);
    expect(answers).toEqual([]);
    const client = createRpcClient(loopback.transport());
    expect(await client.call('holds.release', { id: 'good' })).toEqual({ deletions: 1 });
  });

  it('is told to wait when it asks for too much at once', async () => {
    const answers = await talk((socket) => {
      for (let id = 0; id < 150; id += 1) {
        socket.send(JSON.stringify({ id, method: 'holds.release', input: { id: 'wait' } }));
      }
    }, 50);
    expect(answers.map(({ error }) => error?.code)).toEqual(Array.from({ length: 50 }, () => 'RATE_LIMITED'));
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => index + 100));
    expect(released).toHaveLength(100);
  });
});
