import { z } from 'zod';

/** `date` for all-day events, else `dateTime` (RFC 3339) and the IANA `timeZone` that recurrence is expanded in. */
const EventTime = z.object({
  date: z.string().optional(),
  dateTime: z.string().optional(),
  timeZone: z.string().optional(),
});
export type EventTime = Readonly<z.infer<typeof EventTime>>;

const Person = z.object({
  id: z.string().optional(),
  email: z.string().optional(),
  displayName: z.string().optional(),
  self: z.boolean().optional(),
});

const Attendee = z.object({
  email: z.string().min(1),
  displayName: z.string().optional(),
  organizer: z.boolean().optional(),
  self: z.boolean().optional(),
  resource: z.boolean().optional(),
  optional: z.boolean().optional(),
  responseStatus: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).default('needsAction'),
  comment: z.string().optional(),
  additionalGuests: z.int().min(0).optional(),
});

const Reminders = z.object({
  useDefault: z.boolean().optional(),
  overrides: z
    .array(z.object({ method: z.enum(['email', 'popup']), minutes: z.int().min(0).max(40320) }))
    .max(5)
    .optional(),
});

const Properties = z.record(z.string(), z.string());
const Details = z.record(z.string(), z.unknown());

const EventType = z.enum(['default', 'birthday', 'focusTime', 'fromGmail', 'outOfOffice', 'workingLocation']);
export type EventType = z.infer<typeof EventType>;

/**
 * The fields of an event that this server knows; others, `conferenceData` among them, are ignored, as Google ignores
 * what it does not know and conference data without `conferenceDataVersion`.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events
 */
export const EventResource = z.object({
  id: z.string().optional(),
  iCalUID: z.string().min(1).optional(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).default('confirmed'),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  colorId: z.string().optional(),
  start: EventTime.optional(),
  end: EventTime.optional(),
  endTimeUnspecified: z.boolean().optional(),
  recurrence: z.array(z.string()).optional(),
  transparency: z.enum(['opaque', 'transparent']).optional(),
  visibility: z.enum(['default', 'public', 'private', 'confidential']).optional(),
  sequence: z.int().min(0).default(0),
  attendees: z.array(Attendee).optional(),
  attendeesOmitted: z.boolean().optional(),
  extendedProperties: z.object({ private: Properties.optional(), shared: Properties.optional() }).optional(),
  reminders: Reminders.default({ useDefault: true }),
  source: z.object({ url: z.string(), title: z.string().optional() }).optional(),
  attachments: z.array(Details).max(25).optional(),
  hangoutLink: z.string().optional(),
  anyoneCanAddSelf: z.boolean().optional(),
  guestsCanInviteOthers: z.boolean().optional(),
  guestsCanModify: z.boolean().optional(),
  guestsCanSeeOtherGuests: z.boolean().optional(),
  locked: z.boolean().optional(),
  privateCopy: z.boolean().optional(),
  eventType: EventType.default('default'),
  birthdayProperties: Details.optional(),
  focusTimeProperties: Details.optional(),
  outOfOfficeProperties: Details.optional(),
  workingLocationProperties: Details.optional(),
  creator: Person.optional(),
  organizer: Person.optional(),
});
export type EventResource = z.infer<typeof EventResource>;

/** An event as it is stored and shown to who may see all of it. Never changed in place. */
export type GoogleEvent = Readonly<
  EventResource & {
    kind: 'calendar#event';
    etag: string;
    id: string;
    htmlLink: string;
    /** RFC 3339. */
    created: string;
    /** RFC 3339. */
    updated: string;
    iCalUID: string;
    start: EventTime;
    end: EventTime;
    /** Of an occurrence: the series it belongs to. */
    recurringEventId?: string | undefined;
    /** Of an occurrence: where the series would have put it. */
    originalStartTime?: EventTime | undefined;
  }
>;

/** Why an entry is listed that is no longer there. Google promises no more than these fields. */
export type CancelledEvent = Pick<GoogleEvent, 'kind' | 'etag' | 'id' | 'recurringEventId'> & {
  readonly status: 'cancelled';
  readonly originalStartTime?: EventTime | undefined;
};

export type ListedEvent = GoogleEvent | CancelledEvent;

/** What an entry is reduced to when it is gone. */
export function cancelled(event: GoogleEvent): CancelledEvent {
  const { kind, etag, id, recurringEventId, originalStartTime } = event;
  return { kind, etag, id, status: 'cancelled', recurringEventId, originalStartTime };
}
