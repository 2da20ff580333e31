import { describe, expect, it } from 'vitest';
import { signIn } from '../../src/main/auth/oauth.ts';
import { grantedAccess, revoke } from '../../src/main/auth/oauth-client.ts';
import { microsoftGraphBaseUrl, microsoftOAuthService } from '../../src/main/auth/oauth-settings.ts';
import { TestClock } from './http-clock.ts';
import { countingRandom, idToken, json, recordingFetch } from './oauth-service.ts';

const ID = { MICROSOFT_CLIENT_ID: 'client-1' };

describe('Microsoft as configured', () => {
  it('is the global cloud by default, for accounts of any kind', () => {
    expect(microsoftGraphBaseUrl({})).toBe('https://graph.microsoft.com');
    expect(microsoftOAuthService(ID)).toMatchObject({
      authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      revokeUrl: null,
      clientId: 'client-1',
      clientSecret: null,
      authorizationParameters: { response_mode: 'query', prompt: 'select_account' },
    });
  });

  it('takes what the environment says; set to nothing is not set', () => {
    const environment = {
      MICROSOFT_CLIENT_ID: ' client-2 ',
      MICROSOFT_CLIENT_SECRET: 's3cret',
      MICROSOFT_TENANT: 'contoso.example',
      MICROSOFT_AUTHORITY_URL: 'https://login.microsoftonline.us/',
      MICROSOFT_GRAPH_BASE_URL: 'https://graph.microsoft.us/',
    };
    expect(microsoftGraphBaseUrl(environment)).toBe('https://graph.microsoft.us');
    expect(microsoftOAuthService(environment)).toMatchObject({
      clientId: 'client-2',
      clientSecret: 's3cret',
      tokenUrl: 'https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token',
    });
    expect(microsoftOAuthService({ ...environment, MICROSOFT_TENANT: ' ' }).tokenUrl).toContain('/common/');
    expect(microsoftOAuthService({ ...environment, MICROSOFT_TENANT: '../evil?x' }).tokenUrl).toContain(
      '/..%2Fevil%3Fx/',
    );
  });

  it('needs a client id', () => {
    expect(() => microsoftOAuthService({})).toThrow(
      expect.objectContaining({ command: expect.stringContaining('MICROSOFT_CLIENT_ID is not set') }),
    );
  });

  it.each(['MICROSOFT_AUTHORITY_URL', 'MICROSOFT_GRAPH_BASE_URL'])(
    'refuses a bad %s and names it',
    (name) => {
      for (const value of ['http://login.example/', 'https://user:secret@login.example/', 'login.example']) {
        const read = () => [
          microsoftGraphBaseUrl({ [name]: value }),
          microsoftOAuthService({ ...ID, [name]: value }),
        ];
        expect(read, value).toThrow(
          expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(name) }),
        );
      }
    },
  );

  it('knows what the granted scopes are good for, however they are spelt', () => {
    const national = { ...ID, MICROSOFT_GRAPH_BASE_URL: 'https://graph.microsoft.us' };
    const service = microsoftOAuthService(national);
    const granted = (scope: string) => grantedAccess(service, `openid profile email User.Read ${scope}`);
    expect(granted('Calendars.ReadWrite')).toBe('write');
    expect(granted('https://graph.microsoft.com/Calendars.ReadWrite')).toBe('write');
    expect(granted('https://graph.microsoft.us/Calendars.Read')).toBe('read');
    expect(granted('Calendars.Read')).toBe('read');
    expect(granted('Calendars.ReadBasic')).toBeNull();
    for (const access of ['read', 'write'] as const) {
      expect(service.scopes[access]).toContain('offline_access');
      expect(grantedAccess(service, service.scopes[access].join(' '))).toBe(access);
    }
  });

  it('has nowhere to give a sign-in back', async () => {
    const { fetch, requests } = recordingFetch(() => json({}));
    const tokens = { accessToken: 'a', refreshToken: 'r', expiresAt: '2026-01-01T00:00:00Z', scope: '' };
    expect(await revoke(microsoftOAuthService(ID), tokens, fetch)).toBe(false);
    expect(requests).toEqual([]);
  });
});

describe('who signed in', () => {
  const claims = { sub: 'pairwise', aud: 'client-1', preferred_username: 'kim@contoso.example' };
  const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', scope: 'Calendars.Read' };

  async function signedIn(more: object) {
    const answer = { ...tokens, id_token: idToken({ ...claims, ...more }) };
    const openUrl = async (href: string) => {
      const page = new URL(href).searchParams;
      const back = new URL(page.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code: 'c', state: page.get('state') ?? '' }));
      await (await fetch(back)).text();
    };
    return signIn({
      service: microsoftOAuthService(ID),
      access: 'read',
      openUrl,
      fetch: recordingFetch(() => json(answer)).fetch,
      clock: new TestClock(),
      random: countingRandom(),
    });
  }

  it('is an object of a tenant, known by the address it signs in with', async () => {
    expect(await signedIn({ oid: 'o-1', tid: 't-1' })).toMatchObject({
      subject: 't-1/o-1',
      email: 'kim@contoso.example',
      access: 'read',
    });
  });

  it('has a mail address where Microsoft tells one', async () => {
    expect((await signedIn({ oid: 'o-1', tid: 't-1', email: 'k@contoso.example' })).email).toBe(
      'k@contoso.example',
    );
  });

  it('is whom the token is about where it says nothing else', async () => {
    expect((await signedIn({ tid: 't-1' })).subject).toBe('pairwise');
  });
});
