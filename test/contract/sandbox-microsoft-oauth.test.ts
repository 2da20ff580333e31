import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MICROSOFT_SANDBOX_TENANT } from '../../src/sandbox/microsoft/state.ts';
import { PERSONAL_TENANT } from '../../src/sandbox/microsoft/tenant.ts';
import {
  ANNA,
  anEvent,
  askToken,
  authorizationCode,
  authorizationUrl,
  BEN,
  CALENDAR,
  clientWith,
  createMicrosoft,
  officialClient,
  READ_SCOPES,
  REDIRECT_URI,
  redeeming,
  refusal,
  VERIFIER,
  WRITE_SCOPES,
} from './sandbox-microsoft-fixture.ts';

async function signedIn(fixture = createMicrosoft(), email = ANNA, scope = WRITE_SCOPES) {
  const code = await authorizationCode(fixture, email, scope);
  const { body } = await askToken(fixture, redeeming(code));
  const refresh = (token = body.refresh_token ?? '') =>
    askToken(fixture, { grant_type: 'refresh_token', refresh_token: token });
  const me = (token = body.access_token ?? '') =>
    refusal(clientWith(fixture.sandbox.fetch, fixture.baseUrl, token).api('/me').get());
  return { ...fixture, fixture, code, tokens: body, refresh, me };
}

const claimsOf = (idToken = '') =>
  JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** Where an authorization request leads: the page's status, or what the redirect carries. */
async function outcome(
  fixture: ReturnType<typeof createMicrosoft>,
  overrides: Readonly<Record<string, string>>,
  tenant = fixture.tenant,
) {
  const url = authorizationUrl({ ...fixture, tenant }, overrides);
  const { status, headers } = await fixture.sandbox.fetch(url, { redirect: 'manual' });
  const location = headers.get('location');
  return location === null ? status : Object.fromEntries(new URL(location).searchParams);
}

describe('the sign-in page', () => {
  it('lets the person choose an account, or decline', async () => {
    const fixture = createMicrosoft();
    const { sandbox } = fixture;
    const url = authorizationUrl(fixture, { prompt: 'select_account' });
    const html = await (await sandbox.fetch(url, { headers: { accept: 'text/html,*/*' } })).text();
    expect(html).toContain('Sign in with Microsoft');
    expect(html).toContain('Ben &#60;Jones&#62;');
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&#38;', '&'));
    const chosen = await sandbox.fetch(new URL(links[0] ?? '', url));
    const target = new URL(chosen.headers.get('location') ?? '');
    expect(target.href).toMatch(`${REDIRECT_URI}?`);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      state: 'state-1',
      code: expect.any(String),
    });
    expect(Object.fromEntries(new URL(links.at(-1) ?? '').searchParams)).toMatchObject({
      state: 'state-1',
      error: 'access_denied',
      error_description: expect.stringContaining('AADSTS65004'),
    });
  });

  it('is passed over for the hinted account, or the one that approves of itself', async () => {
    const fixture = createMicrosoft();
    const code = { state: 'state-1', code: expect.any(String) };
    expect(await outcome(fixture, { login_hint: ANNA.toUpperCase() })).toMatchObject(code);
    expect(await outcome(fixture, { login_hint: ANNA, prompt: 'select_account' })).toBe(200);
    expect(await outcome(fixture, { login_hint: 'stranger@x.example' })).toBe(200);
    expect(await outcome(fixture, { prompt: 'none' })).toMatchObject({ error: 'login_required' });
    // Where nobody can see it: the first account signs in.
    expect(await outcome(fixture, { prompt: 'select_account' })).toMatchObject(code);
    fixture.microsoft.configure({ autoApprove: BEN });
    for (const prompt of ['none', 'select_account', 'consent', 'login']) {
      expect(await outcome(fixture, { prompt })).toMatchObject(code);
    }
  });

  it.each([
    ['an unknown client', { client_id: 'other' }],
    ['a redirect away from this machine', { redirect_uri: 'http://example.com/oauth' }],
    ['a redirect by https', { redirect_uri: 'https://127.0.0.1/oauth' }],
    ['a redirect to [::1], which Microsoft does not take', { redirect_uri: 'http://[::1]:1234/oauth' }],
  ])('shows an error for %s, and sends nothing back to the client', async (_case, overrides) => {
    expect(await outcome(createMicrosoft(), { login_hint: ANNA, ...overrides })).toBe(400);
  });

  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['no scope', { scope: '' }, 'invalid_request'],
    ['an unknown scope', { scope: 'openid Mail.Read' }, 'invalid_scope'],
    ['no challenge', { code_challenge: '' }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'please' }, 'invalid_request'],
  ])('sends an error back for %s', async (_case, overrides, error) => {
    expect(await outcome(createMicrosoft(), { login_hint: ANNA, ...overrides })).toMatchObject({
      error,
      error_description: expect.stringMatching(/^AADSTS\d+: /),
      state: 'state-1',
    });
  });
});

