import { z } from 'zod';
import { GraphError, invalidProperty, unreadableBody } from './graph-error.ts';
import { PatternedRecurrence } from './recurrence.ts';
import { DateTimeTimeZone } from './time-point.ts';

const EmailAddress = z.object({ name: z.string().nullish(), address: z.string().nullish() });

const Location = z.looseObject({ displayName: z.string().nullish() });

const Attendee = z.object({
  type: z.enum(['required', 'optional', 'resource']).default('required'),
  status: z
    .object({ response: z.string(), time: z.string().nullish() })
    .nullish()
    .transform((status) => ({
      response: status?.response ?? 'none',
      time: status?.time ?? '0001-01-01T00:00:00Z',
    })),
  emailAddress: EmailAddress,
});

const ExtendedProperty = z.object({
  /** `TYPE {GUID} Name NAME` or `TYPE {GUID} Id 0xNUMBER`, or `TYPE 0xTAG`. */
  id: z.string().regex(/^\w+ (\{[0-9a-f-]{36}\} (Name .+|Id 0x[0-9a-f]+)|0x[0-9a-f]+)$/i),
  value: z.string().nullish(),
});

/** What a client may say of an event: https://learn.microsoft.com/en-us/graph/api/resources/event#properties */
const Writable = z.object({
  subject: z.string().nullish(),
  body: z
    .object({
      contentType: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['text', 'html']))
        .default('text'),
      content: z.string().nullish(),
    })
    .nullish(),
  importance: z.enum(['low', 'normal', 'high']).nullish(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).nullish(),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown']).nullish(),
  isAllDay: z.boolean().nullish(),
  start: DateTimeTimeZone.optional(),
  end: DateTimeTimeZone.optional(),
  location: Location.nullish(),
  locations: z.array(Location).nullish(),
  attendees: z.array(Attendee).nullish(),
  categories: z.array(z.string()).nullish(),
  isReminderOn: z.boolean().nullish(),
  reminderMinutesBeforeStart: z.int().min(0).nullish(),
  responseRequested: z.boolean().nullish(),
  allowNewTimeProposals: z.boolean().nullish(),
  hideAttendees: z.boolean().nullish(),
  isOnlineMeeting: z.boolean().nullish(),
  onlineMeetingProvider: z.string().nullish(),
  recurrence: PatternedRecurrence.nullish(),
  transactionId: z.string().nullish(),
  singleValueExtendedProperties: z.array(ExtendedProperty).nullish(),
});

/** What only others, or Exchange itself, could have made so. */
const Reserved = z.object({
  isCancelled: z.boolean().nullish(),
  hasAttachments: z.boolean().nullish(),
  iCalUId: z.string().nullish(),
  onlineMeetingUrl: z.string().nullish(),
  organizer: z.object({ emailAddress: EmailAddress }).nullish(),
  originalStartTimeZone: z.string().nullish(),
  originalEndTimeZone: z.string().nullish(),
  responseStatus: z.object({ response: z.string(), time: z.string().nullish() }).nullish(),
});

const Resource = z.object({ ...Writable.shape, ...Reserved.shape });
export type EventResource = z.infer<typeof Resource>;

/** Properties of an event that Graph shows and does not let anybody write. They are ignored where they are sent. */
const READ_ONLY = [
  ['attachments', 'bodyPreview', 'calendar', 'changeKey', 'createdDateTime', 'extensions', 'id'],
  ['instances', 'isDraft', 'isOrganizer', 'lastModifiedDateTime', 'occurrenceId', 'onlineMeeting'],
  ['originalStart', 'seriesMasterId', 'type', 'uid', 'webLink', 'multiValueExtendedProperties'],
].flat();

const KNOWN = new Set([...Object.keys(Resource.shape), ...READ_ONLY]);

/** Who writes: through the API, which keeps some properties to itself, or by hand and from the seed. */
export type WriterKind = 'client' | 'person';

/**
 * Reads what somebody says of an event, in a creation or an update.
 * @throws GraphError 400
 */
export function readEventResource(given: unknown, writer: WriterKind): EventResource {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw unreadableBody();
  }
  const unknown = Object.keys(given).find((name) => !KNOWN.has(name) && !name.includes('@odata.'));
  if (unknown !== undefined) {
    throw new GraphError(
      400,
      'RequestBodyRead',
      `The property '${unknown}' does not exist on type 'microsoft.graph.event'. Make sure to only use property names that are defined by the type.`,
    );
  }
  const parsed = (writer === 'client' ? Writable : Resource).safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidProperty(`Invalid value for '${issue?.path.join('/') ?? ''}': ${issue?.message ?? ''}`);
}
