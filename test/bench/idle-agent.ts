import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { App } from '../../src/main/app-contract.ts';
import { makeCalendar } from '../support/caldav-calendar.ts';
import {
  type CaldavServer,
  fillRadicale,
  PASSWORD,
  startCaldavServer,
  USERNAME,
} from '../support/caldav-server.ts';
import { openWith } from '../support/world.ts';
import { calendar, event } from '../unit/ics-text.ts';
import { pause, startAgent } from './agent-process.ts';
import { CALENDARS } from './company.ts';
import { type Measure, medianOf, verify } from './figure.ts';
import { clock } from './ports.ts';
import { startServer } from './server-process.ts';
import { setUpApp, temporaryDirectory } from './technician.ts';

const LOAD = { personalEvents: 300, bookings: 100 };
const APPOINTMENTS = 100;
const TEN_DAYS_MS = 864_000_000;

const MEMORY_MB = 120;
const PROCESSOR_PERCENT = 1;
/** After a first sync some work is put off for a moment: only then is the agent idle. */
const SETTLE_MS = 10_000;
const IDLE_MS = 20_000;

/** `serve` with an account of each kind and a second feed, between two runs of its timer. */
export const idleAgent: Measure = {
  name: 'idle-agent',
  title: 'Idle agent with five accounts',
  async run({ runs, say }) {
    if (!existsSync('/proc/self/stat')) return { kind: 'skipped', why: 'only Linux tells of a process' };
    await using company = await startServer();
    await company.fill(LOAD);
    const radicale = await startCaldavServer('Radicale');
    try {
      using dir = temporaryDirectory();
      const app = await setUpApp(company, dir.path, 'two-way');
      try {
        await connectOthers(app, radicale, dir.path);
        verify('accounts', app.accounts().length, 5);
      } finally {
        app.close();
      }
      await using agent = await startAgent(dir.path, company.env);
      say('the first sync');
      const ended = await agent.runsEnded(1);
      if (!ended.includes('result="ok"')) throw new Error(`The first sync did not go well: ${ended}`);
      verify('arrived', await company.arrived(), {
        blocks: LOAD.personalEvents + 3 * APPOINTMENTS,
        exportedEvents: LOAD.bookings,
      });
      const resident: number[] = [];
      const processor: number[] = [];
      for (let run = 1; run <= runs; run += 1) {
        await pause(SETTLE_MS);
        const before = agent.processorTime();
        await pause(IDLE_MS);
        processor.push(((agent.processorTime() - before) / IDLE_MS) * 100);
        resident.push(agent.resident() / 1e6);
        say(`run ${run} of ${runs}: ${resident.at(-1)?.toFixed(0)} MB, ${processor.at(-1)?.toFixed(2)} %`);
      }
      return {
        kind: 'measured',
        figures: [
          medianOf('resident', 'MB', resident, MEMORY_MB),
          medianOf('of one core', '%', processor, PROCESSOR_PERCENT),
        ],
        counts: [],
      };
    } finally {
      await radicale.stop();
    }
  },
};

/** Beside Google's: Microsoft's, one on a CalDAV server, and two feeds. */
async function connectOthers(app: App, radicale: CaldavServer, folder: string): Promise<void> {
  const microsoft = await app.connectOAuth('microsoft', {
    access: 'write',
    openUrl: openWith(globalThis.fetch),
  });
  const work = await makeCalendar(radicale);
  const from = new Date(clock.now().getTime() - TEN_DAYS_MS).toISOString();
  await fillRadicale(radicale, work, APPOINTMENTS, from);
  const caldav = await app.connectCaldav({ url: radicale.origin, username: USERNAME, password: PASSWORD });
  const mapped = [
    { accountId: microsoft.accountId, calendarId: CALENDARS.microsoft },
    { accountId: caldav.accountId, calendarId: work.url },
  ];
  for (const name of ['rota', 'club']) {
    const file = join(folder, `${name}.ics`);
    writeFileSync(file, calendar(...Array.from({ length: APPOINTMENTS }, (_, n) => appointment(name, n))));
    const { accountId, calendarId } = await app.connectIcs({ url: pathToFileURL(file).href, name });
    mapped.push({ accountId, calendarId });
  }
  for (const calendarOf of mapped) await app.addMapping({ ...calendarOf, direction: 'import' });
}

function appointment(name: string, n: number): string {
  const start = clock.now().getTime() + n * 6 * 3_600_000;
  const stamp = (at: number): string => `${new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const times = [`DTSTART:${stamp(start)}`, `DTEND:${stamp(start + 3_600_000)}`];
  return event(`${name}-${n}@example.com`, ...times, `SUMMARY:${name} ${n}`);
}
