import type { OAuthService } from '../../src/main/auth/oauth-client.ts';
import type { Fetch, Random } from '../../src/main/ports.ts';

/** A sign-in service as the tests know it. */
export const SERVICE: OAuthService = {
  name: 'Example',
  authorizationUrl: 'https://accounts.example/authorize?tenant=1',
  tokenUrl: 'https://accounts.example/token',
  revokeUrl: 'https://accounts.example/revoke',
  clientId: 'client-1',
  clientSecret: null,
  scopes: { read: ['openid', 'email', 'cal.read'], write: ['openid', 'email', 'cal.write', 'list.read'] },
  sufficient: { read: [['cal.read']], write: [['cal.write', 'list.read']] },
  authorizationParameters: { access_type: 'offline' },
};

/** Different bytes at each call, the same in each run. */
export function countingRandom(): Random {
  let calls = 0;
  return {
    unit: () => 0.5,
    uuid: () => '00000000-0000-4000-8000-000000000000',
    bytes: (length) => {
      calls += 1;
      return new Uint8Array(length).fill(calls);
    },
  };
}

export function idToken(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

/** A service that answers each request by `answer` and keeps what it was asked. */
export function recordingFetch(answer: (form: URLSearchParams, url: string) => Response | Promise<Response>) {
  const requests: { readonly url: string; readonly form: URLSearchParams }[] = [];
  const fetch: Fetch = async (input, init) => {
    const form = new URLSearchParams(String(init?.body ?? ''));
    requests.push({ url: String(input), form });
    return answer(form, String(input));
  };
  return { fetch, requests };
}
