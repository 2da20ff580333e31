import { createHash } from 'node:crypto';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import type { SandboxFetch } from '../../src/sandbox/ports.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';

export const ANNA = 'anna@gmail.example';
export const BEN = 'ben@gmail.example';
export const TEAM = 'team@group.calendar.example';
export const LONDON = 'Europe/London';

const SCOPE = 'https://www.googleapis.com/auth/calendar';
export const WRITE_SCOPES = `openid email ${SCOPE}.events ${SCOPE}.calendarlist.readonly`;
export const READ_SCOPES = `openid email ${SCOPE}.readonly`;
export const REDIRECT_URI = 'http://127.0.0.1:49152/oauth/callback';
export const VERIFIER = 'verifier-of-at-least-forty-three-characters-0123456789';

/** A clock that moves when it is told to. */
function handClock(start = '2026-03-02T08:00:00Z') {
  let time = Date.parse(start);
  return {
    now: () => new Date(time),
    sleep: async (milliseconds: number) => {
      time += milliseconds;
    },
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

/** Anna owns her calendar and the team's; Ben owns his and may only read the team's, and of Anna's only when she is busy. */
export function createGoogle() {
  const clock = handClock();
  const sandbox = createSandbox({ clock, random: seededRandom(11) });
  const { google, faults } = sandbox;
  const team = { id: TEAM, summary: 'Team', timeZone: LONDON };
  const anna = { id: ANNA, summary: 'Anna', timeZone: LONDON };
  google.addAccount({
    email: ANNA,
    sub: '1001',
    name: 'Anna Smith',
    calendars: [
      { ...anna, primary: true, accessRole: 'owner' },
      { ...team, accessRole: 'owner' },
    ],
  });
  google.addAccount({
    email: BEN,
    sub: '1002',
    name: 'Ben <Jones>',
    calendars: [
      { id: BEN, summary: 'Ben', timeZone: LONDON, primary: true, accessRole: 'owner' },
      { ...team, accessRole: 'reader' },
      { ...anna, accessRole: 'freeBusyReader' },
    ],
  });
  return { sandbox, google, faults, clock, baseUrl: sandbox.urls().google };
}

export function authorizationUrl(baseUrl: string, overrides: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: 'sandbox-google-client',
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: WRITE_SCOPES,
    state: 'state-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...overrides,
  });
  return `${baseUrl}/o/oauth2/v2/auth?${query}`;
}

export async function authorizationCode(
  fetch: SandboxFetch,
  baseUrl: string,
  email: string,
  scope = WRITE_SCOPES,
): Promise<string> {
  const url = authorizationUrl(baseUrl, { login_hint: email, scope });
  const { headers } = await fetch(url, { redirect: 'manual' });
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
}

export async function askToken(fetch: SandboxFetch, baseUrl: string, form: Readonly<Record<string, string>>) {
  const answer = await fetch(`${baseUrl}/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'sandbox-google-client', ...form }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

export const redeeming = (code: string) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: REDIRECT_URI,
  code_verifier: VERIFIER,
});

/** Google's own client, with a token that the scopes were granted for. */
export async function officialClient(
  { sandbox, baseUrl }: Pick<ReturnType<typeof createGoogle>, 'sandbox' | 'baseUrl'>,
  email = ANNA,
  scope = WRITE_SCOPES,
): Promise<calendar_v3.Calendar> {
  const code = await authorizationCode(sandbox.fetch, baseUrl, email, scope);
  const { body } = await askToken(sandbox.fetch, baseUrl, redeeming(code));
  return clientWith(sandbox.fetch, baseUrl, body.access_token ?? '');
}

export function clientWith(fetch: SandboxFetch, baseUrl: string, accessToken: string): calendar_v3.Calendar {
  return calendar({
    version: 'v3',
    headers: { authorization: `Bearer ${accessToken}` },
    // A `rootUrl` given to the whole client loses its path, and that is where the service stands.
    fetchImplementation: async (input: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return fetch(`${baseUrl}${pathname}${search}`, init);
    },
    retry: false,
  });
}

/** How Google refused: the status and the first error's reason. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'was not refused';
  } catch (error) {
    const { status, data } = (error as { response: { status: number; data: ErrorAnswer } }).response;
    return `${status} ${data.error.errors[0]?.reason}`;
  }
}

interface ErrorAnswer {
  readonly error: { readonly code: number; readonly errors: readonly { readonly reason: string }[] };
}

/** An hour on Tuesday 10 March 2026, 10:00 to 11:00 in London. */
export const anEvent = (fields: calendar_v3.Schema$Event = {}): calendar_v3.Schema$Event => ({
  summary: 'Dentist',
  start: { dateTime: '2026-03-10T10:00:00Z', timeZone: LONDON },
  end: { dateTime: '2026-03-10T11:00:00Z', timeZone: LONDON },
  ...fields,
});

/** Fridays from 20 March 2026, 09:00 to 10:00 in London: across both changes of clocks. */
export const aSeries = (fields: calendar_v3.Schema$Event = {}): calendar_v3.Schema$Event => ({
  summary: 'Planning',
  start: { dateTime: '2026-03-20T09:00:00', timeZone: LONDON },
  end: { dateTime: '2026-03-20T10:00:00', timeZone: LONDON },
  recurrence: ['RRULE:FREQ=WEEKLY'],
  ...fields,
});

export interface Listing {
  readonly items: calendar_v3.Schema$Event[];
  readonly pages: number;
  readonly syncToken: string;
}

/** Every page of a listing. */
export async function listAll(
  client: calendar_v3.Calendar,
  parameters: calendar_v3.Params$Resource$Events$List = {},
): Promise<Listing> {
  const items: calendar_v3.Schema$Event[] = [];
  let pageToken: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const { data } = await client.events.list({
      calendarId: 'primary',
      ...parameters,
      ...(pageToken !== undefined && { pageToken }),
    });
    items.push(...(data.items ?? []));
    if (!data.nextPageToken) return { items, pages, syncToken: data.nextSyncToken ?? '' };
    pageToken = data.nextPageToken;
  }
}
