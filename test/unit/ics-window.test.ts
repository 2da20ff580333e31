import { expect, it } from 'vitest';
import { events, WINDOW } from './ics-reading.ts';
import { calendar, event } from './ics-text.ts';

const WEEK_MS = 7 * 86_400_000;

it('expands 5,000 series that began long ago and never end within the window only', () => {
  const series = Array.from({ length: 5000 }, (_, n) =>
    event(
      `${n}@example.com`,
      'DTSTART;TZID=Europe/Berlin:19970106T090000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY',
    ),
  );
  const firstMonday = Date.UTC(2026, 9, 5);
  expect(events(calendar(...series))).toHaveLength(5000 * Math.ceil((WINDOW.to - firstMonday) / WEEK_MS));
});
