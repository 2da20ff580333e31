import { basicAuthorizedFetch } from '../../src/main/auth/basic-auth.ts';
import type { Clock, Fetch } from '../../src/main/ports.ts';
import { CALDAV_CONCURRENCY, createCaldavProvider } from '../../src/main/providers/caldav/caldav-provider.ts';
import { createDavClient } from '../../src/main/providers/caldav/dav-client.ts';
import { discover } from '../../src/main/providers/caldav/discovery.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import { Faults } from '../../src/sandbox/faults.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { clock } from '../bench/ports.ts';
import {
  type CaldavCalendar,
  type CalendarOptions,
  eventObject,
  makeCalendar,
  stamp,
  withProperties,
} from '../support/caldav-calendar.ts';
import { type CaldavServer, PASSWORD, USERNAME } from '../support/caldav-server.ts';
import type { ServerManners } from '../support/caldav-stand-in/collection.ts';
import { createCaldavStandIn, STAND_IN_HOME } from '../support/caldav-stand-in/stand-in.ts';
import { realFetch } from '../support/real-fetch.ts';
import type { DistantPerson, ProviderWorld } from './provider-contract.ts';

export interface CaldavWorld extends ProviderWorld {
  readonly person: DistantPerson;
  readonly calendar: CaldavCalendar;
  /** What was asked since the provider was made, as `METHOD STATUS`. */
  readonly asked: string[];
}

export interface CaldavWorldOptions extends CalendarOptions {
  /** Stands between the provider and the server. */
  readonly network?: (fetch: Fetch) => Fetch;
  /** What an answer may hold. */
  readonly maxBodyBytes?: number;
  /** Zone of calendars that do not say theirs. Default Europe/London. */
  readonly fallbackZone?: string;
}

const ATTEMPT_MS = 3_600_000;

/** The waits between attempts are shorter than this, and the time that an attempt has is longer. */
const LONGEST_WAIT_MS = 10_000;
/** Between attempts nobody waits. */
const impatient: Clock = {
  now: () => clock.now(),
  sleep: async (ms, signal) => (ms < LONGEST_WAIT_MS ? undefined : clock.sleep(ms, signal)),
};

/** The provider as the app composes it, on a real server, for somebody with an empty calendar. */
export async function openCaldav(
  server: Pick<CaldavServer, 'origin' | 'home'>,
  options: CaldavWorldOptions = {},
): Promise<CaldavWorld> {
  const calendar = await makeCalendar(server, options);
  const asked: string[] = [];
  const network = (options.network ?? ((direct) => direct))(realFetch);
  const http = createHttp({
    fetch: network,
    clock: impatient,
    random: seededRandom(5),
    log: () => {},
    concurrency: CALDAV_CONCURRENCY,
    ...(options.maxBodyBytes !== undefined && { maxBodyBytes: options.maxBodyBytes }),
    // A server that reads thousands of files for the first time takes as long as it takes: it is the test that has an end.
    attemptTimeoutMs: ATTEMPT_MS,
    onRequest: ({ method, status }) => asked.push(`${method} ${status}`),
  });
  const credentials = { username: USERNAME, password: PASSWORD };
  const fetch = basicAuthorizedFetch(credentials, ({ origin }) => origin === server.origin, http);
  const home = await discover(createDavClient(fetch), new URL(server.origin));
  asked.length = 0;
  const provider = createCaldavProvider({
    ...home,
    addresses: ['mailto:tess@example.com'],
    timeZone: options.fallbackZone ?? 'Europe/London',
    fetch,
    clock,
  });
  return {
    provider,
    calendarId: calendar.url,
    person: personOf(calendar),
    forgetsDeleted: true,
    calendar,
    asked,
  };
}

function personOf(calendar: CaldavCalendar): DistantPerson {
  let added = 0;
  return {
    async add(title, start) {
      added += 1;
      const uid = `added-${added}@example.com`;
      const end = new Date(Date.parse(start) + 3_600_000).toISOString();
      await calendar.write(
        `${uid}.ics`,
        eventObject(uid, `SUMMARY:${title}`, `DTSTART:${stamp(start)}`, `DTEND:${stamp(end)}`),
      );
      return `${uid}.ics`;
    },
    retitle: (id, title) => calendar.edit(id, withProperties({ SUMMARY: `:${title}` })),
    repeat: (id, count) => calendar.edit(id, withProperties({ RRULE: `:FREQ=DAILY;COUNT=${count}` })),
    delete: (id) => calendar.delete(id),
  };
}

/** The server of the simulation, on a port like the real ones. */
export async function startStandIn(
  manners: ServerManners = {},
): Promise<Pick<CaldavServer, 'origin' | 'home' | 'stop'>> {
  const { app } = createCaldavStandIn({ clock, faults: new Faults(clock), manners });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return { origin, home: STAND_IN_HOME, stop: () => app.close() };
}
