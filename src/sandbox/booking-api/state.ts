import { z } from 'zod';
import type { Capabilities, Project, Technician } from '../../shared/domain/booking.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { Bookings } from './bookings.ts';
import { BusyBlocks } from './busy-blocks.ts';
import { Devices } from './devices.ts';
import { EventLog } from './event-log.ts';
import { type Cursor, cursorExpired } from './paging.ts';
import { Relays } from './relays.ts';

/** When a technician can be booked, in their own wall-clock time. */
export interface WorkingHours {
  /** ISO weekdays: 1 is Monday, 7 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly startMinute: number;
  readonly endMinute: number;
}

export interface SandboxTechnician extends Technician {
  readonly timeZone: string;
  readonly workingHours: WorkingHours;
}

export const CalendarHealth = z.object({
  status: z.enum(['ok', 'unknown']),
  since: z.iso.datetime({ offset: true }),
  reason: z.string().nullish(),
});
/** Whether dispatch can trust a technician's imported busy time. */
export type CalendarHealth = z.infer<typeof CalendarHealth>;

const OFFICE_HOURS: WorkingHours = { days: [1, 2, 3, 4, 5], startMinute: 8 * 60, endMinute: 17 * 60 };

/** Everything the booking system remembers. Its routes read and write it; so do tests and people at dispatch. */
export class BookingState {
  readonly bookings: Bookings;
  readonly blocks = new BusyBlocks();
  readonly events: EventLog;
  readonly devices: Devices;
  readonly relays: Relays;
  readonly technicians = new Map<string, SandboxTechnician>();
  readonly projects = new Map<string, Project>();
  readonly health = new Map<string, CalendarHealth>();
  capabilities: Capabilities = { reschedule: true, webhookRelay: true, feedHosting: true, events: true };
  /** Public calendars by their token: text/calendar. */
  readonly hostedFeeds = new Map<string, string>();
  /** Milliseconds between the comments on `/events`, where it is not the contract's. */
  commentEveryMs: number | null = null;
  /** Counts the times all cursors were made to expire. */
  #expiries = 0;

  constructor(clock: SandboxClock, random: SandboxRandom) {
    this.bookings = new Bookings(clock, random, ({ technicianIds, ...change }) =>
      this.events.push('booking.changed', change, technicianIds),
    );
    this.events = new EventLog(this.bookings.epoch.slice(0, 8));
    this.devices = new Devices(random);
    this.relays = new Relays(clock, random, this.events);
  }

  addTechnician(
    technician: Technician & { readonly workingHours?: WorkingHours | undefined },
  ): SandboxTechnician {
    const added = {
      ...technician,
      timeZone: technician.timeZone ?? 'Europe/London',
      workingHours: technician.workingHours ?? OFFICE_HOURS,
    };
    this.technicians.set(added.id, added);
    return added;
  }

  addProject(project: Project): void {
    this.projects.set(project.id, project);
  }

  /** The cursor of whoever has seen the first `seen` changes. */
  cursorAt(seen: number): Cursor {
    return { epoch: this.#cursorEpoch(), seen };
  }

  /** How many changes a cursor has seen. @throws Problem 410 `cursor_expired` */
  seenBy(cursor: Cursor): number {
    if (cursor.epoch !== this.#cursorEpoch()) throw cursorExpired();
    return cursor.seen;
  }

  /** Makes every cursor handed out so far expire. */
  expireCursors(): void {
    this.#expiries += 1;
  }

  #cursorEpoch(): string {
    return `${this.bookings.epoch}.${this.#expiries}`;
  }
}
