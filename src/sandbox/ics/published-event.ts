import { z } from 'zod';

const Zoned = z.strictObject({
  /** By the clocks of `timeZone`; with `Z` in UTC; with neither it floats. */
  dateTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/),
  /** As the publisher writes it: an IANA name, a Windows name, or one that a VTIMEZONE of the feed defines. */
  timeZone: z.string().min(1).optional(),
});
const WholeDay = z.strictObject({ date: z.iso.date() });

export const PublishedTime = z.union([WholeDay, Zoned]);
export type PublishedTime = z.infer<typeof PublishedTime>;

/** An event as whoever publishes the calendar enters it. */
export const EventDraft = z.strictObject({
  /** Default: a fresh one. */
  uid: z.string().min(1).optional(),
  summary: z.string(),
  start: PublishedTime,
  end: PublishedTime.optional(),
  /** RFC 5545 duration, instead of an end. */
  duration: z.string().optional(),
  location: z.string().optional(),
  description: z.string().optional(),
  status: z.enum(['CONFIRMED', 'TENTATIVE', 'CANCELLED']).optional(),
  transparent: z.boolean().optional(),
  classification: z.enum(['PUBLIC', 'PRIVATE', 'CONFIDENTIAL']).optional(),
  /** Lines of RFC 5545: RRULE, RDATE, EXDATE. */
  recurrence: z.array(z.string()).optional(),
  /** Which occurrence of the series with the same `uid` this stands for. */
  recurrenceId: PublishedTime.optional(),
});
export type EventDraft = z.infer<typeof EventDraft>;

/** What is said anew of an event. */
export const EventChanges = EventDraft.omit({ uid: true }).partial();
export type EventChanges = z.infer<typeof EventChanges>;

export interface PublishedEvent extends Omit<EventDraft, 'uid' | 'recurrence' | 'transparent'> {
  readonly uid: string;
  readonly recurrence: readonly string[];
  readonly transparent: boolean;
  readonly sequence: number;
  /** UTC instant. */
  readonly modifiedAt: string;
}
