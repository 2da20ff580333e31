import { z } from 'zod';
import type { BookingDraft } from './booking-api/bookings.ts';
import type { BookingState } from './booking-api/state.ts';
import type { SandboxRandom } from './ports.ts';
import { type PersonalCalendars, seedPersonalCalendar } from './seed-calendars.ts';
import { FIRST_NAMES, JOBS, LAST_NAMES, PROJECTS, STREETS, TECHNICIANS, TOWNS } from './seed-vocabulary.ts';
import { seededRandom } from './seeded-random.ts';
import { addDays, dateAt, instantAt } from './wall-time.ts';

export const SeedOptions = z.object({
  /** The same number, at the same time of the sandbox's clock, makes the same company. */
  seed: z.int().default(1),
  technicians: z.int().min(1).max(TECHNICIANS.length).default(TECHNICIANS.length),
  bookings: z.int().min(0).default(400),
  /** False leaves the technicians' own calendars empty. */
  personalEvents: z.boolean().default(true),
});
export type SeedOptions = z.input<typeof SeedOptions>;

/** The bearer token of a seeded company: its first technician's, who leads the team and sees everybody. */
export const SEEDED_TOKEN = 'sandbox-booking-token';

/** One code for each seeded technician, in order; what it enrols sees that technician alone. */
export const enrolmentCode = (index: number): string => `ENROL-${String(index + 1).padStart(2, '0')}`;

/** A code for the device of the first technician, who leads the team: it sees everybody. */
export const TEAM_CODE = 'ENROL-TEAM';

const FIRST_JOB_MINUTE = 8 * 60;
const LAST_JOB_MINUTE = 17 * 60;

interface SeededTechnician {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

/**
 * Fills the services with a heating, plumbing and metering company: technicians, projects, about a fortnight of
 * bookings around `now`, and what the technicians have in calendars of their own.
 */
export function seedCompany(
  options: SeedOptions,
  booking: BookingState,
  calendars: PersonalCalendars,
  now: Date,
): void {
  const settings = SeedOptions.parse(options);
  const random = seededRandom(settings.seed);

  const technicians = TECHNICIANS.slice(0, settings.technicians).map(({ name, timeZone }, index) => ({
    id: `tech_${String(index + 1).padStart(2, '0')}`,
    name,
    timeZone,
  }));
  for (const [index, technician] of technicians.entries()) {
    booking.addTechnician(technician);
    booking.devices.addCode(enrolmentCode(index), { technicianId: technician.id });
  }
  const [lead] = technicians;
  if (lead !== undefined) {
    const sees = technicians.map(({ id }) => id);
    booking.devices.addToken({ technicianId: lead.id, sees }, { token: SEEDED_TOKEN, name: 'sandbox' });
    booking.devices.addCode(TEAM_CODE, { technicianId: lead.id, sees });
  }
  for (const [index, name] of PROJECTS.entries()) booking.addProject({ id: `project_${index + 1}`, name });

  let made = 0;
  for (const draft of jobs(technicians, random, now)) {
    if (made === settings.bookings) break;
    if (isDoubleBooked(booking, draft)) continue;
    made += 1;
    booking.bookings.create({ ...draft, id: `bk_${String(made).padStart(5, '0')}` });
  }
  for (const [index, technician] of technicians.entries()) {
    seedPersonalCalendar(calendars, technician, index, random, now, settings.personalEvents);
  }
}

/** Working day after working day of jobs, nearest to today first, without end. */
function* jobs(
  technicians: readonly SeededTechnician[],
  random: SandboxRandom,
  now: Date,
): Generator<BookingDraft> {
  for (let distance = 0; ; distance += 1) {
    for (const offset of distance === 0 ? [0] : [distance, -distance]) {
      for (const technician of technicians) {
        const date = addDays(dateAt(now.getTime(), technician.timeZone), offset);
        if (!isWeekend(date)) yield* dayOfJobs(date, technician, technicians, random);
      }
    }
  }
}

/** A job for two may meet the other one's own jobs. */
const isDoubleBooked = ({ bookings }: BookingState, { technicianIds, start, end }: BookingDraft): boolean =>
  technicianIds.some((id) => bookings.confirmed(id, Date.parse(start), Date.parse(end)).length > 0);

const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

/** One technician's jobs of a day, one after the other with time to drive between them. */
function* dayOfJobs(
  date: string,
  technician: SeededTechnician,
  team: readonly SeededTechnician[],
  random: SandboxRandom,
): Generator<BookingDraft> {
  const pick = picker(random);
  let minute = FIRST_JOB_MINUTE + 15 * Math.floor(random.unit() * 3);
  for (;;) {
    const job = pick(JOBS);
    if (minute + job.minutes > LAST_JOB_MINUTE) return;
    const customer = `${pick(FIRST_NAMES)} ${pick(LAST_NAMES)}`;
    const town = pick(TOWNS);
    const mate = random.unit() < 0.05 ? pick(team) : technician;
    const bookingNumber = 10_000 + Math.floor(random.unit() * 90_000);
    yield {
      status: statusFor(random.unit()),
      title: `${job.title} – ${customer}`,
      description: `${job.notes}\nJob ${bookingNumber}`,
      location: `${1 + Math.floor(random.unit() * 120)} ${pick(STREETS)}, ${town.name} ${town.postcode}`,
      start: new Date(instantAt(date, minute, technician.timeZone)).toISOString(),
      end: new Date(instantAt(date, minute + job.minutes, technician.timeZone)).toISOString(),
      timeZone: technician.timeZone,
      technicianIds: [...new Set([technician.id, mate.id])],
      ...(random.unit() < 0.85 && {
        projectId: `project_${1 + Math.floor(random.unit() * PROJECTS.length)}`,
      }),
      customer: {
        name: customer,
        phone: `07700 900${String(Math.floor(random.unit() * 1000)).padStart(3, '0')}`,
        email: `${customer.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`,
      },
      url: `https://bookings.example.com/jobs/${bookingNumber}`,
    };
    minute += job.minutes + 15 * (1 + Math.floor(random.unit() * 3));
  }
}

function statusFor(chance: number): 'confirmed' | 'tentative' | 'cancelled' {
  if (chance < 0.05) return 'tentative';
  return chance < 0.08 ? 'cancelled' : 'confirmed';
}

/** Picks any one of a list that is not empty. */
function picker(random: SandboxRandom): <T>(list: readonly T[]) => T {
  return (list) => {
    const picked = list[Math.floor(random.unit() * list.length)];
    if (picked === undefined) throw new TypeError('There is nothing to pick from.');
    return picked;
  };
}
