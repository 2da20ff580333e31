import { sync } from 'node-ical';
import { decodedText } from '../../src/main/providers/ics/feed-body.ts';
import { createIcsProvider } from '../../src/main/providers/ics/ics-provider.ts';
import { calendar, event } from '../unit/ics-text.ts';
import { type Measure, milliseconds, ratio, type Spent, timed, verify } from './figure.ts';
import { freshCalendar } from './fresh-calendar.ts';
import { temporaryDirectory } from './technician.ts';

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
const subscription = (dataDir: string, body: Buffer) =>
  freshCalendar(dataDir, { provider: 'ics', calendarId: 'feed', now: NOW }, (ports) =>
    createIcsProvider({
      url: 'https://calendar.example.com/feed.ics',
      fetch: async () => new Response(new Uint8Array(body)),
      clock: ports.clock,
      timeZone: 'Europe/London',
      lookup: async () => [],
      readFile: async () => new Uint8Array(),
      allowPrivateNetwork: false,
      allowPlainHttp: false,
    }),
  );

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
        changed = await feed.read();
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
