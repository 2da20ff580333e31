import { createHash } from 'node:crypto';
import { Client, GraphError } from '@microsoft/microsoft-graph-client';
import type { Event } from '@microsoft/microsoft-graph-types';
import type { SandboxFetch } from '../../src/sandbox/ports.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';

export const ANNA = 'anna@heatandmeter.example';
export const BEN = 'ben@heatandmeter.example';
export const CALENDAR = 'AAMkAGAnna=';
export const TEAM = 'AAMkAGTeam=';
export const BENS = 'AAMkAGBen=';
export const LONDON = 'GMT Standard Time';
/** What the product's own tag looks like: a named property in the public strings' namespace. */
export const TAG = 'String {00020329-0000-0000-c000-000000000046} Name CalendarSync';

export const WRITE_SCOPES = 'openid email offline_access User.Read Calendars.ReadWrite';
export const READ_SCOPES = 'openid email offline_access User.Read Calendars.Read';
export const REDIRECT_URI = 'http://127.0.0.1:49152/oauth/callback';
export const VERIFIER = 'verifier-of-at-least-forty-three-characters-0123456789';
export const PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=500';

/** A clock that moves when it is told to, or when somebody waits. */
function handClock(start = '2026-03-02T08:00:00Z') {
  let time = Date.parse(start);
  const advance = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { now: () => new Date(time), sleep: async (milliseconds: number) => advance(milliseconds), advance };
}

/** Anna has a calendar, and the team's; Ben has his, and may read the team's. */
export function createMicrosoft() {
  const clock = handClock();
  const sandbox = createSandbox({ clock, random: seededRandom(11) });
  const { microsoft, faults } = sandbox;
  const timeZone = 'Europe/London';
  microsoft.addAccount({
    email: ANNA,
    name: 'Anna Smith',
    oid: 'oid-anna',
    timeZone,
    calendars: [
      { id: CALENDAR, name: 'Calendar', isDefault: true },
      { id: TEAM, name: 'Team' },
    ],
  });
  microsoft.addAccount({
    email: BEN,
    name: 'Ben <Jones>',
    oid: 'oid-ben',
    timeZone,
    calendars: [
      { id: BENS, name: 'Calendar', isDefault: true },
      { id: TEAM, name: 'Team', canEdit: false },
    ],
  });
  const { MICROSOFT_TENANT: tenant = '', MICROSOFT_CLIENT_ID: clientId = '' } = sandbox.env();
  return { sandbox, microsoft, faults, clock, tenant, clientId, baseUrl: sandbox.urls().microsoft };
}

export type MicrosoftFixture = ReturnType<typeof createMicrosoft>;

export function authorizationUrl(
  { baseUrl, tenant, clientId }: Pick<MicrosoftFixture, 'baseUrl' | 'tenant' | 'clientId'>,
  overrides: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: WRITE_SCOPES,
    state: 'state-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...overrides,
  });
  return `${baseUrl}/login/${tenant}/oauth2/v2.0/authorize?${query}`;
}

export async function authorizationCode(fixture: MicrosoftFixture, email: string, scope = WRITE_SCOPES) {
  const url = authorizationUrl(fixture, { login_hint: email, scope });
  const { headers } = await fixture.sandbox.fetch(url, { redirect: 'manual' });
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
}

