import { type SignIn, signIn } from '../../src/main/auth/oauth.ts';
import type { TokenSet } from '../../src/main/auth/oauth-client.ts';
import { microsoftGraphBaseUrl, microsoftOAuthService } from '../../src/main/auth/oauth-settings.ts';
import { authorizedFetch, createTokenSource } from '../../src/main/auth/token-source.ts';
import type { OpenUrl } from '../../src/main/ports.ts';
import { batchedFetch } from '../../src/main/providers/microsoft/graph-batch.ts';
import {
  createMicrosoftProvider,
  MICROSOFT_CONCURRENCY,
} from '../../src/main/providers/microsoft/microsoft-provider.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import type { Person, ProviderWorld } from './provider-contract.ts';

export const EMAIL = 'tess@example.com';
export const CALENDAR = 'AQMkTessCalendar=';
const LONDON = 'GMT Standard Time';

export interface MicrosoftWorld extends ProviderWorld {
  readonly person: Person;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly account: SignIn;
  readonly tokens: () => TokenSet;
  readonly fault: (rule: Omit<FaultRule, 'service'>) => void;
  /** Requests to Graph since the sign-in, by method and path. */
  readonly requests: (method?: string, path?: RegExp) => number;
}

/** The provider as the app composes it, on the sandbox's Graph in process, for somebody who has just signed in. */
export async function openMicrosoft(
  access: 'read' | 'write' = 'write',
  timeZone = 'Europe/London',
): Promise<MicrosoftWorld> {
  const clock = new VirtualClock();
  const random = seededRandom(5);
  const sandbox = createSandbox({ clock, random });
  sandbox.microsoft.addAccount({
    email: EMAIL,
    oid: 'oid-tess',
    name: 'Tess',
    timeZone,
    calendars: [
      { id: CALENDAR, name: 'Calendar', isDefault: true },
      { id: 'AQMkTeamCalendar=', name: 'Team', canEdit: false },
    ],
  });
  sandbox.microsoft.configure({ autoApprove: EMAIL });

  const service = microsoftOAuthService(sandbox.env());
  const baseUrl = microsoftGraphBaseUrl(sandbox.env());
  const http = createHttp({
    fetch: batchedFetch({ baseUrl, fetch: sandbox.fetch, clock, random }),
    clock,
    random,
    log: () => undefined,
    concurrency: MICROSOFT_CONCURRENCY,
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
  const provider = createMicrosoftProvider({
    baseUrl,
    fetch: authorizedFetch(tokens, http),
  });
  return {
    provider,
    calendarId: CALENDAR,
    person: personOf(sandbox),
    listedZone: 'UTC',
    sandbox,
    clock,
    account,
    tokens: () => stored,
    fault: (rule) => void sandbox.faults.add({ service: 'microsoft', ...rule }),
    requests: (method, path = /\/v1\.0\//) =>
      sandbox.faults.journal.count({ service: 'microsoft', method, path }),
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

const inLondon = (dateTime: string) => ({ dateTime: dateTime.slice(0, 19), timeZone: LONDON });

function personOf({ microsoft }: Sandbox): Person {
  return {
    // In winter clocks in London show UTC.
    add: (subject, start) => {
      const end = new Date(Date.parse(start) + 3_600_000).toISOString();
      return microsoft.addEvent(CALENDAR, { subject, start: inLondon(start), end: inLondon(end) }).id;
    },
    retitle: (id, subject) => void microsoft.editEvent(CALENDAR, id, { subject }),
    repeat: (id, count) => {
      const { start } = microsoft.event(CALENDAR, id) as unknown as { start: { dateTime: string } };
      microsoft.makeRecurring(CALENDAR, id, {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'numbered', startDate: start.dateTime.slice(0, 10), numberOfOccurrences: count },
      });
    },
    delete: (id) => microsoft.deleteEvent(CALENDAR, id),
  };
}
