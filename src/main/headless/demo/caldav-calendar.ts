import ICAL from 'ical.js';
import { createCalendarObject, fetchCalendarObjects, makeCalendar } from 'tsdav';
import { z } from 'zod';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { Fetch } from '../../ports.ts';
import { CALDAV_PASSWORD, CALDAV_USER, type CaldavServer } from './caldav-server.ts';
import type { SandboxEvent } from './sandbox-event.ts';

const HEADERS = {
  authorization: `Basic ${Buffer.from(`${CALDAV_USER}:${CALDAV_PASSWORD}`).toString('base64')}`,
};
const DAY_MS = 86_400_000;

const CalendarObject = z.object({ url: z.string(), etag: z.string(), data: z.string() });

/** The technician's own calendar on a real server, as another calendar program uses it. */
export class CaldavCalendar {
  readonly #server: CaldavServer;
  readonly #access: { readonly headers: Record<string, string>; readonly fetch: typeof fetch };

  constructor(server: CaldavServer, fetch: Fetch) {
    this.#server = server;
    this.#access = { headers: HEADERS, fetch };
  }

  get url(): string {
    return this.#server.calendar;
  }

  /** What its user enters to connect it. */
  get account(): { readonly url: string; readonly username: string; readonly password: string } {
    return { url: this.#server.origin, username: CALDAV_USER, password: CALDAV_PASSWORD };
  }

  /** Makes the calendar where there is none, and puts a few weeks of somebody's life into it. */
  async fill(now: Date): Promise<void> {
    if (!this.#server.hasCalendar) {
      const [made] = await makeCalendar({
        url: this.url,
        props: { 'd:displayname': 'Carys' },
        ...this.#access,
      });
      if (made?.ok !== true) throw refused(made?.status);
    }
    for (const [index, appointment] of APPOINTMENTS.entries()) {
      const { ok, status } = await createCalendarObject({
        calendar: { url: this.url },
        filename: `own-${index}.ics`,
        iCalString: objectText(`own-${index}@carys.example`, appointment, now),
        ...this.#access,
      });
      if (!ok) throw refused(status);
    }
  }

  /** What is in it, asked of the server itself. */
  async events(): Promise<readonly SandboxEvent[]> {
    const objects = await fetchCalendarObjects({ calendar: { url: this.url }, ...this.#access });
    return objects.map((object) => sandboxEvent(CalendarObject.parse(object)));
  }
}

const refused = (status: number | undefined): AppError =>
  new AppError('INTERNAL', `The CalDAV server of the demo answered ${status ?? 'nothing'}.`);

function sandboxEvent({ url, etag, data }: z.infer<typeof CalendarObject>): SandboxEvent {
  const component = new ICAL.Component(ICAL.parse(data)).getFirstSubcomponent('vevent');
  const { uid, summary, startDate, endDate } = new ICAL.Event(component ?? undefined);
  return { id: url, uid, version: etag, title: summary ?? '', start: text(startDate), end: text(endDate) };
}

const text = (time: ICAL.Time): string => (time.isDate ? time.toString() : time.toJSDate().toISOString());

/**
 * Of an hour; days are counted from today, and hours are those of UTC. Whichever day that is, in summer too, one of
 * them falls into working hours in which no job is booked yet.
 */
interface Appointment {
  readonly title: string;
  readonly day: number;
  readonly hour: number;
  readonly property?: string;
}

const APPOINTMENTS: readonly Appointment[] = [
  { title: 'Choir practice', day: 1, hour: 15, property: 'RRULE:FREQ=WEEKLY' },
  { title: 'Physiotherapy', day: 2, hour: 10 },
  { title: 'Nursery visit', day: 3, hour: 13, property: 'CLASS:PRIVATE' },
  { title: 'Welsh class', day: 4, hour: 14, property: 'RRULE:FREQ=WEEKLY;INTERVAL=2' },
  { title: 'Window cleaner', day: 5, hour: 9, property: 'TRANSP:TRANSPARENT' },
];

/** The iCalendar object (RFC 4791 section 4.1) of an appointment. */
function objectText(uid: string, { title, day, hour, property }: Appointment, now: Date): string {
  const date = new Date(now.getTime() + day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const at = (hours: number): string => `${date}T${String(hours).padStart(2, '0')}0000Z`;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Phone//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${at(0)}`,
    `DTSTART:${at(hour)}`,
    `DTEND:${at(hour + 1)}`,
    `SUMMARY:${title}`,
    ...(property === undefined ? [] : [property]),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}
