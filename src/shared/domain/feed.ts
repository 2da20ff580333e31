import { z } from 'zod';
import { Visibility } from './mapping.ts';

/** A calendar that others can subscribe to: the bookings of one technician or of one project. */
export const Feed = z.object({
  id: z.string(),
  /** Exactly one of the two is set. */
  technicianId: z.string().nullable(),
  projectId: z.string().nullable(),
  /** What the technician or project is called. */
  name: z.string(),
  /** How much whoever has the link may see. */
  visibility: Visibility,
  /** Switched off, its links answer like links that never were. */
  enabled: z.boolean(),
  /** Hosted by the booking system as well. */
  publish: z.boolean(),
  /** UTC instant. */
  createdAt: z.string(),
});
export type Feed = Readonly<z.infer<typeof Feed>>;

/** A feed with its links. */
export const FeedItem = Feed.extend({
  /** Where the loopback server has it: `/ics/TOKEN.ics`. Null when it is switched off or its link is not known here. */
  path: z.string().nullable(),
  /** Where the booking system hosts it; null while it does not. */
  publishedUrl: z.string().nullable(),
});
export type FeedItem = Readonly<z.infer<typeof FeedItem>>;
