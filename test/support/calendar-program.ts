import { parseTransactionId } from '../../src/main/providers/microsoft/ownership.ts';
import { OUTLOOK } from './outlook.ts';
import { CALENDAR, shown, type World } from './world.ts';

/** An event as the technician sees it. Times are UTC instants, or dates. */
export interface SeenEvent {
  readonly id: string;
  readonly title: string;
  readonly location: string;
  readonly start: string;
  readonly end: string;
  /** Whose event of ours it is; a copy that the technician made is hers. */
  readonly bookingId: string | null;
}

/** A technician's calendar as she uses it with another program than ours. */
export interface CalendarProgram {
  /** All that is there, occurrences of a series as the series. */
  seen(): Promise<readonly SeenEvent[]>;
  /** All that the service keeps of an event, as text. */
  raw(id: string): Promise<string>;
  rename(id: string, title: string): Promise<void>;
  /** @param start UTC instant, of whole minutes */
  move(id: string, start: string, end: string): Promise<void>;
  /** Changes what is the technician's alone: a colour, a reminder. */
  decorate(id: string): Promise<void>;
  makeFree(id: string): Promise<void>;
  makeBusy(id: string): Promise<void>;
  /** Makes it repeat daily, five times. */
  repeat(id: string): Promise<void>;
  /** Answers with the id of the copy. */
  copy(id: string, start: string, end: string): Promise<string>;
  delete(id: string): Promise<void>;
  /** Adds an appointment and answers with its id. */
  add(title: string, start: string, end: string): Promise<string>;
  /** The service forgets where our listing ended. */
  forgetPosition(): void;
}

/** What else is done with calendars that are in this process. */
export interface OnlineProgram extends CalendarProgram {
  relocate(id: string, location: string): Promise<void>;
  /** Adds what lasts whole days, of which the last is not part. */
  addDays(title: string, from: string, to: string): Promise<string>;
  /** Adds a meeting that the same person may have in another calendar, too, and answers with its id. */
  addMeeting(uid: string, title: string, start: string, end: string): Promise<string>;
  decline(id: string): Promise<void>;
}

const ZONE = 'Europe/London';

export function googleProgram(world: World, calendarId = CALENDAR): OnlineProgram {
  const { google: service } = world.sandbox;
  const timed = (start: string, end: string) => ({
    start: { dateTime: start, timeZone: ZONE },
    end: { dateTime: end, timeZone: ZONE },
  });
  const edit = async (id: string, patch: object): Promise<void> =>
    void service.editEvent(calendarId, id, patch);
  // A copy has the same properties, those that say which event they were written to among them.
  const own = (id: string, bookingId: string | null): string | null =>
    service.event(calendarId, id)?.extendedProperties?.private?.calendarSyncSelf === id ? bookingId : null;
  return {
    seen: async () =>
      shown(world, calendarId).map(({ id, summary: title, location, start, end, bookingId }) => ({
        ...{ id, title, location, start, end },
        bookingId: own(id, bookingId),
      })),
    raw: async (id) => JSON.stringify(service.event(calendarId, id)),
    rename: (id, summary) => edit(id, { summary }),
    relocate: (id, location) => edit(id, { location }),
    move: (id, start, end) => edit(id, timed(start, end)),
    decorate: (id) =>
      edit(id, {
        colorId: '5',
        reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
      }),
    makeFree: (id) => edit(id, { transparency: 'transparent' }),
    makeBusy: (id) => edit(id, { transparency: 'opaque' }),
    decline: (id) => edit(id, { attendees: [{ email: CALENDAR, self: true, responseStatus: 'declined' }] }),
    repeat: async (id) => void service.makeRecurring(calendarId, id, ['RRULE:FREQ=DAILY;COUNT=5']),
    copy: async (id, start, end) => service.copyEvent(calendarId, id, timed(start, end)).id,
    delete: async (id) => void service.deleteEvent(calendarId, id),
    add: async (summary, start, end) => service.addEvent(calendarId, { summary, ...timed(start, end) }).id,
    addDays: async (summary, from, to) =>
      service.addEvent(calendarId, { summary, start: { date: from }, end: { date: to } }).id,
    addMeeting: async (iCalUID, summary, start, end) =>
      service.addEvent(calendarId, { summary, iCalUID, ...timed(start, end) }).id,
    forgetPosition: () => service.expireSyncTokens(),
  };
}

interface OutlookResource {
  readonly id: string;
  readonly subject: string;
  readonly location: { readonly displayName: string };
  readonly start: { readonly dateTime: string };
  readonly end: { readonly dateTime: string };
  readonly transactionId: string | null;
}

export function outlookProgram(world: World, calendarId = OUTLOOK): OnlineProgram {
  const { microsoft: service } = world.sandbox;
  const moment = (instant: string) => ({ dateTime: instant.slice(0, 19), timeZone: 'UTC' });
  const instant = ({ dateTime }: { readonly dateTime: string }): string =>
    new Date(`${dateTime.slice(0, 19)}Z`).toISOString();
  const timed = (start: string, end: string) => ({ start: moment(start), end: moment(end) });
  const edit = async (id: string, patch: object): Promise<void> =>
    void service.editEvent(calendarId, id, patch);
  const midnight = (date: string) => ({ dateTime: `${date}T00:00:00`, timeZone: ZONE });
  return {
    seen: async () =>
      (service.events(calendarId) as unknown as readonly OutlookResource[]).map((event) => ({
        id: event.id,
        title: event.subject,
        location: event.location.displayName,
        start: instant(event.start),
        end: instant(event.end),
        bookingId: parseTransactionId(event.transactionId ?? '')?.bookingId ?? null,
      })),
    raw: async (id) => JSON.stringify(service.event(calendarId, id)),
    rename: (id, subject) => edit(id, { subject }),
    relocate: (id, displayName) => edit(id, { location: { displayName } }),
    move: (id, start, end) => edit(id, timed(start, end)),
    decorate: (id) => edit(id, { categories: ['Red'], reminderMinutesBeforeStart: 5 }),
    makeFree: (id) => edit(id, { showAs: 'free' }),
    makeBusy: (id) => edit(id, { showAs: 'busy' }),
    decline: (id) => edit(id, { responseStatus: { response: 'declined', time: '2026-11-01T00:00:00Z' } }),
    repeat: async (id) =>
      void service.makeRecurring(calendarId, id, {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'numbered', numberOfOccurrences: 5 },
      }),
    copy: async (id, start, end) => service.copyEvent(calendarId, id, timed(start, end)).id,
    delete: async (id) => void service.deleteEvent(calendarId, id),
    add: async (subject, start, end) => service.addEvent(calendarId, { subject, ...timed(start, end) }).id,
    addDays: async (subject, from, to) =>
      service.addEvent(calendarId, { subject, isAllDay: true, start: midnight(from), end: midnight(to) }).id,
    addMeeting: async (iCalUId, subject, start, end) =>
      service.addEvent(calendarId, { subject, iCalUId, ...timed(start, end) }).id,
    forgetPosition: () => service.expireDeltaTokens(calendarId),
  };
}
