import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export const TECHNICIAN = 'tech_tess';
export const CALENDAR = 'tess@example.com';
export const ENROLMENT_CODE = 'TESS-1';

const ZONE = 'Europe/London';
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** How much there is to sync. */
export interface Load {
  readonly personalEvents: number;
  readonly bookings: number;
}

/** One technician with personal events and bookings, all of which a mapping's ordinary window takes in. */
export function fillCompany(sandbox: Sandbox, load: Load, now: Date): void {
  const { booking, google } = sandbox;
  booking.addTechnician({ id: TECHNICIAN, name: 'Tess Technician', timeZone: ZONE });
  booking.devices.addCode(ENROLMENT_CODE, { technicianId: TECHNICIAN });
  google.addAccount({
    email: CALENDAR,
    sub: 'google-tess',
    name: 'Tess Technician',
    calendars: [{ id: CALENDAR, summary: 'Tess', timeZone: ZONE, primary: true, accessRole: 'owner' }],
  });
  google.configure({ autoApprove: CALENDAR });

  for (let index = 0; index < load.personalEvents; index += 1) {
    google.addEvent(CALENDAR, personalEvent(index, startOf(index, load.personalEvents, now)));
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

function personalEvent(index: number, start: number): object {
  const time =
    index % 10 === 9
      ? { start: { date: date(start) }, end: { date: date(start + DAY) } }
      : {
          start: { dateTime: instant(start), timeZone: ZONE },
          end: { dateTime: instant(start + 45 * MINUTE), timeZone: ZONE },
        };
  return {
    summary: `Appointment ${index}`,
    description: `What it is about, in a line or two, as people write it. Bring the papers of the case ${index}.`,
    location: `${(index % 90) + 1} Mill Lane, Leeds LS1 4AB`,
    ...time,
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
