import { v5 } from 'uuid';
import type { BookingDraft } from '../../src/sandbox/booking-api/bookings.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';

export const NOW = new Date('2026-10-19T09:00:00Z');

/** A clock that stands still but for what is slept, at once, on it. */
export function stillClock(now = NOW) {
  let time = now.getTime();
  return {
    now: () => new Date(time),
    sleep: async (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

export interface Company {
  readonly sandbox: Sandbox;
  readonly baseUrl: string;
  /** Sees tech_a only. */
  readonly token: string;
  /** Sees tech_a and tech_b. */
  readonly teamToken: string;
  /** A request of tech_a's device, or of whoever `headers` says. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

/** A company of two technicians and one project, without bookings. */
export function createCompany(): Company {
  const sandbox = createSandbox({ clock: stillClock(), random: seededRandom(7) });
  const { booking } = sandbox;
  booking.addTechnician({ id: 'tech_a', name: 'Amira', timeZone: 'Europe/London' });
  booking.addTechnician({ id: 'tech_b', name: 'Ben', timeZone: 'Europe/London' });
  booking.addProject({ id: 'project_1', name: 'Meters' });
  const token = booking.devices.addToken({ technicianId: 'tech_a' });
  const teamToken = booking.devices.addToken({ technicianId: 'tech_a', sees: ['tech_a', 'tech_b'] });
  const baseUrl = sandbox.urls().booking;
  return {
    sandbox,
    baseUrl,
    token,
    teamToken,
    ask: (method, path, body, headers = {}) =>
      sandbox.fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

/** A confirmed job of tech_a on Tuesday 20 October 2026, 10:00 to 11:00 in London. */
export const aBooking = (fields: Partial<BookingDraft> = {}): BookingDraft => ({
  title: 'Boiler service',
  start: '2026-10-20T09:00:00Z',
  end: '2026-10-20T10:00:00Z',
  timeZone: 'Europe/London',
  technicianIds: ['tech_a'],
  ...fields,
});

/** A busy hour of tech_a on Tuesday 20 October 2026, 14:00 to 15:00 in London. */
export const aBlock = (name: string, fields: Partial<BusyBlock> = {}): BusyBlock => ({
  id: `bb_${v5(name, v5.URL)}`,
  technicianId: 'tech_a',
  start: '2026-10-20T13:00:00Z',
  end: '2026-10-20T14:00:00Z',
  timeZone: 'Europe/London',
  status: 'busy',
  visibility: 'busy-only',
  source: { provider: 'google', calendar: 'c0ffee', event: 'beef' },
  ...fields,
});
