import { z } from 'zod';
import { BookingVersion } from './booking.ts';

/** A booking is new, changed or gone, for this device. */
export const BookingChanged = z.object({ id: z.string().min(1), version: BookingVersion });
export type BookingChanged = Readonly<z.infer<typeof BookingChanged>>;

/** What a calendar provider posted to one of our relays, as it came: nothing of it is trusted yet. */
export const RelayedWebhook = z.object({
  relayId: z.string().min(1),
  provider: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** RFC 3339 instant. */
  receivedAt: z.iso.datetime({ offset: true }),
});
export type RelayedWebhook = Readonly<z.infer<typeof RelayedWebhook>>;
