import type { PatternedRecurrence } from './recurrence.ts';
import type { TimePoint } from './time-point.ts';

export interface EmailAddress {
  readonly name: string;
  readonly address: string;
}

export interface Attendee {
  readonly type: string;
  readonly status: ResponseStatus;
  readonly emailAddress: EmailAddress;
}

export interface ResponseStatus {
  readonly response: string;
  readonly time: string;
}

export type Location = Readonly<Record<string, unknown> & { displayName: string }>;

/** How a series repeats. */
export interface Repetition {
  readonly recurrence: PatternedRecurrence;
  /** IANA: the zone whose clocks its times hold by. */
  readonly zone: string;
}

/** A named value that a client hangs on an event. */
export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

/** What people and clients say of an event, as Exchange keeps it. */
export interface EventContent {
  readonly subject: string | null;
  /** HTML. */
  readonly body: string;
  readonly bodyPreview: string;
  readonly importance: string;
  readonly sensitivity: string;
  readonly showAs: string;
  readonly isAllDay: boolean;
  readonly isCancelled: boolean;
  readonly start: TimePoint;
  readonly end: TimePoint;
  readonly originalStartTimeZone: string;
  readonly originalEndTimeZone: string;
  readonly location: Location;
  readonly locations: readonly Location[];
  readonly attendees: readonly Attendee[];
  readonly organizer: EmailAddress;
  readonly isOrganizer: boolean;
  readonly responseStatus: ResponseStatus;
  readonly responseRequested: boolean;
  readonly allowNewTimeProposals: boolean;
  readonly hideAttendees: boolean;
  readonly categories: readonly string[];
  readonly isReminderOn: boolean;
  readonly reminderMinutesBeforeStart: number;
  readonly hasAttachments: boolean;
  readonly isOnlineMeeting: boolean;
  readonly onlineMeetingProvider: string;
  readonly onlineMeetingUrl: string | null;
  readonly transactionId: string | null;
  readonly iCalUId: string;
  readonly repetition: Repetition | null;
  readonly properties: readonly ExtendedProperty[];
}

/**
 * An event as it stands in a calendar. Never changed in place.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/event
 */
export interface CalendarEvent extends EventContent {
  /** Of a single event and a series its own; of an occurrence that of its series. */
  readonly key: string;
  /** Of an occurrence: the date on which the series would have it. */
  readonly date: string | null;
  /** Of an occurrence: the instant (RFC 3339, UTC) at which the series would have it start. */
  readonly originalStart: string | null;
  /** `exception`: an occurrence that was edited; `occurrence`: one that nobody touched, which is not stored. */
  readonly type: 'singleInstance' | 'seriesMaster' | 'occurrence' | 'exception';
  /** `detached`: of an occurrence that its series has forgotten about. */
  readonly presence: 'live' | 'deleted' | 'detached';
  /** Of an exception: in what it differs from its series. */
  readonly overrides: Partial<EventContent>;
  /** Another one with every change. */
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/** What an event says, without where it stands. */
export function contentOf(event: CalendarEvent): EventContent {
  const { key: _key, date: _date, type: _type, presence: _presence, ...rest } = event;
  const { overrides: _overrides, version: _version, createdAt: _created, ...dated } = rest;
  const { modifiedAt: _modified, originalStart: _start, ...content } = dated;
  return content;
}
