import type { EventTime } from '../../shared/domain/calendar-event.ts';
import type { LostEdit } from './planner/export-plan.ts';

/** What a journal entry says of itself, so that it can be settled by whichever run gets its answer. */
export interface EventIntent {
  readonly reason: string;
  readonly title: string;
  readonly start: string;
  readonly incarnation: number;
  /** Fingerprint of what is sent. */
  readonly sent: string;
  readonly rewrites: number;
  /** Content hash of the booking it was planned from. */
  readonly bookingHash: string;
  readonly revision: number;
  /** What it was planned from: see `attemptBasis`. */
  readonly basis: string;
  readonly lost: LostRecord | null;
  /** The inbox item whose decision this carries out. */
  readonly conflictId: string | null;
}

/** An edit that did not win, with both versions. */
export interface LostRecord extends LostEdit {
  readonly bookingSide: EventVersion;
  readonly calendarSide: EventVersion;
}

/** One side's version of an event, as the inbox shows it. */
export interface EventVersion {
  readonly title: string;
  readonly description: string;
  readonly location: string;
  readonly time: EventTime;
  readonly status: string;
}

export interface BlockIntent {
  readonly reason: string;
  readonly title: string;
  readonly start: string;
  readonly eventId: string;
  readonly sent: string;
  readonly shown: string;
  readonly basis: string;
  readonly revision: number;
  /** What it was planned from: the same attempt waits after a failure, another one does not. */
  readonly attempt: string;
  /** The booking system had no block for this event before. */
  readonly isNew: boolean;
}
