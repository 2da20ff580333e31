import { SeedOptions } from './seed.ts';
import { TECHNICIANS } from './seed-vocabulary.ts';
import { addDays, dateAt } from './wall-time.ts';

/** A time by the clocks of a zone, as Microsoft Graph words it. */
interface OutlookTime {
  dateTime: string;
  timeZone: string;
}

/** The part of a Microsoft Graph event resource that made-up calendars use. */
export interface OutlookEvent {
  subject: string;
  body?: { contentType: 'text' | 'html'; content: string };
  location?: { displayName: string };
  start: OutlookTime;
  end: OutlookTime;
  isAllDay?: boolean;
  showAs?: 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere';
  sensitivity?: 'private';
  recurrence?: { pattern: Record<string, unknown>; range: { type: 'noEnd'; startDate: string } };
  organizer?: { emailAddress: { name: string; address: string } };
  attendees?: { type: 'required'; emailAddress: { name: string; address: string } }[];
  responseStatus?: { response: string };
  isCancelled?: boolean;
  originalStartTimeZone?: string;
  originalEndTimeZone?: string;
}

export interface OutlookAccount {
  email: string;
  name: string;
  /** The object id in the directory. */
  oid: string;
  /** IANA. */
  timeZone: string;
  calendars: { id: string; name: string; isDefault?: boolean; canEdit?: boolean }[];
}

/** Where made-up Outlook calendars are put. */
export interface OutlookCalendars {
  addAccount(account: OutlookAccount): unknown;
  addEvent(calendarId: string, event: OutlookEvent): unknown;
  /** A time by the clocks of the calendar's mailbox. */
  localTime(calendarId: string, dateTime: string): OutlookTime;
}

/** How many of the technicians, from the first one on, have an account with Microsoft too. */
const OUTLOOK_USERS = 2;

const MANAGER = { name: 'Priya Patel', address: 'priya.patel@heatandmeter.example' };

/** The calendar of the company account of a technician. */
export const outlookCalendarId = (index: number): string =>
  `AAMkAGCalendar${String(index + 1).padStart(2, '0')}AAA=`;

/** Gives some technicians a company account with Microsoft and what such a calendar fills with by itself. */
export function seedOutlookCalendars(options: SeedOptions, outlook: OutlookCalendars, now: Date): void {
  const { technicians, personalEvents } = SeedOptions.parse(options);
  for (const [index, { name, timeZone }] of TECHNICIANS.slice(
    0,
    Math.min(technicians, OUTLOOK_USERS),
  ).entries()) {
    const email = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@heatandmeter.example`;
    const calendarId = outlookCalendarId(index);
    outlook.addAccount({
      email,
      name,
      oid: `0d4f6c1e-7b2a-4c88-9e15-${String(index + 1).padStart(12, '0')}`,
      timeZone,
      calendars: [
        { id: calendarId, name: 'Calendar', isDefault: true },
        {
          id: `AAMkAGHolidays${String(index + 1).padStart(2, '0')}AAA=`,
          name: 'United Kingdom holidays',
          canEdit: false,
        },
      ],
    });
    if (personalEvents)
      seedEvents(outlook, calendarId, { name, address: email }, dateAt(now.getTime(), timeZone));
  }
}

/** One event of every kind that syncing must tell apart. */
function seedEvents(
  outlook: OutlookCalendars,
  calendarId: string,
  self: { name: string; address: string },
  today: string,
): void {
  const day = (offset: number): string => addDays(today, offset);
  const at = (date: string, time: string): OutlookTime => outlook.localTime(calendarId, `${date}T${time}:00`);
  const add = (event: OutlookEvent): unknown => outlook.addEvent(calendarId, event);
  const invitation = {
    organizer: { emailAddress: MANAGER },
    attendees: [{ type: 'required' as const, emailAddress: self }],
  };

  // Without an end, so that whatever the date is, the series crosses the next change of clocks.
  const toolbox = day(-63);
  add({
    ...invitation,
    subject: 'Toolbox talk',
    body: { contentType: 'text', content: 'Bring your near-miss cards.' },
    location: { displayName: 'Depot, room 2' },
    start: at(toolbox, '07:30'),
    end: at(toolbox, '08:00'),
    responseStatus: { response: 'accepted' },
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: [weekdayOf(toolbox)], firstDayOfWeek: 'monday' },
      range: { type: 'noEnd', startDate: toolbox },
    },
  });
  const review = day(-30);
  add({
    subject: 'Van stock check',
    start: at(review, '16:00'),
    end: at(review, '17:00'),
    recurrence: {
      pattern: { type: 'absoluteMonthly', interval: 1, dayOfMonth: Number(review.slice(8)) },
      range: { type: 'noEnd', startDate: review },
    },
  });
  add({
    subject: 'Occupational health',
    sensitivity: 'private',
    body: { contentType: 'html', content: '<p>Hearing test, <b>bring the letter</b></p>' },
    start: at(day(2), '09:30'),
    end: at(day(2), '10:15'),
  });
  add({
    subject: 'Gas safety refresher',
    showAs: 'oof',
    isAllDay: true,
    start: at(day(10), '00:00'),
    end: at(day(12), '00:00'),
  });
  add({
    subject: 'Paperwork from home',
    showAs: 'workingElsewhere',
    isAllDay: true,
    start: at(day(4), '00:00'),
    end: at(day(5), '00:00'),
  });
  add({
    ...invitation,
    subject: 'Heat pump supplier demo',
    showAs: 'tentative',
    responseStatus: { response: 'tentativelyAccepted' },
    start: at(day(8), '13:00'),
    end: at(day(8), '14:30'),
  });
  add({
    ...invitation,
    subject: 'Summer party committee',
    showAs: 'free',
    responseStatus: { response: 'declined' },
    start: at(day(6), '12:00'),
    end: at(day(6), '13:00'),
  });
  add({
    ...invitation,
    subject: 'Canceled: Fleet briefing',
    isCancelled: true,
    showAs: 'free',
    responseStatus: { response: 'accepted' },
    start: at(day(3), '15:00'),
    end: at(day(3), '16:00'),
  });
  add({
    subject: 'Call with insurer',
    // From an Outlook on a desktop whose zone was set up by hand.
    originalStartTimeZone: 'tzone://Microsoft/Custom',
    originalEndTimeZone: 'tzone://Microsoft/Custom',
    start: at(day(5), '17:15'),
    end: at(day(5), '17:45'),
  });
  add({ subject: 'Post day', showAs: 'free', start: at(day(1), '08:00'), end: at(day(1), '08:15') });
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function weekdayOf(date: string): string {
  return WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? '';
}