export async function askToken(
  { sandbox, baseUrl, tenant, clientId }: MicrosoftFixture,
  form: Readonly<Record<string, string>>,
  atTenant = tenant,
) {
  const answer = await sandbox.fetch(`${baseUrl}/login/${atTenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...form }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

export const redeeming = (code: string) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: REDIRECT_URI,
  code_verifier: VERIFIER,
});

export async function accessToken(
  fixture: MicrosoftFixture,
  email = ANNA,
  scope = WRITE_SCOPES,
): Promise<string> {
  const code = await authorizationCode(fixture, email, scope);
  return (await askToken(fixture, redeeming(code))).body.access_token ?? '';
}

/** Microsoft's own client, with a token that the scopes were granted for. */
export async function officialClient(fixture: MicrosoftFixture, email = ANNA, scope = WRITE_SCOPES) {
  const token = await accessToken(fixture, email, scope);
  return clientWith(fixture.sandbox.fetch, fixture.baseUrl, token);
}

/** The client sends no token by itself where the service is reached by plain http: it gets a chain of its own. */
export function clientWith(fetch: SandboxFetch, baseUrl: string, token: string): Client {
  return Client.initWithMiddleware({
    baseUrl,
    defaultVersion: 'v1.0',
    middleware: {
      execute: async (context) => {
        const headers = new Headers(context.options?.headers);
        headers.set('authorization', `Bearer ${token}`);
        const { method, body } = context.options ?? {};
        context.response = await fetch(context.request, {
          headers,
          ...(method !== undefined && { method }),
          ...(body !== undefined && { body }),
        });
      },
    },
  });
}

/** The client takes apart https links only, so that of a next or delta link it is given what follows the version. */
export function linked(client: Client, { baseUrl }: Pick<MicrosoftFixture, 'baseUrl'>, link: string) {
  if (!link.startsWith(`${baseUrl}/v1.0/`)) throw new RangeError(`Not a link of the sandbox: ${link}`);
  return client.api(link.slice(`${baseUrl}/v1.0`.length));
}

/** How Graph refused: the status and the error's code. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'was not refused';
  } catch (error) {
    if (error instanceof GraphError) return `${error.statusCode} ${error.code}`;
    throw error;
  }
}

/** An hour on Tuesday 10 March 2026, 10:00 to 11:00 in London. */
export const anEvent = (fields: Event = {}): Event => ({
  subject: 'Dentist',
  start: { dateTime: '2026-03-10T10:00:00', timeZone: LONDON },
  end: { dateTime: '2026-03-10T11:00:00', timeZone: LONDON },
  ...fields,
});

/** Fridays from 20 March 2026, 09:00 to 10:00 in London: across both changes of clocks. */
export const aSeries = (fields: Event = {}): Event => ({
  subject: 'Planning',
  start: { dateTime: '2026-03-20T09:00:00', timeZone: LONDON },
  end: { dateTime: '2026-03-20T10:00:00', timeZone: LONDON },
  recurrence: {
    pattern: { type: 'weekly', interval: 1, daysOfWeek: ['friday'], firstDayOfWeek: 'monday' },
    range: { type: 'noEnd', startDate: '2026-03-20' },
  },
  ...fields,
});

export type Shown = Event & {
  readonly '@removed'?: { readonly reason: string };
  readonly '@odata.etag'?: string;
};

export interface Round {
  readonly entries: Shown[];
  readonly pages: number;
  readonly deltaLink: string;
}

export const WINDOW = 'startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z';

/** Every page of a delta round: the first one over the window, or the next from where the last has ended. */
export async function round(
  client: Client,
  fixture: Pick<MicrosoftFixture, 'baseUrl'>,
  {
    from,
    prefer = PREFER,
    calendarId = CALENDAR,
  }: { from?: Round; prefer?: string; calendarId?: string } = {},
): Promise<Round> {
  const entries: Shown[] = [];
  let request =
    from === undefined
      ? client.api(`/me/calendars/${calendarId}/calendarView/delta?${WINDOW}`)
      : linked(client, fixture, from.deltaLink);
  for (let pages = 1; ; pages += 1) {
    const page = await request.header('Prefer', prefer).get();
    entries.push(...page.value);
    const deltaLink: string | undefined = page['@odata.deltaLink'];
    if (deltaLink !== undefined) return { entries, pages, deltaLink };
    request = linked(client, fixture, page['@odata.nextLink']);
  }
}

/** An event as the API gives it, created by the client. */
export async function created(
  client: Client,
  event: Event = anEvent(),
  prefer = PREFER,
): Promise<Shown & { id: string }> {
  return client.api(`/me/calendars/${CALENDAR}/events`).header('Prefer', prefer).post(event);
}
