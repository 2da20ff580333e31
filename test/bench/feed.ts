import { sync } from 'node-ical';
import { importMapping } from '../../src/main/engine/planner/import-plan.ts';
import { Progress } from '../../src/main/engine/progress.ts';
import { pullCalendar } from '../../src/main/engine/pull-calendar.ts';
import { newTally } from '../../src/main/engine/tally.ts';
import { Turns } from '../../src/main/engine/turns.ts';
import { decodedText } from '../../src/main/providers/ics/feed-body.ts';
import { createIcsProvider } from '../../src/main/providers/ics/ics-provider.ts';
import { openDatabase } from '../../src/main/store/database.ts';
import { createStore } from '../../src/main/store/store.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { calendar, event } from '../unit/ics-text.ts';
import { type Measure, milliseconds, ratio, type Spent, timed, verify } from './figure.ts';
import { benchPorts } from './ports.ts';
import { databaseFile, temporaryDirectory } from './technician.ts';

const DAY = 86_400_000;
const FOUR_MEGABYTES = 4_000_000;
const NOW = new Date('2026-11-23T08:00:00.000Z');

/** An appointment as calendars publish them, somewhere in three years. */
function appointment(n: number, ...properties: readonly string[]): string {
  const day = new Date(Date.UTC(2025, 0, 1) + ((n * 3571) % 1000) * DAY)
    .toISOString()
    .slice(0, 10)
    .replace(/-/g, '');
  const hour = 8 + (n % 9);
  const time = (hours: number): string => `TZID=Europe/Berlin:${day}T${String(hours).padStart(2, '0')}0000`;
  return event(
    `appointment-${n}@example.com`,
    `DTSTART;${time(hour)}`,
    `DTEND;${time(hour + 1)}`,
    `SUMMARY:Appointment number ${n}`,
    'DESCRIPTION:A text of ordinary length\\, with a comma\\nand a seco\r\n nd line that is folded',
    `LOCATION:Room ${n % 20}`,
    'CREATED:20250101T080000Z',
    'LAST-MODIFIED:20260101T080000Z',
    'SEQUENCE:0',
    'STATUS:CONFIRMED',
    'TRANSP:OPAQUE',
    ...properties,
  );
}

/** One in twenty is a weekly series without end. */
function typicalFeed(): Buffer {
  const parts: string[] = [];
  for (let n = 0, size = 0; size < FOUR_MEGABYTES; n += 1) {
    const part = n % 20 === 0 ? appointment(n, 'RRULE:FREQ=WEEKLY') : appointment(n);
    parts.push(part);
    size += part.length;
  }
  return Buffer.from(calendar(...parts));
}

/** A subscription that has never been read, in an ordinary window. */
function subscription(dataDir: string, body: Buffer) {
  const ports = benchPorts(dataDir, {}, fetch);
  const { clock, log, random } = ports;
  const db = openDatabase({ file: databaseFile(dataDir), backupsDir: dataDir, clock, log });
  const store = createStore(db);
  const createdAt = NOW.toISOString();
  const account = store.accounts.insert({
    id: 'acc_feed',
    provider: 'ics',
    subject: 'feed',
    email: 'Feed (example.com)',
    access: 'read',
    createdAt,
  });
  const mapping: Mapping = store.mappings.add({
    id: 'map_feed',
    accountId: account.id,
    calendarId: 'feed',
    direction: 'import',
    visibility: 'busy-only',
    technicianId: 'tech_tess',
    projectId: null,
    onDelete: 'restore',
    pastDays: 30,
    futureDays: 180,
    skip: [],
    skipTitle: null,
    enabled: true,
    createdAt,
  });
  const provider = createIcsProvider({
    url: 'https://calendar.example.com/feed.ics',
    fetch: async () => new Response(new Uint8Array(body)),
    clock,
    timeZone: 'Europe/London',
    lookup: async () => [],
    readFile: async () => new Uint8Array(),
    allowPrivateNetwork: false,
    allowPlainHttp: false,
  });
  const source = { provider: 'ics', subject: 'feed', calendarId: 'feed' };
  const context = {
    mapping,
    account,
    calendar: store.mappings.calendarOf(mapping.id),
    importing: importMapping(mapping, source, NOW),
    tally: newTally(),
    mayWrite: false,
  };
  const run = {
    runId: 'run',
    startedAt: NOW,
    store,
    clock,
    random,
    log,
    dryRun: false,
    full: false,
    unattended: false,
    canReschedule: false,
    signal: new AbortController().signal,
    progress: new Progress({ runId: 'run', clock, log, onProgress: undefined }),
    mappings: [context],
    blockTurns: new Turns(),
    failed: new Set<number>(),
    held: new Set<number>(),
    contested: new Map<number, number>(),
    unseen: new Map(),
  };
  return {
    read: () => pullCalendar(run, provider, context.calendar, [context]),
    stored: (): number =>
      db.prepare<[], number>("SELECT count(*) FROM observed_event WHERE state = 'live'").pluck().get() ?? 0,
    [Symbol.dispose]: () => db.close(),
  };
}

/** From the bytes of a feed to what is stored of it, against node-ical that only parses it. */
export const feed: Measure = {
  name: 'feed',
  title: 'ICS feed of 4 MB',
  async run({ runs, say }) {
    const body = typicalFeed();
    const parse = (): unknown => sync.parseICS(decodedText(body, null));
    let expected = 0;

    async function readOnce(): Promise<Spent> {
      using dir = temporaryDirectory();
      using feed = subscription(dir.path, body);
      let changed = 0;
      const spent = await timed(async () => {
        changed = (await feed.read()).changed;
      });
      if (changed < 10_000) throw new Error(`The feed showed too few events: ${changed}`);
      expected ||= changed;
      verify('events stored', [changed, feed.stored()], [expected, expected]);
      return spent;
    }

    say('warming up');
    parse();
    await readOnce();
    const [alone, ours]: [Spent[], Spent[]] = [[], []];
    for (let run = 1; run <= runs; run += 1) {
      alone.push(await timed(parse));
      ours.push(await readOnce());
      say(`run ${run} of ${runs}: ${expected} events`);
    }
    const whole = milliseconds('bytes to stored observations', ours.map(wall));
    const floor = milliseconds('node-ical alone', alone.map(wall));
    const wholeCpu = milliseconds('CPU of that', ours.map(cpu));
    const floorCpu = milliseconds('CPU of node-ical alone', alone.map(cpu));
    return {
      kind: 'measured',
      figures: [
        whole,
        floor,
        ratio('stored observations / node-ical', whole, floor, 1.3),
        wholeCpu,
        floorCpu,
        ratio('CPU, stored observations / node-ical', wholeCpu, floorCpu, null),
      ],
      counts: [],
    };
  },
};

const wall = (spent: Spent): number => spent.wall;
const cpu = (spent: Spent): number => spent.cpu;
