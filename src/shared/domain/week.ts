import { z } from 'zod';

/** A booking or a personal event as the week view shows it. */
export const WeekItem = z.object({
  /** What `explain` takes: the booking's or the event's id. */
  id: z.string(),
  kind: z.enum(['booking', 'busy', 'not-imported']),
  title: z.string(),
  location: z.string(),
  /** UTC instants, or dates for all-day (end exclusive). */
  start: z.string(),
  end: z.string(),
  allDay: z.boolean(),
  /** tentative, confirmed */
  status: z.string(),
  mappingId: z.string().nullable(),
  /** Why it is there, or why it was left out. */
  reason: z.string(),
});
export type WeekItem = Readonly<z.infer<typeof WeekItem>>;
