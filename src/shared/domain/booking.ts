import { z } from 'zod';

/** RFC 3339 date-time with `Z` or an offset. */
const Instant = z.iso.datetime({ offset: true });

/** RFC 3339 section 5.6 allows `t` and `z` as well. Whoever reads on meets the usual form. */
const LowerCaseInstant = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(Instant);

/** RFC 3339 full-date: an all-day boundary; as an end it is exclusive. */
const DateOnly = z.iso.date();

/** A moment or, for something that lasts all day, a date. */
export const InstantOrDate = z.union([Instant, DateOnly, LowerCaseInstant]);

/** Opaque, so that a system which counts its versions is understood as well. */
export const BookingVersion = z.union([z.string(), z.number().transform(String)]);

const BookingStatus = z.enum(['confirmed', 'tentative', 'cancelled']);

/** A job in the central booking system, as `booking-api.md` defines it. `version` is opaque. */
export const Booking = z.object({
  id: z.string().min(1),
  version: BookingVersion.refine((version) => version !== '', 'empty'),
  status: BookingStatus,
  title: z.string(),
  description: z.string().nullish(),
  location: z.string().nullish(),
  start: InstantOrDate,
  end: InstantOrDate,
  timeZone: z.string(),
  technicianIds: z.array(z.string()),
  projectId: z.string().nullish(),
  customer: z
    .object({ name: z.string(), phone: z.string().nullish(), email: z.string().nullish() })
    .nullish(),
  url: z.string().nullish(),
  updatedAt: z.string(),
});
export type Booking = z.infer<typeof Booking>;

/** What the change feed says of a booking that is gone, or out of this device's sight. */
export const DeletedBooking = z.object({
  id: z.string().min(1),
  deleted: z.literal(true),
  version: BookingVersion,
});
export type DeletedBooking = z.infer<typeof DeletedBooking>;

export const BookingChange = z.union([DeletedBooking, Booking]);
export type BookingChange = z.infer<typeof BookingChange>;

/** What the booking system can do for this device. */
export const Capabilities = z.object({
  reschedule: z.boolean(),
  webhookRelay: z.boolean(),
  feedHosting: z.boolean(),
  events: z.boolean(),
});
export type Capabilities = z.infer<typeof Capabilities>;

export const Technician = z.object({
  id: z.string().min(1),
  name: z.string(),
  timeZone: z.string().nullish(),
});
export type Technician = z.infer<typeof Technician>;

export const Project = z.object({ id: z.string().min(1), name: z.string(), timeZone: z.string().nullish() });
export type Project = z.infer<typeof Project>;
