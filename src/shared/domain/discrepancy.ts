import { z } from 'zod';

/** How what is known here and what a calendar shows can disagree although no change was ever told. */
export const DISCREPANCY_KINDS = [
  /** An event of ours that nothing here knows of. */
  'event-without-link',
  /** A second event of ours for one booking. */
  'duplicate-event',
  /** An event of ours in a calendar to which nothing is exported any more. */
  'left-behind',
  /** The event of an exported booking is not in the calendar. */
  'link-without-event',
  /** The event of a busy block is not in the calendar. */
  'block-without-event',
] as const;

/** One disagreement, and what a repair would do about it. */
export const Discrepancy = z.object({
  kind: z.enum(DISCREPANCY_KINDS),
  accountId: z.string(),
  /** The mapping by which it is put right. */
  mappingId: z.string(),
  /** The provider's own calendar id. */
  calendarId: z.string(),
  eventId: z.string(),
  /** The booking, or the busy block. */
  sourceId: z.string(),
  title: z.string(),
  /** UTC instant or date; empty where the event is not known any more. */
  start: z.string(),
  /** What is wrong, and what a repair does about it. */
  message: z.string(),
  /** Why its deletion waits: there are unusually many, or the account may only be read. Null: it does not. */
  held: z.enum(['many', 'read-only']).nullable(),
});
export type Discrepancy = Readonly<z.infer<typeof Discrepancy>>;
