import { EventResource, type EventTime } from './event.ts';
import { assertSpan, canonicalTime } from './event-time.ts';
import { invalid, required } from './google-error.ts';
import { isJsonObject, mergePatch } from './merge-patch.ts';
import { assertRecurrence } from './recurrence.ts';

// https://developers.google.com/workspace/calendar/api/guides/extended-properties
const PROPERTY_NAME_LENGTH = 44;
const PROPERTY_VALUE_LENGTH = 1024;

/** What a client may say of an event, as Google will store it: checked, trimmed, defaults left out, times canonical. */
export type EventContent = EventResource & { readonly start: EventTime; readonly end: EventTime };

/**
 * Checks and rewrites an event resource the way Google does on insert and update. Null fields count as absent.
 * @throws GoogleError 400
 */
export function eventContent(resource: unknown, calendarZone: string): EventContent {
  if (!isJsonObject(resource)) throw required('The event resource is missing.', 'resource');
  const parsed = EventResource.safeParse(mergePatch({}, resource));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw invalid(`Invalid value for ${field}: ${issue?.message ?? ''}`, field);
  }
  const event = parsed.data;
  const start = canonicalTime(event.start, 'start', calendarZone);
  const end = canonicalTime(event.end, 'end', calendarZone);
  assertSpan(start, end);
  const recurrence = event.recurrence?.length === 0 ? undefined : event.recurrence;
  if (recurrence !== undefined) {
    if (start.date === undefined && event.start?.timeZone === undefined) {
      throw required('Missing time zone definition for start time.', 'start.timeZone');
    }
    assertRecurrence({ start, recurrence }, calendarZone);
  }
  return {
    ...event,
    start,
    end,
    recurrence,
    summary: event.summary?.trim() || undefined,
    transparency: event.transparency === 'opaque' ? undefined : event.transparency,
    visibility: event.visibility === 'default' ? undefined : event.visibility,
    extendedProperties: extendedProperties(event.extendedProperties),
    reminders:
      event.reminders.useDefault === true ? { useDefault: true } : { useDefault: false, ...event.reminders },
  };
}

function extendedProperties(given: EventResource['extendedProperties']): EventResource['extendedProperties'] {
  const properties = { private: kept(given?.private), shared: kept(given?.shared) };
  return properties.private === undefined && properties.shared === undefined ? undefined : properties;
}

/** Google drops names that are too long and cuts values that are, without a word. */
function kept(properties: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  const entries = Object.entries(properties ?? {})
    .filter(([name]) => name.length <= PROPERTY_NAME_LENGTH)
    .map(([name, value]) => [name, value.slice(0, PROPERTY_VALUE_LENGTH)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
