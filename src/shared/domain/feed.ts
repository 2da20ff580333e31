import type { Visibility } from './mapping.ts';

/** A calendar that others can subscribe to: the bookings of one technician or of one project. */
export interface Feed {
  readonly id: string;
  /** Exactly one of the two is set. */
  readonly technicianId: string | null;
  readonly projectId: string | null;
  /** What the technician or project is called. */
  readonly name: string;
  /** How much whoever has the link may see. */
  readonly visibility: Visibility;
  /** Switched off, its links answer like links that never were. */
  readonly enabled: boolean;
  /** Hosted by the booking system as well. */
  readonly publish: boolean;
  /** UTC instant. */
  readonly createdAt: string;
}
