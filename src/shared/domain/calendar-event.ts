/**
 * The one shape in which every provider's events reach the engine. Built by providers from validated answers, so
 * these are plain types; nothing outside the program hands us one.
 */

/** When something happens: an instant pair with the zone it was planned in, or whole days. */
export type EventTime =
  | {
      readonly kind: 'timed';
      /** UTC instant, `YYYY-MM-DDTHH:MM:SS.sssZ`. */
      readonly start: string;
      /** UTC instant, exclusive. */
      readonly end: string;
      /** IANA zone in which the wall-clock time is meant. */
      readonly timeZone: string;
    }
  | {
      readonly kind: 'all-day';
      /** `YYYY-MM-DD`. */
      readonly start: string;
      /** `YYYY-MM-DD`, exclusive. */
      readonly end: string;
      /** IANA zone of the calendar the days are lived in. */
      readonly timeZone: string;
    };

export type EventKind =
  | 'default'
  | 'working-location'
  | 'birthday'
  | 'focus-time'
  | 'out-of-office'
  | 'from-mail';

/** What we write beside an exported event so that it is known as ours even after the local database is lost. */
export interface OwnershipTag {
  readonly bookingId: string;
  /** Counts the events this booking has had in this calendar; 0 is the first. */
  readonly incarnation: number;
  /**
   * The event's own identity when we wrote it: a copy carries the same tag but has another identity. '' while the tag
   * is not complete, where the provider chooses ids: then a copy cannot be told from the event by it.
   */
  readonly self: string;
  /** For whom it was exported (technician or project), so that a calendar shared by two agents stays apart. */
  readonly scope: string;
  /** Fingerprint, field by field, of what we last wrote (see `engine/planner/fingerprint.ts`). */
  readonly sent: string;
}

/** One event, or one occurrence of a series, as a calendar shows it. */
export interface CalendarEvent {
  /** Unique in its calendar and stable while the event lives. An occurrence has an id of its own. */
  readonly id: string;
  /** The series an occurrence belongs to, else null. */
  readonly seriesId: string | null;
  /** An occurrence's original start (UTC instant without milliseconds, or date), else ''. */
  readonly instanceKey: string;
  /** RFC 5545 UID, the same in every copy of a meeting. */
  readonly iCalUid: string | null;
  readonly time: EventTime;
  readonly status: 'confirmed' | 'tentative';
  readonly transparency: 'busy' | 'free';
  readonly response: 'accepted' | 'declined' | 'tentative' | 'needs-action' | 'organizer';
  readonly visibility: 'default' | 'private';
  readonly kind: EventKind;
  readonly title: string;
  readonly description: string;
  readonly location: string;
  readonly etag: string | null;
  readonly tag: OwnershipTag | null;
  /** `series` only when read by id: listings carry occurrences. */
  readonly form: 'single' | 'series' | 'occurrence';
}

/** What we want an exported event to say. Everything else on it belongs to the technician. */
export interface DesiredEvent {
  readonly time: EventTime;
  readonly title: string;
  readonly description: string;
  readonly location: string;
  readonly status: 'confirmed' | 'tentative';
}
