import { openApp } from '../../src/main/app.ts';
import type { App } from '../../src/main/app-contract.ts';
import { basicAuthorizedFetch } from '../../src/main/auth/basic-auth.ts';
import { systemRandom } from '../../src/main/headless/ports.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { createCaldavProvider } from '../../src/main/providers/caldav/caldav-provider.ts';
import { createDavClient } from '../../src/main/providers/caldav/dav-client.ts';
import { discover } from '../../src/main/providers/caldav/discovery.ts';
import { createHttp } from '../../src/main/schedule/http.ts';
import { type CaldavCalendar, makeCalendar } from '../support/caldav-calendar.ts';
import {
  type CaldavServer,
  fillRadicale,
  PASSWORD,
  startCaldavServer,
  USERNAME,
} from '../support/caldav-server.ts';
import { realFetch } from '../support/real-fetch.ts';
import { onlyAccount, onlyMapping } from '../support/world.ts';
import { ENROLMENT_CODE } from './company.ts';
import { type Exchange, recordingFetch, replay } from './exchange.ts';
import { type Measure, milliseconds, ratio, timed, verify } from './figure.ts';
import { freshCalendar } from './fresh-calendar.ts';
import { benchPorts, clock } from './ports.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { temporaryDirectory } from './technician.ts';
import { vdirsyncer } from './vdirsyncer.ts';

const EVENTS = 2_500;
/** Ten and twenty times as fast. */
const IMPORT_LIMIT = 0.1;
const QUIET_LIMIT = 0.05;
const TEN_DAYS_MS = 864_000_000;

/**
 * A first import and a sync that finds nothing new, against vdirsyncer on the same Radicale. The floor is what the
 * servers alone take for a first import: one listing of everything, and busy blocks that are posted one batch after the
 * other by a loop that reads nothing of it. What vdirsyncer does ends when the events are stored; an import goes on to plan
 * and to send the busy blocks of all of them. The part that both do has a figure of its own.
 */
export const caldav: Measure = {
  name: 'caldav',
  title: 'CalDAV with 2,500 events',
  async run({ runs, say }) {
    const radicale = await startCaldavServer('Radicale');
    try {
      await using company = await startServer();
      using theirs = temporaryDirectory();
      const calendar = await makeCalendar(radicale);
      const from = new Date(clock.now().getTime() - TEN_DAYS_MS).toISOString();
      await fillRadicale(radicale, calendar, EVENTS, from);
      const other = await vdirsyncer(theirs.path, calendar.url);
      if (other === null) return { kind: 'skipped', why: 'vdirsyncer is not installed' };

      const times = { read: [] as number[], first: [] as number[], quiet: [] as number[] };
      const otherTimes = { first: [] as number[], quiet: [] as number[] };
      const floors: number[] = [];
      say('warming up');
      // The server reads each file once and remembers; neither of the two is to pay for that.
      await other.reset();
      await other.sync();
      const exchanges = await record(company, radicale, calendar);
      await floorRun(company, radicale, calendar, exchanges);
      for (let run = 1; run <= runs; run += 1) {
        await other.reset();
        otherTimes.first.push((await timed(() => other.sync())).wall);
        verify('vdirsyncer has fetched', other.count(), EVENTS);
        otherTimes.quiet.push((await timed(() => other.sync())).wall);
        times.read.push(await readOnly(radicale, calendar));
        const own = await ownRun(company, radicale, calendar);
        times.first.push(own.first);
        times.quiet.push(own.quiet);
        floors.push(await floorRun(company, radicale, calendar, exchanges));
        say(
          `run ${run} of ${runs}: ${own.first.toFixed(0)} and ${own.quiet.toFixed(0)} ms, vdirsyncer ${otherTimes.first.at(-1)?.toFixed(0)} and ${otherTimes.quiet.at(-1)?.toFixed(0)} ms`,
        );
      }
      const first = milliseconds('import', times.first);
      const otherFirst = milliseconds('vdirsyncer, import', otherTimes.first);
      const read = milliseconds('reading and storing', times.read);
      const floor = milliseconds('import, floor', floors);
      const quiet = milliseconds('no change', times.quiet);
      const otherQuiet = milliseconds('vdirsyncer, no change', otherTimes.quiet);
      return {
        kind: 'measured',
        figures: [
          first,
          otherFirst,
          ratio('import / vdirsyncer', first, otherFirst, IMPORT_LIMIT),
          read,
          ratio('reading and storing / vdirsyncer', read, otherFirst, IMPORT_LIMIT),
          floor,
          ratio('import / floor', first, floor, null),
          ratio('floor / vdirsyncer', floor, otherFirst, null),
          quiet,
          otherQuiet,
          ratio('no change / vdirsyncer', quiet, otherQuiet, QUIET_LIMIT),
        ],
        counts: [],
      };
    } finally {
      await radicale.stop();
    }
  },
};

