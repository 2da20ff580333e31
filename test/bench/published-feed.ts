import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { ICalCalendar, type ICalEventData, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { openApp } from '../../src/main/app.ts';
import { feedText } from '../../src/main/feeds/feed-text.ts';
import type { FeedBooking } from '../../src/main/store/feed-bookings.ts';
import { realFetch } from '../support/real-fetch.ts';
import { startAgent } from './agent-process.ts';
import { ENROLMENT_CODE, TECHNICIAN } from './company.ts';
import { type Figure, type Measure, milliseconds, ratio, timed, verify } from './figure.ts';
import { benchPorts } from './ports.ts';
import { startServer } from './server-process.ts';
import { temporaryDirectory } from './technician.ts';

const BOOKINGS = 5_000;
const HOUR = 3_600_000;
const FACTS = { visibility: 'details', name: 'Tess', host: 'bookings.example.com' } as const;

/** A booking an hour, all day long, as a busy company has them. */
function entry(n: number): FeedBooking {
  const start = Date.UTC(2026, 10, 1) + n * HOUR;
  return {
    sequence: n % 3,
    modifiedAt: new Date(start - 100 * HOUR).toISOString(),
    booking: {
      id: `bk_${n}`,
      version: '',
      status: 'confirmed',
      title: `Boiler service number ${n}`,
      description: 'Bring the long ladder; the key is with the neighbours, who ask you to ring twice.',
      location: `${n % 200} Mill Lane, London`,
      start: new Date(start).toISOString(),
      end: new Date(start + HOUR).toISOString(),
      timeZone: 'Europe/London',
      technicianIds: ['tech_tess'],
      customer: { name: 'Carol Customer', phone: '+44 20 7946 0000' },
      url: `https://bookings.example.com/jobs/${n}`,
      updatedAt: '',
    },
  };
}

/** The same as it would be handed to the library by itself. */
function entryAlone({ booking, sequence, modifiedAt }: FeedBooking): ICalEventData {
  const { customer } = booking;
  return {
    id: `${booking.id}@${FACTS.host}`,
    sequence,
    stamp: new Date(modifiedAt),
    lastModified: new Date(modifiedAt),
    start: new Date(booking.start),
    end: new Date(booking.end),
    timezone: booking.timeZone,
    summary: booking.title,
    location: booking.location ?? '',
    description: `${booking.description}\n\n${customer?.name} · ${customer?.phone}\n\n${booking.url}`,
    url: booking.url ?? '',
    status: ICalEventStatus.CONFIRMED,
    transparency: ICalEventTransparency.OPAQUE,
  };
}

/** By the processor's time: building is calculation only, and what the machine does beside it would drown it. */
async function building(runs: number, say: (text: string) => void): Promise<readonly Figure[]> {
  const bookings = Array.from({ length: BOOKINGS }, (_, n) => entry(n));
  const entries = bookings.map(entryAlone);
  const ours = (): string => feedText(FACTS, bookings);
  const alone = (): string => {
    const calendar = new ICalCalendar();
    for (const one of entries) calendar.createEvent(one);
    return calendar.toString();
  };
  say('warming up');
  const count = (text: string): number => text.split('\nBEGIN:VEVENT').length - 1;
  verify('events of the feed', [count(ours()), count(alone())], [BOOKINGS, BOOKINGS]);
  const spent: Record<'ours' | 'alone', number[]> = { ours: [], alone: [] };
  for (let run = 1; run <= runs; run += 1) {
    spent.alone.push((await timed(alone)).cpu);
    spent.ours.push((await timed(ours)).cpu);
    say(`run ${run} of ${runs}`);
  }
  const built = milliseconds('bookings to text (processor)', spent.ours);
  const floor = milliseconds('ical-generator alone (processor)', spent.alone);
  return [built, floor, ratio('bookings to text / ical-generator', built, floor, 1.3)];
}

interface Asked {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

function ask(agent: Agent, url: string, headers: Readonly<Record<string, string>>): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes }));
      response.on('error', reject);
    });
    asking.on('error', reject).end();
  });
}

const CALLERS = 8;

/** Milliseconds a request, asked by several at once. */
async function served(url: string, headers: Readonly<Record<string, string>>, status: number, times: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const caller = async (): Promise<void> => {
    for (let asked = 0; asked < times / CALLERS; asked += 1) {
      verify('status', (await ask(agent, url, headers)).status, status);
    }
  };
  const { wall } = await timed(() => Promise.all(Array.from({ length: CALLERS }, caller)));
  agent.destroy();
  return wall / times;
}

/** By `serve`, built, in a process of its own, so that asking is not counted as answering. */
async function serving(runs: number, say: (text: string) => void): Promise<readonly Figure[]> {
  await using company = await startServer();
  await company.fill({ personalEvents: 0, bookings: BOOKINGS });
  using dir = temporaryDirectory();
  const app = await openApp(benchPorts(dir.path, company.env, realFetch));
  await app.enrol({ url: company.bookingUrl, code: ENROLMENT_CODE });
  const { path } = await app.feeds.create({ technicianId: TECHNICIAN, visibility: 'details' });
  app.close();
  await using server = await startAgent(dir.path, company.env);
  const url = `${server.origin}${path}`;
  const agent = new Agent();
  const gzip = { 'accept-encoding': 'gzip' };
  const first = await ask(agent, url, gzip);
  verify('first answer', [first.status, first.headers['content-encoding']], [200, 'gzip']);
  const same = { ...gzip, 'if-none-match': first.headers.etag ?? '' };
  const spent: Record<'conditional' | 'full', number[]> = { conditional: [], full: [] };
  for (let run = 1; run <= runs; run += 1) {
    spent.conditional.push(await served(url, same, 304, 2_000));
    spent.full.push(await served(url, gzip, 200, 400));
    say(`served, run ${run} of ${runs}`);
  }
  agent.destroy();
  return [
    milliseconds('a conditional request (1,000 a second)', spent.conditional, 1),
    milliseconds('a full request (150 a second)', spent.full, 1000 / 150),
  ];
}

/** From bookings to a calendar app. */
export const publishedFeed: Measure = {
  name: 'published-feed',
  title: `Feed of ${BOOKINGS.toLocaleString('en')} bookings`,
  async run({ runs, say }) {
    return {
      kind: 'measured',
      figures: [...(await building(runs, say)), ...(await serving(runs, say))],
      counts: [],
    };
  },
};
