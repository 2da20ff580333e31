import { z } from 'zod';
import { InstantOrDate } from './booking.ts';

/**
 * Time during which a technician cannot be booked, as `booking-api.md` defines it. With visibility `busy-only`
 * there is no title and no location, and `source.calendar` and `source.event` are opaque hashes.
 */
export const BusyBlock = z.object({
  id: z.string().min(1),
  technicianId: z.string().min(1),
  start: InstantOrDate,
  /** Exclusive. */
  end: InstantOrDate,
  timeZone: z.string().nullish(),
  status: z.enum(['busy', 'tentative']),
  visibility: z.enum(['busy-only', 'details']),
  title: z.string().nullish(),
  location: z.string().nullish(),
  source: z.object({ provider: z.string(), calendar: z.string(), event: z.string() }),
});
export type BusyBlock = z.infer<typeof BusyBlock>;
