import { describe, expect, it } from 'vitest';
import { revoke, type TokenSet } from '../../src/main/auth/oauth-client.ts';
import { authorizedFetch, createTokenSource } from '../../src/main/auth/token-source.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { TestClock } from './http-clock.ts';
import { json, recordingFetch, SERVICE } from './oauth-service.ts';

const STORED: TokenSet = {
  accessToken: 'at-0',
  refreshToken: 'rt-0',
  expiresAt: '2026-03-02T09:00:00.000Z',
  scope: 'cal.read',
};

/** A token source over a store in memory and a service that hands out at-1, at-2, ... and rotates refresh tokens. */
function setUp(
  options: { stored?: TokenSet | null; answer?: (count: number) => Response | Promise<Response> } = {},
) {
  const clock = new TestClock();
  const events: string[] = [];
  let stored = options.stored === undefined ? STORED : options.stored;
  let failSaves = 0;
  let count = 0;
  const { fetch, requests } = recordingFetch((form) => {
    count += 1;
    events.push(`refresh ${form.get('refresh_token')}`);
    const usual = json({
      access_token: `at-${count}`,
      refresh_token: `rt-${count}`,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    return options.answer?.(count) ?? usual;
  });
  const source = createTokenSource({
    service: SERVICE,
    clock,
    fetch,
    load: async () => stored,
    save: async (tokens) => {
      if (failSaves > 0) {
        failSaves -= 1;
        throw new Error('disk full');
      }
      events.push(`save ${tokens.refreshToken}`);
      stored = tokens;
    },
  });
  return {
    clock,
    source,
    events,
    requests,
    stored: () => stored,
    replace: (tokens: TokenSet) => {
      stored = tokens;
    },
    failNextSave: () => {
      failSaves = 1;
    },
  };
}

describe('a token source', () => {
  it('hands out the stored token until a minute before its end', async () => {
    const { clock, source, requests } = setUp();
    await clock.advance(59 * 60_000);
    expect(await source.accessToken()).toBe('at-0');
    expect(requests).toHaveLength(0);
    await clock.advance(1);
    expect(await source.accessToken()).toBe('at-1');
  });

  it('refreshes once for all who ask at the same time', async () => {
    const { clock, source, requests } = setUp();
    await clock.advance(3_600_000);
    const tokens = await Promise.all([source.accessToken(), source.accessToken(), source.accessToken()]);
    expect(tokens).toEqual(['at-1', 'at-1', 'at-1']);
    expect(requests).toHaveLength(1);
  });

  it('stores a rotated refresh token before it hands out the new access token', async () => {
    const { clock, source, events } = setUp();
    await clock.advance(3_600_000);
    events.push(`use ${await source.accessToken()}`);
    await clock.advance(3_600_000);
    events.push(`use ${await source.accessToken()}`);
    expect(events).toEqual([
      'refresh rt-0',
      'save rt-1',
      'use at-1',
      'refresh rt-1',
      'save rt-2',
      'use at-2',
    ]);
  });

  it('does not lose a rotated refresh token that could not be stored', async () => {
    const { clock, source, requests, stored, failNextSave } = setUp();
    await clock.advance(3_600_000);
    failNextSave();
    await expect(source.accessToken()).rejects.toThrow('disk full');
    expect(await source.accessToken()).toBe('at-1');
    expect(stored()?.refreshToken).toBe('rt-1');
    expect(requests).toHaveLength(1);
  });

  it('keeps refresh token and scope when the service does not repeat them', async () => {
    const answer = () => json({ access_token: 'at-1', token_type: 'Bearer' });
    const { clock, source, stored } = setUp({ answer });
    await clock.advance(3_600_000);
    await source.accessToken();
    expect(stored()).toEqual({
      accessToken: 'at-1',
      refreshToken: 'rt-0',
      scope: 'cal.read',
      expiresAt: '2026-03-02T10:00:00.000Z',
    });
  });

  it('uses what a new sign-in has stored meanwhile', async () => {
    const { source, requests, replace } = setUp();
    await source.accessToken();
    source.invalidate('at-0');
    replace({ ...STORED, accessToken: 'at-new', refreshToken: 'rt-new' });
    expect(await source.accessToken()).toBe('at-new');
    expect(requests).toHaveLength(0);
  });

  it('asks for another token when the service refuses this one, and only then', async () => {
    const { source } = setUp();
    expect(await source.accessToken()).toBe('at-0');
    source.invalidate('at-0');
    expect(await source.accessToken()).toBe('at-1');
    source.invalidate('at-0');
    expect(await source.accessToken()).toBe('at-1');
  });

  it.each([
    ['the grant is gone', () => json({ error: 'invalid_grant' }, 400), 'AUTH_EXPIRED'],
    ['the client is refused', () => json({ error: 'unauthorized_client' }, 401), 'PERMISSION_DENIED'],
    ['the service fails', () => json({ error: 'internal_failure' }, 500), 'PROVIDER_ERROR'],
    ['the answer cannot be read', () => json({ access_token: 7 }), 'PROVIDER_ERROR'],
    [
      'there is no network',
      () => {
        throw new TypeError('fetch failed');
      },
      'OFFLINE',
    ],
  ])('when %s', async (_, answer, code) => {
    const { clock, source, stored } = setUp({ answer });
    await clock.advance(3_600_000);
    await expect(source.accessToken()).rejects.toMatchObject({ code });
    expect(stored()).toEqual(STORED);
  });

  it('says to sign in again when nothing is stored', async () => {
    const { source } = setUp({ stored: null });
    await expect(source.accessToken()).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: expect.stringContaining('sign in again'),
    });
  });

  it('recovers after a failed refresh', async () => {
    const answer = (count: number): Response =>
      count === 1 ? json({}, 503) : json({ access_token: 'at-2', token_type: 'Bearer' });
    const { clock, source } = setUp({ answer });
    await clock.advance(3_600_000);
    await expect(source.accessToken()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect(await source.accessToken()).toBe('at-2');
  });

  it('lets one who waits give up without taking the others along', async () => {
    const gate = Promise.withResolvers<Response>();
    const { clock, source } = setUp({ answer: () => gate.promise });
    await clock.advance(3_600_000);
    const controller = new AbortController();
    const leaving = expect(source.accessToken(controller.signal)).rejects.toThrow('enough');
    const staying = source.accessToken();
    controller.abort(new Error('enough'));
    await leaving;
    gate.resolve(json({ access_token: 'at-1', token_type: 'Bearer' }));
    expect(await staying).toBe('at-1');
  });

  it('is not upset by an absurd lifetime', async () => {
    const answer = () => json({ access_token: 'at-1', token_type: 'Bearer', expires_in: 1e30 });
    const { clock, source, stored } = setUp({ answer });
    await clock.advance(3_600_000);
    await source.accessToken();
    expect(stored()?.expiresAt).toBe('2026-04-01T09:00:00.000Z');
  });
});

describe('an authorized fetch', () => {
  function api(refuse: readonly string[]) {
    const sent: (string | null)[] = [];
    const fetch: Fetch = async (_, init) => {
      const header = new Headers(init?.headers).get('authorization');
      sent.push(header);
      return new Response('', { status: refuse.some((token) => header === `Bearer ${token}`) ? 401 : 200 });
    };
    return { fetch, sent };
  }

  it('adds the token and keeps the other headers', async () => {
    const { source } = setUp();
    let seen = new Headers();
    const fetch: Fetch = async (_, init) => {
      seen = new Headers(init?.headers);
      return new Response('');
    };
    await authorizedFetch(source, fetch)('https://api.example/', { headers: { 'if-match': '"1"' } });
    expect(Object.fromEntries(seen)).toEqual({ authorization: 'Bearer at-0', 'if-match': '"1"' });
  });

  it('tries a refused token once more with a fresh one', async () => {
    const { source } = setUp();
    const { fetch, sent } = api(['at-0']);
    const response = await authorizedFetch(source, fetch)('https://api.example/');
    expect(response.status).toBe(200);
    expect(sent).toEqual(['Bearer at-0', 'Bearer at-1']);
  });

  it('answers 401 when the fresh one is refused too', async () => {
    const { source } = setUp();
    const { fetch, sent } = api(['at-0', 'at-1']);
    const response = await authorizedFetch(source, fetch)('https://api.example/');
    expect(response.status).toBe(401);
    expect(sent).toHaveLength(2);
  });

  it('refreshes once when many requests are refused together', async () => {
    const { source, requests } = setUp();
    const { fetch } = api(['at-0']);
    const authorized = authorizedFetch(source, fetch);
    const responses = await Promise.all([1, 2, 3, 4].map((n) => authorized(`https://api.example/${n}`)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(requests).toHaveLength(1);
  });
});

describe('revoking', () => {
  it('takes back the refresh token', async () => {
    const { fetch, requests } = recordingFetch(() => new Response(''));
    expect(await revoke(SERVICE, STORED, fetch)).toBe(true);
    expect(requests.map(({ url, form }) => [url, form.get('token')])).toEqual([
      ['https://accounts.example/revoke', 'rt-0'],
    ]);
  });

  it('does not mind when that fails', async () => {
    const offline: Fetch = async () => {
      throw new TypeError('fetch failed');
    };
    expect(await revoke(SERVICE, STORED, offline)).toBe(false);
    expect(await revoke(SERVICE, STORED, async () => json({ error: 'invalid_token' }, 400))).toBe(false);
    expect(await revoke({ ...SERVICE, revokeUrl: null }, STORED, offline)).toBe(false);
  });
});
