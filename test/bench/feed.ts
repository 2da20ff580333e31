import { sync } from 'node-ical';
import { decodedText } from '../../src/main/providers/ics/feed-body.ts';
import { cursorOf } from '../../src/main/providers/ics/ics-cursor.ts';
import { events } from '../unit/ics-reading.ts';
import { calendar, event } from '../unit/ics-text.ts';
import { type Measure, milliseconds, ratio, timed } from './figure.ts';

const DAY = 86_400_000;
const FOUR_MEGABYTES = 4_000_000;

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

/** From the bytes of a feed to what the store would be given, against node-ical that only parses it. */
export const feed: Measure = {
  name: 'feed',
  title: 'ICS feed of 4 MB',
  async run({ runs, say }) {
    const body = typicalFeed();
    const parse = (): unknown => sync.parseICS(decodedText(body, null));
    const read = (): number => {
      cursorOf(body, { etag: null, lastModified: null }, '');
      return events(decodedText(body, null)).length;
    };
    say('warming up');
    parse();
    if (read() < 10_000) throw new Error('The feed showed too few events');
    const [alone, ours]: [number[], number[]] = [[], []];
    for (let run = 1; run <= runs; run += 1) {
      alone.push((await timed(parse)).wall);
      ours.push((await timed(read)).wall);
      say(`run ${run} of ${runs}`);
    }
    const whole = milliseconds('bytes to events', ours);
    const floor = milliseconds('node-ical alone', alone);
    return {
      kind: 'measured',
      figures: [whole, floor, ratio('bytes to events / node-ical', whole, floor, 1.3)],
      counts: [],
    };
  },
};
