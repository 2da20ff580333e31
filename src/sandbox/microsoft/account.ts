import type { MicrosoftCalendar } from './calendar.ts';

/** A calendar as one account has it in its list. */
export interface CalendarEntry {
  readonly calendar: MicrosoftCalendar;
  readonly isDefault: boolean;
  readonly canEdit: boolean;
}

/** A person with a Microsoft account. */
export interface MicrosoftAccount {
  readonly email: string;
  readonly name: string;
  /** The object id: stays the same when the address changes. */
  readonly oid: string;
  readonly tenantId: string;
  /** In the order of the calendar list, by calendar id. */
  readonly calendars: ReadonlyMap<string, CalendarEntry>;
}

/** The entry of that id, or the default one; null when it is not in the account's list. */
export function calendarEntry(account: MicrosoftAccount, calendarId: string | null): CalendarEntry | null {
  if (calendarId !== null) return account.calendars.get(calendarId) ?? null;
  return [...account.calendars.values()].find(({ isDefault }) => isDefault) ?? null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/user, as much as `User.Read` shows */
export function userJson({ email, name, oid }: MicrosoftAccount): Readonly<Record<string, unknown>> {
  const [givenName = name, ...rest] = name.split(' ');
  return {
    businessPhones: [],
    displayName: name,
    givenName,
    jobTitle: null,
    mail: email,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: rest.join(' '),
    userPrincipalName: email,
    id: oid,
  };
}

/** https://learn.microsoft.com/en-us/graph/api/resources/calendar */
export function calendarJson({
  calendar,
  isDefault,
  canEdit,
}: CalendarEntry): Readonly<Record<string, unknown>> {
  const isOwn = canEdit;
  return {
    id: calendar.id,
    name: calendar.name,
    color: 'auto',
    hexColor: '',
    groupClassId: '0006f0b7-0000-0000-c000-000000000046',
    isDefaultCalendar: isDefault,
    changeKey: Buffer.from(calendar.id).toString('base64').slice(0, 24),
    canShare: isOwn,
    canViewPrivateItems: isOwn,
    canEdit,
    allowedOnlineMeetingProviders: ['teamsForBusiness'],
    defaultOnlineMeetingProvider: 'teamsForBusiness',
    isTallyingResponses: isDefault,
    isRemovable: !isDefault,
    owner: calendar.mailbox.owner,
  };
}
