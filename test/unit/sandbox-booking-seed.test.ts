import { describe, expect, it } from 'vitest';
import { BookingState } from '../../src/sandbox/booking-api/state.ts';
import { enrolmentCode, SEEDED_TOKEN, type SeedOptions, seedCompany } from '../../src/sandbox/seed.ts';
import type { PersonalAccount, PersonalEvent } from '../../src/sandbox/seed-calendars.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';

const NOW = new Date('2026-10-19T09:00:00Z');

function seeded(options: SeedOptions = {}) {
  const clock = { now: () => NOW, sleep: async () => undefined };
  const booking = new BookingState(clock, seededRandom(1));
  const accounts: PersonalAccount[] = [];
  const events: { calendarId: string; event: PersonalEvent }[] = [];
  const calendars = {
    addAccount: (account: PersonalAccount) => accounts.push(account),
    addEvent: (calendarId: string, event: PersonalEvent) => events.push({ calendarId, event }),
  };
  seedCompany(options, booking, calendars, NOW);
  return { booking, accounts, events };
}

describe('the made-up company', () => {
  it('has eight technicians in several zones, projects, and 400 bookings in about a fortnight', () => {
    const { booking } = seeded();
    expect(booking.technicians.size).toBe(8);
    expect(new Set([...booking.technicians.values()].map(({ timeZone }) => timeZone)).size).toBeGreaterThan(
      2,
    );
    expect(booking.projects.size).toBe(5);
    const all = booking.bookings.all();
    expect(all).toHaveLength(400);
    const days = all.map(({ start }) => (Date.parse(start) - NOW.getTime()) / 86_400_000);
    expect(Math.min(...days)).toBeGreaterThan(-9);
    expect(Math.max(...days)).toBeLessThan(9);
    expect(new Set(all.map(({ status }) => status))).toEqual(
      new Set(['confirmed', 'tentative', 'cancelled']),
    );
  });

  it('books nobody twice at the same time', () => {
    const { booking } = seeded();
    const clashes = booking.bookings
      .all()
      .filter(({ status }) => status === 'confirmed')
      .filter(({ id }) => booking.bookings.obstacle(id, {}) !== null);
    expect(clashes).toEqual([]);
  });

  it('is the same for the same seed and another for another', () => {
    const jobs = (seed: number) => {
      const { booking, events } = seeded({ seed });
      return { jobs: booking.bookings.all().map(({ title, start }) => [title, start]), events };
    };
    expect(jobs(5)).toEqual(jobs(5));
    expect(jobs(5)).not.toEqual(jobs(6));
  });

  it('lets devices in: a team lead by token, each technician by code', () => {
    const { booking } = seeded();
    expect(booking.devices.find(SEEDED_TOKEN)).toMatchObject({ technicianId: 'tech_01' });
    expect(booking.devices.find(SEEDED_TOKEN)?.sees.size).toBe(8);
    const enrolled = booking.devices.enrol(enrolmentCode(2), 'van laptop');
    expect(enrolled?.technicianId).toBe('tech_03');
    expect([...(booking.devices.find(enrolled?.token ?? '')?.sees ?? [])]).toEqual(['tech_03']);
  });

  it('gives each technician a calendar with every kind of event that syncing must tell apart', () => {
    const { accounts, events } = seeded();
    expect(accounts).toHaveLength(8);
    for (const { email, calendars } of accounts) {
      expect(calendars.filter(({ primary }) => primary)).toHaveLength(1);
      const own = events.filter(({ calendarId }) => calendarId === email).map(({ event }) => event);
      expect(own.some(({ recurrence }) => recurrence?.[0]?.startsWith('RRULE:FREQ=WEEKLY'))).toBe(true);
      expect(own.some(({ start, transparency }) => start.date && transparency === undefined)).toBe(true);
      expect(own.some(({ visibility, eventType }) => visibility === 'private' && !eventType)).toBe(true);
      expect(own.some(({ status }) => status === 'tentative')).toBe(true);
      expect(own.some(({ attendees }) => attendees?.[0]?.responseStatus === 'declined')).toBe(true);
      expect(own.map(({ eventType }) => eventType)).toEqual(
        expect.arrayContaining(['workingLocation', 'birthday']),
      );
    }
  });
});
