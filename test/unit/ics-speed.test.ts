import { sync } from 'node-ical';
import { describe, expect, it } from 'vitest';
import { decodedText } from '../../src/main/providers/ics/feed-body.ts';
import { cursorOf } from '../../src/main/providers/ics/ics-cursor.ts';
import { events, WINDOW } from './ics-reading.ts';
import { calendar, event } from './ics-text.ts';

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

function milliseconds(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

describe('a large feed', () => {
  it('is read, expanded and shown in at most 1.3 times what node-ical alone takes to parse it', {
    timeout: 60_000,
  }, () => {
    const body = typicalFeed();
    const alone: number[] = [];
    const ours: number[] = [];
    let shown = 0;
    // By turns, and the best of each, since the computer also does other things.
    for (let round = 0; round < 5; round += 1) {
      alone.push(milliseconds(() => sync.parseICS(decodedText(body, null))));
      ours.push(
        milliseconds(() => {
          cursorOf(body, { etag: null, lastModified: null }, '');
          shown = events(decodedText(body, null)).length;
        }),
      );
    }
    const [parse, all] = [Math.min(...alone), Math.min(...ours)];
    process.stdout.write(
      `${(body.length / 1e6).toFixed(1)} MB: node-ical ${parse.toFixed(0)} ms, all of it ${all.toFixed(0)} ms for ${shown} events, ${(all / parse).toFixed(2)} times\n`,
    );
    expect(shown).toBeGreaterThan(10_000);
    expect(all / parse).toBeLessThanOrEqual(1.3);
  });

  it('of 5,000 series that began long ago is expanded within the window only', () => {
    const series = Array.from({ length: 5000 }, (_, n) =>
      event(
        `${n}@example.com`,
        'DTSTART;TZID=Europe/Berlin:19970106T090000',
        'DURATION:PT1H',
        'RRULE:FREQ=WEEKLY',
      ),
    );
    const text = calendar(...series);
    let shown = 0;
    const took = milliseconds(() => {
      shown = events(text).length;
    });
    process.stdout.write(`5,000 weekly series: ${took.toFixed(0)} ms for ${shown} events\n`);
    expect(shown).toBe(5000 * Math.ceil((WINDOW.to - Date.UTC(2026, 9, 5)) / (7 * DAY)));
  });
});
