import type { GoogleEvent, ListedEvent } from './event.ts';
import { dateTimeAt } from './event-time.ts';
import { GoogleError } from './google-error.ts';

/** What an account may do with a calendar, least first. */
export const ACCESS_ROLES = ['freeBusyReader', 'reader', 'writer', 'owner'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

export function isAtLeast(role: AccessRole, needed: AccessRole): boolean {
  return ACCESS_ROLES.indexOf(role) >= ACCESS_ROLES.indexOf(needed);
}

const CALENDAR_SCOPE = 'https://www.googleapis.com/auth/calendar';

/** Which scopes open which door; any one of them does. */
const DOORS = {
  calendarList: ['', '.readonly', '.calendarlist', '.calendarlist.readonly'],
  readEvents: ['', '.readonly', '.events', '.events.readonly'],
  writeEvents: ['', '.events'],
} as const;
export type Door = keyof typeof DOORS;

/** https://developers.google.com/identity/protocols/oauth2/scopes#calendar and what goes with signing in. */
export const KNOWN_SCOPES: ReadonlySet<string> = new Set([
  'openid',
  'email',
  'profile',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
  ...Object.values(DOORS).flatMap((suffixes) => suffixes.map((suffix) => `${CALENDAR_SCOPE}${suffix}`)),
]);

/** @throws GoogleError 403 `insufficientPermissions` when none of the scopes opens the door */
export function assertScope(scopes: readonly string[], door: Door): void {
  if (DOORS[door].some((suffix) => scopes.includes(`${CALENDAR_SCOPE}${suffix}`))) return;
  throw new GoogleError(403, 'insufficientPermissions', {
    message: 'Request had insufficient authentication scopes.',
  });
}

/** @throws GoogleError 403 `requiredAccessLevel` */
export function assertMayWrite(role: AccessRole): void {
  if (!isAtLeast(role, 'writer')) throw new GoogleError(403, 'requiredAccessLevel');
}

/**
 * An event as it shows to somebody of that role: to who sees free/busy only, and to readers where it is private, it
 * says when and no more.
 * @param timeZone the zone to give times in; null: the calendar's, as stored
 */
export function shownTo(role: AccessRole, timeZone: string | null, event: ListedEvent): ListedEvent {
  const visible = isFullyVisible(role, event) ? event : busyOnly(event);
  return timeZone === null ? visible : inZone(visible, timeZone);
}

function isFullyVisible(role: AccessRole, event: ListedEvent): boolean {
  if (!('start' in event) || isAtLeast(role, 'writer')) return true;
  const hidden = event.visibility === 'private' || event.visibility === 'confidential';
  return role === 'reader' && !hidden;
}

function busyOnly(event: ListedEvent): ListedEvent {
  if (!('start' in event)) return event;
  const { kind, etag, id, status, htmlLink, created, updated, iCalUID, sequence, eventType } = event;
  const { start, end, recurrence, recurringEventId, originalStartTime, transparency, reminders } = event;
  return {
    kind,
    etag,
    id,
    status,
    htmlLink,
    created,
    updated,
    start,
    end,
    recurrence,
    recurringEventId,
    originalStartTime,
    transparency,
    visibility: 'private',
    iCalUID,
    sequence,
    reminders,
    eventType,
  };
}

function inZone(event: ListedEvent, timeZone: string): ListedEvent {
  const moved = <T extends GoogleEvent['start'] | undefined>(time: T): T =>
    time?.dateTime === undefined
      ? time
      : { ...time, dateTime: dateTimeAt(Date.parse(time.dateTime), timeZone) };
  const originalStartTime = moved(event.originalStartTime);
  if (!('start' in event)) return { ...event, originalStartTime };
  return { ...event, originalStartTime, start: moved(event.start), end: moved(event.end) };
}
