import { createPublicKey, verify } from 'node:crypto';
import { auth, calendar } from 'googleapis/build/src/apis/calendar/index.js';
import { describe, expect, it } from 'vitest';
import {
  ANNA,
  anEvent,
  askToken,
  authorizationCode,
  authorizationUrl,
  BEN,
  clientWith,
  createGoogle,
  REDIRECT_URI,
  redeeming,
  refusal,
  VERIFIER,
  WRITE_SCOPES,
} from './sandbox-google-fixture.ts';

const calendarId = 'primary';

async function signedIn(google = createGoogle(), email = ANNA, scope = WRITE_SCOPES) {
  const { sandbox, baseUrl } = google;
  const code = await authorizationCode(sandbox.fetch, baseUrl, email, scope);
  const { body } = await askToken(sandbox.fetch, baseUrl, redeeming(code));
  const ask = (form: Readonly<Record<string, string>>) => askToken(sandbox.fetch, baseUrl, form);
  const refresh = (token = body.refresh_token ?? '') =>
    ask({ grant_type: 'refresh_token', refresh_token: token });
  const list = (accessToken = body.access_token ?? '') =>
    clientWith(sandbox.fetch, baseUrl, accessToken).events.list({ calendarId });
  return { ...google, code, tokens: body, ask, refresh, list };
}

const claimsOf = (idToken: string) =>
  JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('the sign-in page', () => {
  it('lets the person choose an account, or deny', async () => {
    const { sandbox, baseUrl } = createGoogle();
    const answer = await sandbox.fetch(authorizationUrl(baseUrl), { headers: { accept: 'text/html,*/*' } });
    expect(answer.headers.get('content-type')).toContain('text/html');
    const html = await answer.text();
    expect(html).toContain('Sign in as Anna Smith');
    expect(html).toContain('Ben &#60;Jones&#62;');
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&#38;', '&'));
    const chosen = await sandbox.fetch(new URL(links[1] ?? '', authorizationUrl(baseUrl)));
    expect(chosen.status).toBe(302);
    const target = new URL(chosen.headers.get('location') ?? '');
    expect(target.href).toMatch(`${REDIRECT_URI}?`);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      state: 'state-1',
      code: expect.any(String),
    });
    const denied = new URL(links.at(-1) ?? '');
    expect(Object.fromEntries(denied.searchParams)).toEqual({ state: 'state-1', error: 'access_denied' });
  });

  it('is passed over where nobody can see it: the first account signs in', async () => {
    const { sandbox, baseUrl } = createGoogle();
    const answer = await sandbox.fetch(authorizationUrl(baseUrl), { redirect: 'manual' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { body } = await askToken(sandbox.fetch, baseUrl, redeeming(code));
    expect(claimsOf(body.id_token ?? '')).toMatchObject({ email: ANNA });
  });

  it('is passed over for the hinted account, or the one that approves of itself', async () => {
    const { sandbox, google, baseUrl } = createGoogle();
    const statusOf = async (overrides: Readonly<Record<string, string>>) =>
      (await sandbox.fetch(authorizationUrl(baseUrl, overrides))).status;
    expect(await statusOf({ login_hint: ANNA.toUpperCase() })).toBe(302);
    expect(await statusOf({ login_hint: 'stranger@x.example' })).toBe(200);
    google.configure({ autoApprove: BEN });
    expect(await statusOf({})).toBe(302);
    const code = await authorizationCode(sandbox.fetch, baseUrl, '');
    const { body } = await askToken(sandbox.fetch, baseUrl, redeeming(code));
    expect(claimsOf(body.id_token ?? '')).toMatchObject({ email: BEN, sub: '1002' });
  });

  it.each([
    ['an unknown client', { client_id: 'other' }],
    ['a redirect away from this machine', { redirect_uri: 'http://example.com/oauth' }],
    ['a redirect by https', { redirect_uri: 'https://127.0.0.1/oauth' }],
    ['another response type', { response_type: 'token' }],
    ['no state', { state: '' }],
    ['no scope', { scope: '' }],
    ['an unknown scope', { scope: 'openid https://www.googleapis.com/auth/drive' }],
    ['no challenge', { code_challenge: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
  ])('shows an error for %s, and sends nothing back to the client', async (_case, overrides) => {
    const { sandbox, baseUrl } = createGoogle();
    const url = authorizationUrl(baseUrl, { login_hint: ANNA, ...overrides });
    const answer = await sandbox.fetch(url);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).toContain('Access blocked');
  });

  it('accepts every loopback redirect', async () => {
    const { sandbox, baseUrl } = createGoogle();
    for (const host of ['127.0.0.1:1', '[::1]:65000', 'localhost:8080']) {
      const url = authorizationUrl(baseUrl, { login_hint: ANNA, redirect_uri: `http://${host}/cb` });
      expect((await sandbox.fetch(url)).status).toBe(302);
    }
  });
});

describe('the token endpoint', () => {
  it('trades a code for tokens, and says who signed in', async () => {
    const { tokens, sandbox, baseUrl } = await signedIn();
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
    expect(tokens.scope?.split(' ')).toContain('https://www.googleapis.com/auth/calendar.events');
    expect(tokens.refresh_token).toBeTruthy();
    const [header = '', payload = '', signature = ''] = (tokens.id_token ?? '').split('.');
    expect(claimsOf(tokens.id_token ?? '')).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: 'sandbox-google-client',
      sub: '1001',
      email: ANNA,
      email_verified: true,
      iat: Date.parse('2026-03-02T08:00:00Z') / 1000,
      exp: Date.parse('2026-03-02T09:00:00Z') / 1000,
    });
    const discovery = await sandbox.fetch(`${baseUrl}/.well-known/openid-configuration`);
    const { jwks_uri } = (await discovery.json()) as { jwks_uri: string };
    const { keys } = (await (await sandbox.fetch(jwks_uri)).json()) as { keys: [Record<string, string>] };
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('gives no id token without openid', async () => {
    const { tokens } = await signedIn(
      createGoogle(),
      ANNA,
      'https://www.googleapis.com/auth/calendar.readonly',
    );
    expect(tokens).not.toHaveProperty('id_token');
  });

  it('takes a code once, in time, with its verifier and redirect', async () => {
    const google = createGoogle();
    const { ask, code, sandbox, baseUrl, clock } = await signedIn(google);
    const fresh = () => authorizationCode(sandbox.fetch, baseUrl, ANNA);
    const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };
    expect(await ask(redeeming(code))).toMatchObject(invalidGrant);
    expect(await ask({ ...redeeming(await fresh()), code_verifier: `${VERIFIER}x` })).toMatchObject(
      invalidGrant,
    );
    expect(await ask({ ...redeeming(await fresh()), redirect_uri: 'http://127.0.0.1:1/' })).toMatchObject(
      invalidGrant,
    );
    const late = await fresh();
    clock.advance(600_000);
    expect(await ask(redeeming(late))).toMatchObject(invalidGrant);
    expect(await ask({ ...redeeming(await fresh()), code_verifier: '' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    expect(await ask({ grant_type: 'password' })).toMatchObject({
      body: { error: 'unsupported_grant_type' },
    });
  });

  it('knows its client, whose secret is optional but must be right', async () => {
    const { refresh, ask, tokens, sandbox, baseUrl } = await signedIn();
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await refresh()).status).toBe(200);
    expect((await ask({ ...form, client_secret: 'sandbox-google-secret' })).status).toBe(200);
    const invalidClient = { status: 401, body: { error: 'invalid_client' } };
    expect(await ask({ ...form, client_secret: 'wrong' })).toMatchObject(invalidClient);
    expect(await ask({ ...form, client_id: 'other' })).toMatchObject(invalidClient);
    const basic = Buffer.from('sandbox-google-client:sandbox-google-secret').toString('base64');
    const answer = await sandbox.fetch(`${baseUrl}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams(form),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('refreshes, with the same refresh token or a new one', async () => {
    const { refresh, list, google, clock } = await signedIn();
    google.configure({ accessTokenSeconds: 60 });
    const { body } = await refresh();
    expect(body).toMatchObject({ expires_in: 60 });
    expect(body).not.toHaveProperty('refresh_token');
    expect((await list(body.access_token)).status).toBe(200);
    clock.advance(60_000);
    expect(await refusal(list(body.access_token))).toBe('401 authError');
    google.configure({ rotateRefreshTokens: true });
    const rotated = await refresh();
    expect(rotated.body.refresh_token).toBeTruthy();
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh(rotated.body.refresh_token)).status).toBe(200);
  });

  it('refuses who has been revoked, by the client or by the person', async () => {
    const google = createGoogle();
    const anna = await signedIn(google, ANNA);
    const ben = await signedIn(google, BEN);
    const revoke = async (token: string) =>
      (
        await google.sandbox.fetch(`${google.baseUrl}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ token }),
        })
      ).status;
    expect(await revoke('unknown')).toBe(400);
    expect(await revoke(anna.tokens.access_token ?? '')).toBe(200);
    expect(await anna.refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await refusal(anna.list())).toBe('401 authError');
    expect((await ben.refresh()).status).toBe(200);
    google.google.revokeAccount(BEN);
    expect(await ben.refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await refusal(ben.list())).toBe('401 authError');
    expect(await refusal(ben.list(''))).toBe('401 authError');
  });
});

