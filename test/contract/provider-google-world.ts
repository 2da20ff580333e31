import { type SignIn, signIn } from '../../src/main/auth/oauth.ts';
import type { TokenSet } from '../../src/main/auth/oauth-client.ts';
import { googleApiBaseUrl, googleOAuthService } from '../../src/main/auth/oauth-settings.ts';
import { authorizedFetch, createTokenSource } from '../../src/main/auth/token-source.ts';
import type { OpenUrl } from '../../src/main/ports.ts';
import { isGoogleRateLimit } from '../../src/main/providers/google/google-errors.ts';
import { createGoogleProvider } from '../../src/main/providers/google/google-provider.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import type { Person, ProviderWorld } from './provider-contract.ts';

export const GOOGLE_CALENDAR = 'tess@example.com';
const EMAIL = GOOGLE_CALENDAR;
const LONDON = 'Europe/London';

interface GoogleWorld extends ProviderWorld {
  readonly person: Person;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly account: SignIn;
  readonly tokens: () => TokenSet;
  readonly fault: (rule: Omit<FaultRule, 'service'>) => void;
  /** Requests to the events of the calendar since the sign-in, by method. */
  readonly requests: (method?: string) => number;
}

/** The provider as the app composes it, on the sandbox's Google in process, for somebody who has just signed in. */
export async function openGoogle(
  access: 'read' | 'write' = 'write',
  timeZone = LONDON,
): Promise<GoogleWorld> {
  const clock = new VirtualClock();
  const random = seededRandom(5);
  const sandbox = createSandbox({ clock, random });
  sandbox.google.addAccount({
    email: EMAIL,
    sub: 'google-tess',
    name: 'Tess',
    calendars: [
      { id: EMAIL, summary: 'Tess', timeZone, primary: true, accessRole: 'owner' },
      { id: 'team@example.com', summary: 'Team', timeZone: LONDON, accessRole: 'reader' },
    ],
  });
  sandbox.google.configure({ autoApprove: EMAIL });

  const service = googleOAuthService(sandbox.env());
  const http = createHttp({
    fetch: sandbox.fetch,
    clock,
    random,
    log: () => undefined,
    isRateLimited: isGoogleRateLimit,
  });
  const openUrl = browser(sandbox);
  const account = await clock.frozen(() => signIn({ service, access, openUrl, fetch: http, clock, random }));
  let stored: TokenSet = account.tokens;
  const tokens = createTokenSource({
    service,
    clock,
    fetch: http,
    load: async () => stored,
    save: async (fresh) => {
      stored = fresh;
    },
  });
  const provider = createGoogleProvider({
    baseUrl: googleApiBaseUrl(sandbox.env()),
    fetch: authorizedFetch(tokens, http),
    subject: account.subject,
  });
  return {
    provider,
    calendarId: EMAIL,
    person: personOf(sandbox),
    sandbox,
    clock,
    account,
    tokens: () => stored,
    fault: (rule) => void sandbox.faults.add({ service: 'google', ...rule }),
    requests: (method) => sandbox.faults.journal.count({ service: 'google', method, path: /\/events/ }),
  };
}

/** A browser in which the person has agreed before: it only follows the redirect to this computer. */
function browser(sandbox: Sandbox): OpenUrl {
  return async (url) => {
    const answer = await sandbox.fetch(url, { redirect: 'manual' });
    const page = await fetch(answer.headers.get('location') ?? '');
    await page.text();
  };
}

function personOf({ google }: Sandbox): Person {
  return {
    add: (title, start) => {
      const end = new Date(Date.parse(start) + 3_600_000).toISOString();
      const times = {
        start: { dateTime: start, timeZone: LONDON },
        end: { dateTime: end, timeZone: LONDON },
      };
      return google.addEvent(EMAIL, { summary: title, ...times }).id;
    },
    retitle: (id, title) => void google.editEvent(EMAIL, id, { summary: title }),
    repeat: (id, count) => void google.makeRecurring(EMAIL, id, [`RRULE:FREQ=DAILY;COUNT=${count}`]),
    delete: (id) => google.deleteEvent(EMAIL, id),
  };
}
