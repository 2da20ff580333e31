import { type AccessRole, isAtLeast } from './access.ts';
import type { GoogleCalendar } from './calendar.ts';

/** A calendar as one account has it in its list. */
export interface CalendarEntry {
  readonly calendar: GoogleCalendar;
  readonly primary: boolean;
  readonly accessRole: AccessRole;
}

/** A person with a Google account. */
export interface GoogleAccount {
  readonly email: string;
  /** The subject of the id token: stays the same when the address changes. */
  readonly sub: string;
  readonly name: string;
  /** In the order of the calendar list, by calendar id. */
  readonly calendars: ReadonlyMap<string, CalendarEntry>;
}

/** The entry an account names by its id, or by `primary`; null when it is not in the account's list. */
export function calendarEntry(account: GoogleAccount, calendarId: string): CalendarEntry | null {
  if (calendarId !== 'primary') return account.calendars.get(calendarId) ?? null;
  return [...account.calendars.values()].find(({ primary }) => primary) ?? null;
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/calendarList#resource */
export interface CalendarListEntry {
  readonly kind: 'calendar#calendarListEntry';
  readonly etag: string;
  readonly id: string;
  readonly summary: string;
  readonly timeZone: string;
  readonly colorId: string;
  readonly backgroundColor: string;
  readonly foregroundColor: string;
  readonly selected: boolean;
  readonly accessRole: AccessRole;
  readonly defaultReminders: readonly { readonly method: string; readonly minutes: number }[];
  readonly primary?: true;
  readonly conferenceProperties: { readonly allowedConferenceSolutionTypes: readonly string[] };
}

const COLORS = ['#9fe1e7', '#9a9cff', '#f83a22', '#fbe983', '#7bd148', '#fa573c'];

/** The entries of an account's calendar list, those with at least the given role. */
export function calendarList(
  account: GoogleAccount,
  minAccessRole: AccessRole = 'freeBusyReader',
): readonly CalendarListEntry[] {
  return [...account.calendars.values()]
    .map((entry, index) => listEntry(entry, index))
    .filter(({ accessRole }) => isAtLeast(accessRole, minAccessRole));
}

function listEntry({ calendar, primary, accessRole }: CalendarEntry, index: number): CalendarListEntry {
  const color = index % COLORS.length;
  return {
    kind: 'calendar#calendarListEntry',
    etag: `"${index + 1}${accessRole}"`,
    id: calendar.id,
    summary: calendar.summary,
    timeZone: calendar.timeZone,
    colorId: String(color + 14),
    backgroundColor: COLORS[color] ?? '',
    foregroundColor: '#000000',
    selected: true,
    accessRole,
    defaultReminders: isAtLeast(accessRole, 'writer') ? [{ method: 'popup', minutes: 30 }] : [],
    ...(primary ? { primary } : {}),
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  };
}
