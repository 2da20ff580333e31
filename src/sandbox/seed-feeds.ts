import { hash } from 'node:crypto';
import { SeedOptions } from './seed.ts';
import { sharedMeeting, sharedMeetingUid } from './seed-calendars.ts';
import { TECHNICIANS } from './seed-vocabulary.ts';
import { addDays, dateAt } from './wall-time.ts';

type FeedTime = { date: string } | { dateTime: string; timeZone?: string };

/** The part of a published event that made-up feeds use. */
export interface RotaEvent {
  uid: string;
  summary: string;
  start: FeedTime;
  end?: FeedTime;
  duration?: string;
  location?: string;
  description?: string;
  status?: 'TENTATIVE' | 'CANCELLED';
  transparent?: boolean;
  classification?: 'PRIVATE';
  recurrence?: string[];
  recurrenceId?: FeedTime;
}

/** Where made-up feeds are published. */
export interface FeedPublishers {
  addFeed(feed: { id: string; name: string; token: string; zones: string[] }): unknown;
  addEvent(feedId: string, event: RotaEvent): unknown;
}

/** Exchange names zones as Windows does, and explains them in the feed. */
const ZONE = 'GMT Standard Time';
const VTIMEZONE = `BEGIN:VTIMEZONE
TZID:${ZONE}
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE`;

/** The feed in which the company publishes a technician's rota. */
const rotaFeedId = (index: number): string => `rota-${String(index + 1).padStart(2, '0')}`;

/** Publishes a rota for each technician: one event of every kind that reading a feed must tell apart. */
export function seedFeeds(options: SeedOptions, feeds: FeedPublishers, now: Date): void {
  const { seed, technicians, personalEvents } = SeedOptions.parse(options);
  for (const [index, { name }] of TECHNICIANS.slice(0, technicians).entries()) {
    const id = rotaFeedId(index);
    const token = hash('sha256', `${seed} ${id}`).slice(0, 32);
    feeds.addFeed({ id, name: `Rota ${name}`, token, zones: [VTIMEZONE] });
    if (personalEvents) seedRota(feeds, id, index, dateAt(now.getTime(), 'Europe/London'));
  }
}

function seedRota(feeds: FeedPublishers, id: string, index: number, today: string): void {
  const day = (offset: number): string => addDays(today, offset);
  const at = (date: string, time: string): FeedTime => ({ dateTime: `${date}T${time}:00`, timeZone: ZONE });
  const add = (name: string, event: Omit<RotaEvent, 'uid'>): unknown =>
    feeds.addEvent(id, { uid: `${name}-${index + 1}@rota.heatandmeter.example`, ...event });

  // Without an end, so that whatever the date is, the series crosses the next change of clocks.
  const handover = day(-49);
  add('handover', {
    summary: 'On-call handover',
    location: 'Depot, room 1',
    start: at(handover, '12:30'),
    end: at(handover, '13:00'),
    recurrence: ['RRULE:FREQ=WEEKLY', `EXDATE;TZID=${ZONE}:${day(14).replaceAll('-', '')}T123000`],
  });
  add('handover', {
    summary: 'On-call handover (moved)',
    recurrenceId: at(day(7), '12:30'),
    start: at(day(7), '16:30'),
    end: at(day(7), '17:00'),
  });
  add('standby', {
    summary: 'Standby weekend',
    start: { date: day(18 + index) },
    end: { date: day(20 + index) },
  });
  add('eyesight', {
    summary: 'Eyesight check',
    classification: 'PRIVATE',
    start: { dateTime: `${day(4)}T14:00:00Z` },
    duration: 'PT45M',
  });
  add('vaccination', {
    summary: 'Flu vaccination, at the depot',
    description: 'Wear something with short sleeves; bring the form, signed.',
    start: { dateTime: `${day(11)}T09:15:00` },
    end: { dateTime: `${day(11)}T09:30:00` },
  });
  add('cover', {
    summary: 'Maybe: cover for Wakefield',
    status: 'TENTATIVE',
    start: at(day(13), '13:00'),
    end: at(day(13), '16:00'),
  });
  add('payday', {
    summary: 'Payday',
    transparent: true,
    start: { date: day(5) },
    end: { date: day(6) },
  });
  add('audit', {
    summary: 'Van audit',
    status: 'CANCELLED',
    start: at(day(3), '10:00'),
    end: at(day(3), '11:00'),
  });
  const { summary, date, from, to } = sharedMeeting(today);
  feeds.addEvent(id, {
    uid: sharedMeetingUid(index),
    summary,
    start: at(date, from),
    end: at(date, to),
  });
}
