import { z } from 'zod';

export const Direction = z.enum(['import', 'export', 'two-way']);
export type Direction = z.infer<typeof Direction>;

export const Visibility = z.enum(['busy-only', 'details']);
export type Visibility = z.infer<typeof Visibility>;

export const OnDelete = z.enum(['restore', 'leave', 'ask']);
export type OnDelete = z.infer<typeof OnDelete>;

export const SkipKind = z.enum(['all-day', 'tentative', 'private']);
export type SkipKind = z.infer<typeof SkipKind>;

/** A calendar of an account, and how it is kept in step with the booking system for one technician. */
export const Mapping = z.object({
  id: z.string(),
  accountId: z.string(),
  /** The provider's own calendar id. */
  calendarId: z.string(),
  direction: Direction,
  /** How much of a personal event the booking system may see. */
  visibility: Visibility,
  technicianId: z.string(),
  /** Exports only this project's bookings. */
  projectId: z.string().nullable(),
  /** What happens when the technician deletes an exported event. */
  onDelete: OnDelete,
  /** Days before today that are kept in step. */
  pastDays: z.number().int().min(0).max(3650),
  /** Days after today that are kept in step. */
  futureDays: z.number().int().min(1).max(3650),
  skip: z.array(SkipKind),
  /** Personal events whose title matches (case-insensitive regular expression) are not imported. */
  skipTitle: z.string().nullable(),
  enabled: z.boolean(),
  /** Counts the changes of anything above, so that links know which version they were decided by. */
  revision: z.number().int(),
});
export type Mapping = z.infer<typeof Mapping>;

export const imports = (direction: Direction): boolean => direction !== 'export';
export const writesEvents = (direction: Direction): boolean => direction !== 'import';