describe('over a socket', () => {
  it('serves Google’s own OAuth and Calendar clients', async () => {
    const { sandbox, google, clock } = createGoogle();
    try {
      const baseUrl = `${(await sandbox.listen()).origin}/google`;
      const code = await authorizationCode(fetch, baseUrl, ANNA);
      const client = new auth.OAuth2({
        clientId: 'sandbox-google-client',
        clientSecret: 'sandbox-google-secret',
        redirectUri: REDIRECT_URI,
        endpoints: { oauth2TokenUrl: `${baseUrl}/token`, oauth2RevokeUrl: `${baseUrl}/revoke` },
      });
      const { tokens } = await client.getToken({ code, codeVerifier: VERIFIER });
      // Without its end, that is: the sandbox's clock is not the machine's.
      const { access_token, refresh_token } = tokens;
      client.setCredentials({ access_token: access_token ?? null, refresh_token: refresh_token ?? null });
      const api = calendar({ version: 'v3', auth: client });
      const options = { rootUrl: `${baseUrl}/` };
      const { data } = await api.events.insert(
        { calendarId, requestBody: anEvent({ id: 'event1' }) },
        options,
      );
      expect(data.summary).toBe('Dentist');
      // Its token runs out: the client refreshes and asks again.
      clock.advance(3_600_000);
      const listed = await api.events.list({ calendarId, singleEvents: true }, options);
      expect(listed.data.items).toMatchObject([{ id: 'event1' }]);
      expect(google.event(ANNA, 'event1')?.creator?.email).toBe(ANNA);
    } finally {
      await sandbox.close();
    }
  });
});
