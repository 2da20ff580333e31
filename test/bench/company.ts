import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export const TECHNICIAN = 'tech_tess';
const EMAIL = 'tess@example.com';
/** Her calendar with each provider. Google names it after its owner. */
export const CALENDARS = { google: EMAIL, microsoft: 'AQMkTessOutlook=' } as const;
export const ENROLMENT_CODE = 'TESS-1';

const ZONE = 'Europe/London';
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** How much there is to sync. */
export interface Load {
  /** Who keeps her calendar. Left out: Google. */
  readonly provider?: keyof typeof CALENDARS | undefined;
  readonly personalEvents: number;
  readonly bookings: number;
}

/** One technician with personal events and bookings, all of which a mapping's ordinary window takes in. */
export function fillCompany(sandbox: Sandbox, load: Load, now: Date): void {
  const { booking, google, microsoft } = sandbox;
  booking.addTechnician({ id: TECHNICIAN, name: 'Tess Technician', timeZone: ZONE });
  booking.devices.addCode(ENROLMENT_CODE, { technicianId: TECHNICIAN });
  google.addAccount({
    email: EMAIL,
    sub: 'google-tess',
    name: 'Tess Technician',
    calendars: [
      { id: CALENDARS.google, summary: 'Tess', timeZone: ZONE, primary: true, accessRole: 'owner' },
    ],
  });
  google.configure({ autoApprove: EMAIL });
  microsoft.addAccount({
    email: EMAIL,
    oid: 'oid-tess',
    name: 'Tess Technician',
    timeZone: ZONE,
    calendars: [{ id: CALENDARS.microsoft, name: 'Calendar', isDefault: true }],
  });
  microsoft.configure({ autoApprove: EMAIL });

  for (let index = 0; index < load.personalEvents; index += 1) {
    const start = startOf(index, load.personalEvents, now);
    if (load.provider === 'microsoft') microsoft.addEvent(CALENDARS.microsoft, outlookEvent(index, start));
    else google.addEvent(CALENDARS.google, googleEvent(index, start));
  }
  for (let index = 0; index < load.bookings; index += 1) {
    booking.bookings.create(bookingDraft(index, startOf(index, load.bookings, now)));
  }
}

/** Evenly spread from three weeks ago to five months ahead, on the quarter of an hour. */
function startOf(index: number, count: number, now: Date): number {
  const from = now.getTime() - 21 * DAY;
  const at = from + (index * 171 * DAY) / count;
  return Math.floor(at / (15 * MINUTE)) * 15 * MINUTE;
}

const instant = (at: number): string => new Date(at).toISOString();
const date = (at: number): string => instant(at).slice(0, 10);

const isAllDay = (index: number): boolean => index % 10 === 9;

/** What an appointment says, whoever keeps it. */
const appointment = (index: number) => ({
  title: `Appointment ${index}`,
  notes: `What it is about, in a line or two, as people write it. Bring the papers of the case ${index}.`,
  place: `${(index % 90) + 1} Mill Lane, Leeds LS1 4AB`,
});

function googleEvent(index: number, start: number): object {
  const { title, notes, place } = appointment(index);
  const time = isAllDay(index)
    ? { start: { date: date(start) }, end: { date: date(start + DAY) } }
    : {
        start: { dateTime: instant(start), timeZone: ZONE },
        end: { dateTime: instant(start + 45 * MINUTE), timeZone: ZONE },
      };
  return { summary: title, description: notes, location: place, ...time };
}

function outlookEvent(index: number, start: number): object {
  const { title, notes, place } = appointment(index);
  const utc = (at: number): object => ({ dateTime: instant(at).slice(0, 19), timeZone: 'UTC' });
  const midnight = Math.floor(start / DAY) * DAY;
  return {
    subject: title,
    body: { contentType: 'text', content: notes },
    location: { displayName: place },
    ...(isAllDay(index)
      ? { isAllDay: true, start: utc(midnight), end: utc(midnight + DAY) }
      : { start: utc(start), end: utc(start + 45 * MINUTE) }),
  };
}

function bookingDraft(index: number, start: number): Parameters<Sandbox['booking']['bookings']['create']>[0] {
  return {
    id: `bk_${String(index).padStart(6, '0')}`,
    status: 'confirmed',
    title: `Boiler service – customer ${index}`,
    description: `Annual service, access by the back door, key with the neighbour.\nJob ${index}`,
    location: `${(index % 90) + 1} Mill Lane, Leeds LS1 4AB`,
    start: instant(start),
    end: instant(start + 90 * MINUTE),
    timeZone: ZONE,
    technicianIds: [TECHNICIAN],
    customer: { name: `Customer ${index}`, phone: '07700 900123', email: `customer.${index}@example.com` },
    url: `https://bookings.example.com/jobs/${index}`,
  };
}
