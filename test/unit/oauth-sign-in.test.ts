import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type SignInOptions, signIn } from '../../src/main/auth/oauth.ts';
import { TestClock } from './http-clock.ts';
import { countingRandom, idToken, json, recordingFetch, SERVICE } from './oauth-service.ts';

const ANSWER = {
  access_token: 'at-1',
  refresh_token: 'rt-1',
  token_type: 'Bearer',
  expires_in: 3599,
  scope: 'openid email cal.write list.read',
  id_token: idToken({
    iss: 'https://whoever.example',
    sub: 'user-1',
    email: 'kim@example.com',
    aud: 'client-1',
  }),
};

interface Page {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A browser's request to this computer, with any Host it likes. */
async function visit(url: string, options: { host?: string; method?: string } = {}): Promise<Page> {
  const { host, method = 'GET' } = options;
  const sent = httpRequest(url, {
    method,
    agent: false,
    ...(host !== undefined && { headers: { host } }),
  }).end();
  const [message] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return { status: message.statusCode, body: Buffer.concat(chunks).toString(), headers: message.headers };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a sign-in and answers with the page that was opened, the sign-in still waiting for its redirect. */
async function start(overrides: Partial<SignInOptions> = {}, answer: () => Response = () => json(ANSWER)) {
  const clock = new TestClock();
  const { fetch, requests } = recordingFetch(answer);
  const opened = Promise.withResolvers<string>();
  const result = signIn({
    service: SERVICE,
    access: 'write',
    openUrl: async (url) => opened.resolve(url),
    fetch,
    clock,
    random: countingRandom(),
    ...overrides,
  });
  result.catch(() => undefined);
  const page = new URL(await opened.promise);
  const redirect = new URL(page.searchParams.get('redirect_uri') ?? '');
  const callback = (parameters: Record<string, string>): string => {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };
  const state = page.searchParams.get('state') ?? '';
  return { clock, requests, result, page, redirect, callback, state, port: Number(redirect.port) };
}

describe('the authorization request', () => {
  it('asks with S256, a state, the scopes of the access and a loopback redirect', async () => {
    const { page, redirect, callback, state, result, requests } = await start({
      loginHint: 'kim@example.com',
    });
    const asked = Object.fromEntries(page.searchParams);
    expect(page.origin + page.pathname).toBe('https://accounts.example/authorize');
    expect(asked).toMatchObject({
      tenant: '1',
      response_type: 'code',
      client_id: 'client-1',
      scope: 'openid email cal.write list.read',
      code_challenge_method: 'S256',
      access_type: 'offline',
      login_hint: 'kim@example.com',
    });
    expect(redirect.hostname).toBe('127.0.0.1');
    expect(Number(redirect.port)).toBeGreaterThan(0);
    await visit(callback({ code: 'c-1', state }));
    await result;
    const form = requests[0]?.form;
    expect(Object.fromEntries(form ?? [])).toMatchObject({
      grant_type: 'authorization_code',
      code: 'c-1',
      client_id: 'client-1',
      redirect_uri: redirect.href,
    });
    const challenge = createHash('sha256')
      .update(form?.get('code_verifier') ?? '')
      .digest('base64url');
    expect(asked.code_challenge).toBe(challenge);
    expect(form?.get('code_verifier')).not.toBe(state);
  });

  it('asks for read scopes only when only reading is wanted', async () => {
    const { page, callback, state, result } = await start({ access: 'read' });
    expect(page.searchParams.get('scope')).toBe('openid email cal.read');
    await visit(callback({ code: 'c-1', state }));
    // More may have been granted at an earlier time; what was asked for now is what counts.
    await expect(result).resolves.toMatchObject({ access: 'read' });
  });

  it('sends the client secret where there is one', async () => {
    const { callback, state, result, requests } = await start({
      service: { ...SERVICE, clientSecret: 's3cret' },
    });
    await visit(callback({ code: 'c-1', state }));
    await result;
    expect(requests[0]?.form.get('client_secret')).toBe('s3cret');
  });
});

describe('the sign-in', () => {
  it('tells who signed in, what was granted and the tokens', async () => {
    const { callback, state, result } = await start();
    const { status, body, headers } = await visit(
      callback({ code: 'c-1', state, iss: 'https://accounts.example' }),
    );
    expect(await result).toEqual({
      subject: 'user-1',
      email: 'kim@example.com',
      access: 'write',
      tokens: {
        accessToken: 'at-1',
        refreshToken: 'rt-1',
        expiresAt: '2026-03-02T08:59:59.000Z',
        scope: 'openid email cal.write list.read',
      },
    });
    expect(status).toBe(200);
    expect(body).toContain('You can close this window');
    expect(body).not.toMatch(/<script|<link|src=|https?:\/\//);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['less was granted than asked', 'openid email cal.read', 'read'],
    ['more was granted than asked', 'cal.write list.read cal.read openid', 'write'],
    ['nothing is said of scopes', undefined, 'write'],
  ])('says so when %s', async (_, scope, access) => {
    const { callback, state, result } = await start({}, () => json({ ...ANSWER, scope }));
    await visit(callback({ code: 'c-1', state }));
    await expect(result).resolves.toMatchObject({ access });
  });

  it.each([
    ['the calendars were unticked', { scope: 'openid email' }, 'PERMISSION_DENIED', /tick every box/],
    ['there is no refresh token', { refresh_token: undefined }, 'PERMISSION_DENIED', /no lasting access/],
    ['there is no id token', { id_token: undefined }, 'PROVIDER_ERROR', /who signed in/],
    ['the id token is garbage', { id_token: 'a.b.c' }, 'PROVIDER_ERROR', /who signed in/],
    [
      'the id token is for another client',
      { id_token: idToken({ sub: 'user-1', email: 'k@example.com', aud: ['client-2'] }) },
      'PROVIDER_ERROR',
      /who signed in/,
    ],
    ['the token is no bearer token', { token_type: 'mac' }, 'PROVIDER_ERROR', /cannot be read/],
    ['there is no access token', { access_token: '' }, 'PROVIDER_ERROR', /cannot be read/],
  ])('fails when %s', async (_, change, code, message) => {
    const { callback, state, result, port } = await start({}, () => json({ ...ANSWER, ...change }));
    await visit(callback({ code: 'c-1', state }));
    await expect(result).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await isListening(port)).toBe(false);
  });

  it.each([
    ['access_denied', 'PERMISSION_DENIED'],
    ['server_error', 'PROVIDER_ERROR'],
  ])('ends with %s as %s', async (error, code) => {
    const { callback, state, result, requests, port } = await start();
    const { body } = await visit(callback({ error, state }));
    expect(body).toContain('Nothing was connected');
    await expect(result).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(0);
    expect(await isListening(port)).toBe(false);
  });

  it('never shows a token or code in its errors', async () => {
    const { callback, state, result } = await start({}, () => json({ ...ANSWER, token_type: 'mac' }));
    await visit(callback({ code: 'c-secret', state }));
    const error = await result.catch((thrown: Error) => thrown);
    expect(`${JSON.stringify(error)} ${String(error)} ${String((error as Error).cause)}`).not.toMatch(
      /at-1|rt-1|c-secret/,
    );
  });
});

describe('the redirect listener', () => {
  it.each([
    ['a wrong state', { code: 'c-evil', state: 'guessed' }, 400],
    ['no state', { code: 'c-evil' }, 400],
    ['neither code nor error', {}, 400],
  ])('refuses %s and goes on waiting', async (_, parameters, status) => {
    const { callback, state, result, requests } = await start();
    const refused = await visit(callback('code' in parameters ? parameters : { state }));
    expect(refused.status).toBe(status);
    await visit(callback({ code: 'c-good', state }));
    await expect(result).resolves.toMatchObject({ subject: 'user-1' });
    expect(requests.map(({ form }) => form.get('code'))).toEqual(['c-good']);
  });

  it('refuses a state that stands twice', async () => {
    const { callback, state, result } = await start();
    expect((await visit(`${callback({ code: 'c-evil', state })}&state=${state}`)).status).toBe(400);
    await visit(callback({ code: 'c-good', state }));
    await expect(result).resolves.toMatchObject({ subject: 'user-1' });
  });

  it('refuses a foreign host, another path and another method', async () => {
    const { callback, state, result, redirect, port } = await start();
    const good = callback({ code: 'c-evil', state });
    const refused = [
      await visit(good, { host: 'evil.example' }),
      await visit(good, { host: `localhost:${port}` }),
      await visit(good.replace(redirect.pathname, '/')),
      await visit(good.replace(redirect.pathname, `${redirect.pathname}/`)),
      await visit(good, { method: 'POST' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([421, 421, 404, 404, 405]);
    await visit(callback({ code: 'c-good', state }));
    await expect(result).resolves.toMatchObject({ subject: 'user-1' });
  });

  it('takes one redirect only', async () => {
    const { callback, state, result, requests } = await start();
    // Both at once: whichever comes second is refused, by a page or by a closed door.
    const visits = await Promise.allSettled([
      visit(callback({ code: 'c-1', state })),
      visit(callback({ code: 'c-2', state })),
    ]);
    await result;
    expect(visits.filter((one) => one.status === 'fulfilled' && one.value.status === 200)).toHaveLength(1);
    expect(requests).toHaveLength(1);
    await expect(visit(callback({ code: 'c-3', state }))).rejects.toThrow('ECONNREFUSED');
  });

  it('listens on 127.0.0.1 alone, and on nothing afterwards', async () => {
    const { callback, state, result, port } = await start();
    expect(await isListening(port)).toBe(true);
    await expect(visit(`http://[::1]:${port}/`)).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/);
    await visit(callback({ code: 'c-1', state }));
    await result;
    expect(await isListening(port)).toBe(false);
  });

  it('stops after five minutes', async () => {
    const { clock, result, port } = await start();
    await clock.advance(299_000);
    expect(await isListening(port)).toBe(true);
    await clock.advance(1000);
    await expect(result).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('within 5 minutes'),
    });
    expect(await isListening(port)).toBe(false);
  });

  it('stops when it is cancelled, even with a browser connected', async () => {
    const controller = new AbortController();
    const { result, port, clock } = await start({ signal: controller.signal });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    controller.abort();
    await expect(result).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('cancelled'),
    });
    await once(socket, 'close');
    expect(await isListening(port)).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops when the browser cannot be opened', async () => {
    let port = 0;
    const openUrl = async (url: string): Promise<void> => {
      port = Number(new URL(new URL(url).searchParams.get('redirect_uri') ?? '').port);
      throw new Error('no browser');
    };
    const options = {
      service: SERVICE,
      access: 'read',
      fetch,
      clock: new TestClock(),
      random: countingRandom(),
    } as const;
    await expect(signIn({ ...options, openUrl })).rejects.toThrow('no browser');
    expect(await isListening(port)).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const { callback, state, result, clock } = await start();
    await visit(callback({ code: 'c-1', state }));
    await result;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the token endpoint', () => {
  it.each([
    ['the code is refused', json({ error: 'invalid_grant' }, 400), 'AUTH_EXPIRED'],
    ['the client is refused', json({ error: 'invalid_client' }, 401), 'PERMISSION_DENIED'],
    ['it is overloaded', json({}, 429), 'RATE_LIMITED'],
    ['it fails', new Response('<html>', { status: 502 }), 'PROVIDER_ERROR'],
    ['it answers with a web page', new Response('<html>Hotel Wi-Fi'), 'PROVIDER_ERROR'],
  ])('when %s', async (_, answer, code) => {
    const { callback, state, result } = await start({}, () => answer);
    await visit(callback({ code: 'c-1', state }));
    await expect(result).rejects.toMatchObject({ code });
  });

  it('when it cannot be reached', async () => {
    const { callback, state, result } = await start({}, () => {
      throw new TypeError('fetch failed');
    });
    await visit(callback({ code: 'c-1', state }));
    await expect(result).rejects.toMatchObject({ code: 'OFFLINE' });
  });
});
