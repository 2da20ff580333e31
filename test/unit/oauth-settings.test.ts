import { describe, expect, it } from 'vitest';
import { grantedAccess } from '../../src/main/auth/oauth-client.ts';
import { googleApiBaseUrl, googleOAuthService } from '../../src/main/auth/oauth-settings.ts';

const ID = { GOOGLE_CLIENT_ID: 'client-1' };

describe('Google as configured', () => {
  it('is Google itself by default', () => {
    expect(googleApiBaseUrl({})).toBe('https://www.googleapis.com');
    expect(googleOAuthService(ID)).toMatchObject({
      authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      revokeUrl: 'https://oauth2.googleapis.com/revoke',
      clientId: 'client-1',
      clientSecret: null,
      authorizationParameters: { access_type: 'offline', prompt: 'consent' },
    });
  });

  it('takes what the environment says; set to nothing is not set', () => {
    const environment = {
      GOOGLE_CLIENT_ID: ' client-2 ',
      GOOGLE_CLIENT_SECRET: 's3cret',
      GOOGLE_API_BASE_URL: 'http://127.0.0.1:8080/google/',
      GOOGLE_AUTH_URL: '',
      GOOGLE_TOKEN_URL: 'http://[::1]:8080/token',
    };
    expect(googleApiBaseUrl(environment)).toBe('http://127.0.0.1:8080/google');
    expect(googleOAuthService(environment)).toMatchObject({
      clientId: 'client-2',
      clientSecret: 's3cret',
      authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'http://[::1]:8080/token',
    });
  });

  it('needs a client id', () => {
    expect(() => googleOAuthService({ GOOGLE_CLIENT_ID: ' ' })).toThrow(
      expect.objectContaining({ command: expect.stringContaining('GOOGLE_CLIENT_ID is not set') }),
    );
  });

  it.each(['GOOGLE_AUTH_URL', 'GOOGLE_TOKEN_URL', 'GOOGLE_REVOKE_URL', 'GOOGLE_API_BASE_URL'])(
    'refuses a bad %s and names it',
    (name) => {
      const bad = [
        'http://accounts.example/',
        'http://127.0.0.1.evil.example/',
        'http://localhost.evil.example/',
        'ftp://127.0.0.1/',
        'https://user:secret@accounts.example/',
        'file:///etc/passwd',
        'accounts.example',
      ];
      for (const value of bad) {
        const read = () => [
          googleApiBaseUrl({ [name]: value }),
          googleOAuthService({ ...ID, [name]: value }),
        ];
        expect(read, value).toThrow(
          expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(name) }),
        );
      }
    },
  );

  it('allows http to this computer', () => {
    for (const host of ['127.0.0.1:1', '127.1.2.3', 'localhost:9', '[::1]']) {
      expect(googleApiBaseUrl({ GOOGLE_API_BASE_URL: `http://${host}/x` })).toBe(`http://${host}/x`);
    }
  });

  it('knows what the granted scopes are good for', () => {
    const service = googleOAuthService(ID);
    const granted = (...names: string[]) =>
      grantedAccess(
        service,
        ['openid', ...names.map((name) => `https://www.googleapis.com/auth/${name}`)].join(' '),
      );
    expect(granted('userinfo.email', 'calendar.events', 'calendar.calendarlist.readonly')).toBe('write');
    expect(granted('calendar')).toBe('write');
    expect(granted('calendar.readonly')).toBe('read');
    expect(granted('calendar.events')).toBeNull();
    expect(granted('calendar.calendarlist.readonly')).toBeNull();
    for (const access of ['read', 'write'] as const) {
      expect(grantedAccess(service, service.scopes[access].join(' '))).toBe(access);
    }
  });
});