/** A fresh profile's first sync, and one that finds nothing new. */
async function ownRun(
  company: ServerProcess,
  radicale: CaldavServer,
  calendar: CaldavCalendar,
): Promise<{ first: number; quiet: number }> {
  using dataDir = temporaryDirectory();
  const app = await setUp(company, radicale, calendar, dataDir.path, realFetch);
  try {
    const first = await timedSync(app, EVENTS, 0);
    verify('arrived', (await company.arrived()).blocks, EVENTS);
    return { first, quiet: await timedSync(app, 0, EVENTS) };
  } finally {
    app.close();
  }
}

/** The part of a first import that vdirsyncer does as well: everything is fetched and stored. */
async function readOnly(radicale: CaldavServer, calendar: CaldavCalendar): Promise<number> {
  const http = createHttp({ fetch: realFetch, clock, random: systemRandom, log: () => {} });
  const credentials = { username: USERNAME, password: PASSWORD };
  const fetch = basicAuthorizedFetch(credentials, ({ origin }) => origin === radicale.origin, http);
  const home = await discover(createDavClient(fetch), new URL(radicale.origin));
  using dataDir = temporaryDirectory();
  const origin = { provider: 'caldav', calendarId: calendar.url, now: clock.now() } as const;
  using fresh = freshCalendar(dataDir.path, origin, () =>
    createCaldavProvider({ ...home, fetch, clock, timeZone: 'Europe/London' }),
  );
  const { wall } = await timed(() => fresh.read());
  verify('events stored', fresh.stored(), EVENTS);
  return wall;
}

/** A fresh profile that imports the calendar, before its first sync. */
async function setUp(
  company: ServerProcess,
  radicale: CaldavServer,
  calendar: CaldavCalendar,
  dataDir: string,
  fetch: Fetch,
): Promise<App> {
  await company.fill({ personalEvents: 0, bookings: 0 });
  const app = await openApp(benchPorts(dataDir, company.env, fetch));
  await app.enrol({ url: company.bookingUrl, code: ENROLMENT_CODE });
  const { accountId } = await app.connectCaldav({
    url: radicale.origin,
    username: USERNAME,
    password: PASSWORD,
  });
  await app.addMapping({ accountId, calendarId: calendar.url, direction: 'import' });
  return app;
}

/** The listing and the busy blocks of a first import. Asking how the calendar stands is for the sync after it. */
async function record(
  company: ServerProcess,
  radicale: CaldavServer,
  calendar: CaldavCalendar,
): Promise<readonly Exchange[]> {
  using dataDir = temporaryDirectory();
  const exchanges: Exchange[] = [];
  const app = await setUp(company, radicale, calendar, dataDir.path, recordingFetch(exchanges, realFetch));
  try {
    exchanges.length = 0;
    await timedSync(app, EVENTS, 0);
  } finally {
    app.close();
  }
  return exchanges.filter(({ method }) => method === 'REPORT' || method === 'POST');
}

async function floorRun(
  company: ServerProcess,
  radicale: CaldavServer,
  calendar: CaldavCalendar,
  exchanges: readonly Exchange[],
): Promise<number> {
  using dataDir = temporaryDirectory();
  // Signs in as the recorded run did, so that its token is good.
  (await setUp(company, radicale, calendar, dataDir.path, realFetch)).close();
  const { wall } = await timed(() => replay(exchanges, 1, realFetch));
  verify('arrived', (await company.arrived()).blocks, EVENTS);
  return wall;
}

async function timedSync(app: App, created: number, unchanged: number): Promise<number> {
  let result: Awaited<ReturnType<App['sync']>> | null = null;
  const { wall } = await timed(async () => {
    result = await app.sync();
  });
  if (result === null) throw new Error('The sync gave no result');
  verify('error', onlyAccount(result).error, null);
  const { imported } = onlyMapping(result);
  verify('imported', [imported.created, imported.unchanged], [created, unchanged]);
  return wall;
}