describe('a tenant', () => {
  it('lets in only whom it knows', async () => {
    const fixture = createMicrosoft();
    const account = { name: 'X', oid: 'x', timeZone: 'Europe/London', calendars: [] };
    fixture.microsoft.addAccount({ ...account, email: 'p@x.example', tenantId: PERSONAL_TENANT });
    fixture.microsoft.addAccount({ ...account, email: 'o@x.example', tenantId: 'another-tenant' });
    const letsIn = async (tenant: string) => {
      const members = [ANNA, 'p@x.example', 'o@x.example'].map(async (login_hint) =>
        typeof (await outcome(fixture, { login_hint }, tenant)) === 'object' ? login_hint[0] : '',
      );
      return (await Promise.all(members)).join('');
    };
    expect(await letsIn('common')).toBe('apo');
    expect(await letsIn('organizations')).toBe('ao');
    expect(await letsIn('consumers')).toBe('p');
    expect(await letsIn(MICROSOFT_SANDBOX_TENANT)).toBe('a');
    expect(await letsIn('another-tenant')).toBe('o');
    expect(await outcome(fixture, {}, 'nowhere')).toBe(400);
    expect(await askToken(fixture, {}, 'nowhere')).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    const code = await authorizationCode(fixture, ANNA);
    expect((await askToken(fixture, redeeming(code), 'consumers')).body).toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('the token endpoint', () => {
  it('trades a code for tokens, and says who signed in', async () => {
    const { tokens, sandbox, baseUrl, tenant, clientId } = await signedIn();
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3599,
      scope: 'openid email User.Read Calendars.ReadWrite',
    });
    expect((tokens.access_token ?? '').length + (tokens.refresh_token ?? '').length).toBeGreaterThan(2560);
    const [header = '', payload = '', signature = ''] = (tokens.id_token ?? '').split('.');
    expect(claimsOf(tokens.id_token)).toMatchObject({
      iss: `${baseUrl}/login/${tenant}/v2.0`,
      aud: clientId,
      oid: 'oid-anna',
      tid: tenant,
      email: ANNA,
      preferred_username: ANNA,
      iat: Date.parse('2026-03-02T08:00:00Z') / 1000,
      exp: Date.parse('2026-03-02T09:00:00Z') / 1000,
    });
    const discovery = await sandbox.fetch(`${baseUrl}/login/${tenant}/v2.0/.well-known/openid-configuration`);
    const { jwks_uri, issuer } = (await discovery.json()) as Record<string, string>;
    expect(issuer).toBe(`${baseUrl}/login/${tenant}/v2.0`);
    const { keys } = (await (await sandbox.fetch(jwks_uri ?? '')).json()) as {
      keys: [Record<string, string>];
    };
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    expect(
      verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
    ).toBe(true);
  });

  it('gives a refresh token and an id token only to who asked for them', async () => {
    const { tokens } = await signedIn(createMicrosoft(), ANNA, 'https://graph.microsoft.com/Calendars.Read');
    expect(tokens.scope).toBe('Calendars.Read');
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(tokens).not.toHaveProperty('id_token');
  });

  it('takes a code once, in time, with its verifier and redirect', async () => {
    const { fixture, code, clock } = await signedIn();
    const fresh = () => authorizationCode(fixture, ANNA);
    const refused = async (form: Readonly<Record<string, string>>) => {
      const { status, body } = await askToken(fixture, form);
      return `${status} ${body.error} ${body.error_description?.slice(0, 14)}`;
    };
    expect(await refused(redeeming(code))).toBe('400 invalid_grant AADSTS70008: T');
    const other = { ...redeeming(await fresh()), code_verifier: `${VERIFIER}x` };
    expect(await refused(other)).toBe('400 invalid_grant AADSTS501481: ');
    const elsewhere = { ...redeeming(await fresh()), redirect_uri: 'http://127.0.0.1:1/' };
    expect(await refused(elsewhere)).toBe('400 invalid_grant AADSTS500112: ');
    const late = await fresh();
    clock.advance(600_000);
    expect(await refused(redeeming(late))).toBe('400 invalid_grant AADSTS70008: T');
    expect(await refused({ ...redeeming(late), code: '' })).toBe('400 invalid_request AADSTS900144: ');
    expect(await refused({ grant_type: 'password' })).toBe('400 unsupported_grant_type AADSTS70003: T');
  });

  it('words its errors as Entra does', async () => {
    const { body } = await askToken(createMicrosoft(), { grant_type: 'refresh_token', refresh_token: 'x' });
    expect(body).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(
        /^AADSTS50173: .+ Trace ID: .+ Timestamp: 2026-03-02 08:00:00Z$/,
      ),
      error_codes: [50173],
      timestamp: '2026-03-02 08:00:00Z',
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      error_uri: expect.any(String),
    });
  });

  it('knows its client, whose secret is optional but must be right', async () => {
    const { fixture, tokens, sandbox } = await signedIn();
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const secret = sandbox.env().MICROSOFT_CLIENT_SECRET ?? '';
    expect(await askToken(fixture, { ...form, client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await askToken(fixture, { ...form, client_id: 'other' })).toMatchObject({
      status: 400,
      body: { error: 'unauthorized_client' },
    });
    expect((await askToken(fixture, { ...form, client_secret: secret })).status).toBe(200);
  });

  it('refreshes with a new refresh token each time, or the same', async () => {
    const { refresh, me, microsoft, clock } = await signedIn();
    microsoft.configure({ accessTokenSeconds: 60 });
    const rotated = await refresh();
    expect(rotated.body).toMatchObject({ expires_in: 60, refresh_token: expect.any(String) });
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await me(rotated.body.access_token)).toBe('was not refused');
    clock.advance(60_000);
    expect(await me(rotated.body.access_token)).toBe('401 InvalidAuthenticationToken');
    microsoft.configure({ rotateRefreshTokens: false });
    const kept = await refresh(rotated.body.refresh_token);
    expect(kept.body).not.toHaveProperty('refresh_token');
    expect((await refresh(rotated.body.refresh_token)).status).toBe(200);
  });

  it('refuses whom the person has revoked', async () => {
    const fixture = createMicrosoft();
    const [anna, ben] = [await signedIn(fixture, ANNA), await signedIn(fixture, BEN)];
    fixture.microsoft.revokeAccount(ANNA);
    expect(await anna.refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await anna.me()).toBe('401 InvalidAuthenticationToken');
    expect(await ben.me()).toBe('was not refused');
  });
});

describe('scopes', () => {
  it('open what they name and nothing else', async () => {
    const fixture = createMicrosoft();
    const reader = await officialClient(fixture, ANNA, READ_SCOPES);
    const events = `/me/calendars/${CALENDAR}/events`;
    const { id } = fixture.microsoft.addEvent(CALENDAR, anEvent());
    expect((await reader.api(events).get()).value).toHaveLength(1);
    const denied = '403 ErrorAccessDenied';
    expect(await refusal(reader.api(events).post(anEvent()))).toBe(denied);
    expect(await refusal(reader.api(`/me/events/${id}`).patch({ subject: 'X' }))).toBe(denied);
    expect(await refusal(reader.api(`/me/events/${id}`).delete())).toBe(denied);
    const stranger = await officialClient(fixture, ANNA, 'openid User.Read');
    expect(await refusal(stranger.api('/me/calendars').get())).toBe(denied);
    expect(await stranger.api('/me').get()).toMatchObject({
      id: 'oid-anna',
      mail: ANNA,
      displayName: 'Anna Smith',
    });
    const nobody = await officialClient(fixture, ANNA, 'openid Calendars.Read');
    expect(await refusal(nobody.api('/me').get())).toBe(denied);
  });
});

describe('over a socket', () => {
  it('serves the official client, links included', async () => {
    const fixture = createMicrosoft();
    const { sandbox } = fixture;
    try {
      await sandbox.listen();
      const env = sandbox.env();
      const baseUrl = env.MICROSOFT_GRAPH_BASE_URL ?? '';
      expect(env.MICROSOFT_AUTHORITY_URL).toBe(`${baseUrl}/login`);
      const listening = { ...fixture, baseUrl, sandbox: { ...sandbox, fetch } };
      const code = await authorizationCode(listening, ANNA);
      const { body } = await askToken(listening, redeeming(code));
      const client = clientWith(fetch, baseUrl, body.access_token ?? '');
      await client.api('/me/events').post(anEvent());
      await client.api('/me/events').post(anEvent());
      const window = 'startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z';
      const page = await client.api(`/me/calendarView?${window}`).top(1).get();
      const next = await fetch(page['@odata.nextLink'], {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      expect(await next.json()).toMatchObject({ value: [{ subject: 'Dentist' }] });
    } finally {
      await sandbox.close();
    }
  });
});
