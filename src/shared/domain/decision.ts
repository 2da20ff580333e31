import { z } from 'zod';

/** What waits for a person: conflicting edits, and deletions that were held. */

const ConflictVersion = z.object({
  title: z.string(),
  description: z.string(),
  location: z.string(),
  /** UTC instants, or dates for all-day. */
  start: z.string(),
  end: z.string(),
  timeZone: z.string(),
  status: z.string(),
});
export type ConflictVersion = Readonly<z.infer<typeof ConflictVersion>>;

/** Edits of both sides that could not both win. */
export const ConflictItem = z.object({
  id: z.string(),
  bookingId: z.string(),
  mappingId: z.string(),
  kind: z.string(),
  createdAt: z.string(),
  /** The differing fields, by their name in a booking: start, end, title, description, location, status. */
  fields: z.array(z.string()).readonly(),
  booking: ConflictVersion,
  calendar: ConflictVersion,
});
export type ConflictItem = Readonly<z.infer<typeof ConflictItem>>;

/** A conflict that was answered and not carried out yet: until then the answer can be taken back. */
export const DecidedConflict = ConflictItem.extend({ keep: z.enum(['booking', 'calendar']) });
export type DecidedConflict = Readonly<z.infer<typeof DecidedConflict>>;

/** Deletions that were held because they are unusually many. */
export const HoldItem = z.object({
  id: z.string(),
  mappingId: z.string(),
  createdAt: z.string(),
  reason: z.string(),
  deletions: z.array(z.object({ id: z.string(), title: z.string(), start: z.string() })).readonly(),
});
export type HoldItem = Readonly<z.infer<typeof HoldItem>>;
