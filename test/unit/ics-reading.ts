import { type ParsedCalendar, readCalendar } from '../../src/main/providers/icalendar/calendar.ts';
import { listCalendar } from '../../src/main/providers/icalendar/listing.ts';
import type { EventChange } from '../../src/main/providers/provider.ts';
import { ianaZone, UTC } from '../../src/main/time/zone.ts';
import type { CalendarEvent } from '../../src/shared/domain/calendar-event.ts';

export const WINDOW = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2027-05-01T00:00:00Z') };
const LONDON = ianaZone('Europe/London') ?? UTC;

/** A feed from example.com, subscribed to in London. */
export const read = (text: string, notices: string[] = []): ParsedCalendar =>
  readCalendar(text, LONDON, 'example.com', (notice) => notices.push(notice));

export const changes = (text: string, notices: string[] = [], window = WINDOW): readonly EventChange[] => [
  ...listCalendar(read(text, notices), window, 'example.com', (notice) => notices.push(notice)),
];

export const eventsAmong = (listed: readonly EventChange[]): readonly CalendarEvent[] =>
  listed.flatMap((change) => (change.kind === 'event' ? [change.event] : []));

export const events = (text: string, notices: string[] = [], window = WINDOW): readonly CalendarEvent[] =>
  eventsAmong(changes(text, notices, window));

/** Start and end of each event. */
export const times = (text: string): readonly string[] =>
  events(text).map(({ time }) => `${time.start}/${time.end}`);

/** Start of each event, to the minute. */
export const starts = (text: string): readonly string[] =>
  events(text).map(({ time }) => time.start.slice(0, 16));
