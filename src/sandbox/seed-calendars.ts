import type { SandboxRandom } from './ports.ts';
import { ERRANDS } from './seed-vocabulary.ts';
import { addDays, dateAt } from './wall-time.ts';

/** When a personal event begins or ends, as Google Calendar API v3 words it. */
interface PersonalTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

/** The part of a Google Calendar API v3 event resource that made-up calendars use. */
export interface PersonalEvent {
  summary: string;
  iCalUID?: string;
  description?: string;
  location?: string;
  start: PersonalTime;
  end: PersonalTime;
  recurrence?: string[];
  status?: 'confirmed' | 'tentative';
  transparency?: 'opaque' | 'transparent';
  visibility?: 'private';
  eventType?: 'birthday' | 'workingLocation';
  attendees?: { email: string; responseStatus: 'accepted' | 'declined' | 'tentative' }[];
  organizer?: { email: string };
  birthdayProperties?: { type: string };
  workingLocationProperties?: { type: string; homeOffice?: object };
}

export interface PersonalAccount {
  email: string;
  /** Google's stable subject of the account. */
  sub: string;
  name: string;
  calendars: {
    id: string;
    summary: string;
    timeZone: string;
    primary?: boolean;
    accessRole: 'owner' | 'writer' | 'reader';
  }[];
}

/** Where made-up calendars are put. */
export interface PersonalCalendars {
  addAccount(account: PersonalAccount): unknown;
  addEvent(calendarId: string, event: PersonalEvent): unknown;
}

interface Person {
  readonly name: string;
  readonly timeZone: string;
}

/** The address of a technician's own Google account, which is also the id of its primary calendar. */
const personalEmail = (name: string): string =>
  `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@gmail.example`;

/** The UID of the meeting that is in a technician's own calendar and in their rota as well. */
export const sharedMeetingUid = (index: number): string => `review-${index + 1}@heatandmeter.example`;

/** That meeting, by the clocks of the technician's depot. */
export const sharedMeeting = (today: string) => ({
  summary: 'Apprentice review',
  date: addDays(today, 7),
  from: '09:00',
  to: '10:00',
});

/** Gives a technician a Google account with a life in it: one event of every kind that syncing must tell apart. */
export function seedPersonalCalendar(
  calendars: PersonalCalendars,
  person: Person,
  index: number,
  random: SandboxRandom,
  now: Date,
  withEvents: boolean,
): void {
  const { name, timeZone } = person;
  const email = personalEmail(name);
  const family = `family-${index + 1}@group.calendar.example`;
  calendars.addAccount({
    email,
    sub: `1000000000000000${String(10_000 + index)}`,
    name,
    calendars: [
      { id: email, summary: name, timeZone, primary: true, accessRole: 'owner' },
      { id: family, summary: 'Family', timeZone, accessRole: 'owner' },
    ],
  });
  if (!withEvents) return;

  const today = dateAt(now.getTime(), timeZone);
  const day = (offset: number): string => addDays(today, offset);
  const at = (date: string, time: string): PersonalTime => ({ dateTime: `${date}T${time}:00`, timeZone });
  const add = (event: PersonalEvent): unknown => calendars.addEvent(email, event);

  // Without an end, so that whatever the date is, the series crosses the next change of clocks.
  const football = weekdayBefore(day(-56), 2);
  add({
    summary: 'Five-a-side',
    location: 'Powerleague',
    start: at(football, '18:30'),
    end: at(football, '19:30'),
    recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'],
  });
  const school = weekdayBefore(day(-28), 1);
  add({
    summary: 'School run',
    start: at(school, '08:15'),
    end: at(school, '09:00'),
    recurrence: ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR'],
  });
  const leave = day(16 + index);
  add({ summary: 'Annual leave', start: { date: leave }, end: { date: addDays(leave, 3) } });
  add({
    summary: 'Dentist',
    description: 'Root canal, second visit',
    visibility: 'private',
    start: at(day(3), '11:00'),
    end: at(day(3), '12:00'),
  });
  add({
    summary: 'Maybe: Leeds Beer Festival',
    status: 'tentative',
    start: at(day(9), '15:00'),
    end: at(day(9), '20:00'),
  });
  add({
    summary: 'Residents association',
    start: at(day(5), '17:00'),
    end: at(day(5), '18:30'),
    organizer: { email: 'chair@residents.example' },
    attendees: [{ email, responseStatus: 'declined' }],
  });
  add({
    summary: 'Bin collection: green bin',
    transparency: 'transparent',
    start: { date: day(1) },
    end: { date: day(2) },
  });
  add({
    summary: 'Home',
    eventType: 'workingLocation',
    transparency: 'transparent',
    visibility: 'private',
    start: { date: day(4) },
    end: { date: day(5) },
    workingLocationProperties: { type: 'homeOffice', homeOffice: {} },
  });
  add({
    summary: "Mum's birthday",
    eventType: 'birthday',
    transparency: 'transparent',
    visibility: 'private',
    start: { date: day(12) },
    end: { date: day(13) },
    recurrence: ['RRULE:FREQ=YEARLY'],
    birthdayProperties: { type: 'birthday' },
  });
  const meeting = sharedMeeting(today);
  const depot = (time: string): PersonalTime => ({ ...at(meeting.date, time), timeZone: 'Europe/London' });
  add({
    summary: meeting.summary,
    iCalUID: sharedMeetingUid(index),
    start: depot(meeting.from),
    end: depot(meeting.to),
  });
  for (let count = 0; count < 12; count += 1) {
    const date = day(Math.floor(random.unit() * 42) - 7);
    const hour = 9 + Math.floor(random.unit() * 8);
    const summary = ERRANDS[Math.floor(random.unit() * ERRANDS.length)] ?? 'Errand';
    const clock = (minutes: string): string => `${String(hour).padStart(2, '0')}:${minutes}`;
    add({ summary, start: at(date, clock('00')), end: at(date, clock('45')) });
  }
  calendars.addEvent(family, {
    summary: 'Cinema',
    start: at(day(6), '18:00'),
    end: at(day(6), '21:00'),
  });
}

/** The latest date, `date` itself included, that falls on an ISO weekday (1 is Monday). */
function weekdayBefore(date: string, weekday: number): string {
  const actual = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
  return addDays(date, -((actual - weekday + 7) % 7));
}
