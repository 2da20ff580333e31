import type { Callbacks } from '../callbacks.ts';
import { Grants, type TokenFormat, type TokenSettings } from '../oauth/grants.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { isTimeZone } from '../wall-time.ts';
import type { CalendarEntry, MicrosoftAccount } from './account.ts';
import { type CalendarDescription, MicrosoftCalendar } from './calendar.ts';
import { liveItems } from './calendar-view.ts';
import type { CalendarEvent } from './event.ts';
import { eventJson } from './event-json.ts';
import { GraphError } from './graph-error.ts';
import { type ItemName, itemId, parseItemId } from './item-id.ts';
import type { WrittenEvent } from './item-store.ts';
import { type Preferences, STANDARD_PREFERENCES } from './preferences.ts';
import { type ChangeType, Subscriptions } from './subscriptions.ts';
import { dateOf, instantOfPoint, readTimePoint, type TimePoint, timePointAt } from './time-point.ts';
import { windowsName } from './windows-zones.ts';

/** The organisation that accounts belong to unless something else is said of them. */
export const MICROSOFT_SANDBOX_TENANT = '6f1f9c52-3d1b-4c7e-9f0a-5a4d2b8e7c31';

export interface MicrosoftSettings extends TokenSettings {
  /** The address of the account that signs in without being asked; null: the person chooses. */
  readonly autoApprove: string | null;
}

const DEFAULT_SETTINGS: MicrosoftSettings = {
  autoApprove: null,
  rotateRefreshTokens: true,
  accessTokenSeconds: 3599,
};

// Microsoft's tokens are long: too long, with their refresh token, for what some keychains hold.
const TOKEN_FORMAT: TokenFormat = {
  codePrefix: '1.AVwAUp8fbxs9fkyfClpNK458MQ.',
  accessPrefix: 'EwCYA8l6BAAU',
  refreshPrefix: '1.AVwAUp8fbxs9fkyfClpNK458MQ.AgABAwEAAAD',
  tokenBytes: 1200,
};

/** An account as the seed describes it. A calendar that another account already has becomes shared. */
export interface AccountDescription {
  readonly email: string;
  readonly name: string;
  /** The object id. */
  readonly oid: string;
  /** Default: the sandbox's organisation. `PERSONAL_TENANT` for an account of nobody's organisation. */
  readonly tenantId?: string | undefined;
  /** IANA: the zone of the mailbox. */
  readonly timeZone: string;
  readonly calendars: readonly (CalendarDescription & {
    readonly isDefault?: boolean | undefined;
    /** Default: true. */
    readonly canEdit?: boolean | undefined;
  })[];
}

/** A start or end as a person gives it. */
export interface PersonsTime {
  readonly dateTime: string;
  readonly timeZone: string;
}

/** Where a person drags an event to: a new start, with the length kept where no end is given; or so much later. */
export type Move =
  | { readonly start: PersonsTime; readonly end?: PersonsTime | undefined }
  | { readonly byMinutes: number };

/** An event as Graph shows it to who prefers immutable ids and UTC, with all its extended properties. */
export type EventJson = Readonly<Record<string, unknown>> & { readonly id: string };

const SHOWN: Preferences = { ...STANDARD_PREFERENCES, idForm: 'immutable' };

function shown(event: CalendarEvent): EventJson {
  return { ...eventJson(event, SHOWN, null), id: itemId(event, 'immutable') };
}

const given = ({ wall, zoneName }: TimePoint): PersonsTime => ({ dateTime: wall, timeZone: zoneName });

/**
 * Everything the Microsoft sandbox remembers: accounts, calendars and what has been granted. Its methods are what
 * people and the seed do; what clients do through the API goes through `calendar` and `grants`. Ids of events may be of
 * either form; those given back are immutable.
 */
export class MicrosoftState {
  readonly grants: Grants;
  readonly subscriptions: Subscriptions;
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #accounts = new Map<string, MicrosoftAccount>();
  readonly #calendars = new Map<string, MicrosoftCalendar>();
  #settings = DEFAULT_SETTINGS;

  constructor(clock: SandboxClock, random: SandboxRandom, callbacks: Callbacks) {
    this.#clock = clock;
    this.#random = random;
    this.grants = new Grants(clock, random, TOKEN_FORMAT);
    this.subscriptions = new Subscriptions(clock, random, callbacks);
  }

  get settings(): MicrosoftSettings {
    return this.#settings;
  }

  configure(settings: Partial<MicrosoftSettings>): MicrosoftSettings {
    this.#settings = { ...this.#settings, ...settings };
    return this.#settings;
  }

  /**
   * Adds an account, or describes a known one anew.
   * @throws RangeError when the time zone is unknown
   */
  addAccount(description: AccountDescription): MicrosoftAccount {
    const { email, name, oid, tenantId = MICROSOFT_SANDBOX_TENANT, timeZone } = description;
    if (!isTimeZone(timeZone)) throw new RangeError(`Unknown time zone ${timeZone}.`);
    const mailbox = { owner: { name, address: email }, timeZone };
    const entries = description.calendars.map((each): [string, CalendarEntry] => {
      const { isDefault = false, canEdit = true } = each;
      const calendar =
        this.#calendars.get(each.id) ??
        new MicrosoftCalendar(each, mailbox, this.#clock, this.#random, (changes) =>
          this.subscriptions.changed(each.id, changes.map(changeOf)),
        );
      this.#calendars.set(each.id, calendar);
      return [each.id, { calendar, isDefault, canEdit }];
    });
    const account = { email, name, oid, tenantId, calendars: new Map(entries) };
    this.#accounts.set(email.toLowerCase(), account);
    return account;
  }

  accounts(): readonly MicrosoftAccount[] {
    return [...this.#accounts.values()];
  }

  /** Addresses are compared without regard to case. */
  account(email: string): MicrosoftAccount | null {
    return this.#accounts.get(email.toLowerCase()) ?? null;
  }

  /** @throws RangeError when there is none of that id: ask only for what was seeded */
  calendar(calendarId: string): MicrosoftCalendar {
    const calendar = this.#calendars.get(calendarId);
    if (calendar === undefined) throw new RangeError(`The sandbox has no Microsoft calendar ${calendarId}.`);
    return calendar;
  }

  /** An event, a series, or an occurrence of a series; null when it is not there (any more). */
  event(calendarId: string, eventId: string): EventJson | null {
    const name = parseItemId(eventId);
    const event = name === null ? null : this.calendar(calendarId).find(name);
    return event === null ? null : shown(event);
  }

  /** What a calendar holds, in order of creation: single events, and series each with its edited occurrences. */
  events(calendarId: string): readonly EventJson[] {
    const calendar = this.calendar(calendarId);
    return [...liveItems(calendar)].flatMap(({ item: { event } }) => {
      const edited = calendar.items.exceptionsOf(event.key).map((exception) => exception.event);
      return [event, ...edited.filter(({ presence }) => presence === 'live')].map(shown);
    });
  }

  /**
   * Puts an event into a calendar. Checked as a client's is, but `organizer`, `responseStatus`, `isCancelled`,
   * `iCalUId`, `originalStartTimeZone`, `originalEndTimeZone`, `hasAttachments` and `onlineMeetingUrl` may be set too.
   * @throws GraphError 400
   */
  addEvent(calendarId: string, resource: unknown): EventJson {
    return shown(this.calendar(calendarId).create(resource, 'person'));
  }

  /**
   * Edits an event, a series (by its id) or one occurrence (by the occurrence's id).
   * @throws GraphError 400, 404
   */
  editEvent(calendarId: string, eventId: string, patch: unknown): EventJson {
    return shown(this.calendar(calendarId).update(nameOf(eventId), patch, 'person'));
  }

  /** @throws GraphError 400, 404 */
  moveEvent(calendarId: string, eventId: string, move: Move): EventJson {
    const { start, end, isAllDay } = this.calendar(calendarId).get(nameOf(eventId));
    const later = (point: TimePoint, milliseconds: number): PersonsTime =>
      given(timePointAt(instantOfPoint(point) + milliseconds, point.zone, point.zoneName));
    if ('byMinutes' in move) {
      const by = move.byMinutes * 60_000;
      return this.editEvent(calendarId, eventId, { start: later(start, by), end: later(end, by) });
    }
    const to = readTimePoint(move.start, 'start');
    const distance = instantOfPoint(to) - instantOfPoint(start);
    const endInZone = isAllDay ? { ...end, zone: to.zone, zoneName: to.zoneName } : end;
    const keptLength = isAllDay
      ? given({ ...endInZone, wall: dayLater(end, dateOf(start), dateOf(to)) })
      : later(endInZone, distance);
    return this.editEvent(calendarId, eventId, { start: move.start, end: move.end ?? keptLength });
  }

  /** @throws GraphError 404 */
  deleteEvent(calendarId: string, eventId: string): void {
    this.calendar(calendarId).delete(nameOf(eventId));
  }

  /**
   * Takes a deleted event or series out of the bin.
   * @throws GraphError 404
   */
  restoreEvent(calendarId: string, eventId: string): EventJson {
    return shown(this.calendar(calendarId).restore(nameOf(eventId)));
  }

  /**
   * Duplicates an event as Outlook does: the same in everything, transaction id and extended properties too, but for
   * its identity.
   * @param changes what differs in the copy
   */
  copyEvent(calendarId: string, eventId: string, changes: object = {}): EventJson {
    const event = this.calendar(calendarId).get(nameOf(eventId));
    const { iCalUId: _uid, attendees, originalStart: _start, ...json } = eventJson(event, SHOWN, null);
    const copied = { ...json, attendees, start: given(event.start), end: given(event.end) };
    return this.addEvent(calendarId, { ...copied, ...changes });
  }

  /**
   * Turns a single event into a series that begins with it, under the same id.
   * @param recurrence a patterned recurrence; its range begins with the event and never ends, if it does not say so
   */
  makeRecurring(
    calendarId: string,
    eventId: string,
    recurrence: { readonly pattern: unknown; readonly range?: object },
  ): EventJson {
    const { start } = this.calendar(calendarId).get(nameOf(eventId));
    const range = { type: 'noEnd', startDate: dateOf(start), ...recurrence.range };
    return this.editEvent(calendarId, eventId, { recurrence: { pattern: recurrence.pattern, range } });
  }

  /** Deletes everything in a calendar, and says how much that was. */
  clearCalendar(calendarId: string): number {
    const calendar = this.calendar(calendarId);
    const names = [...liveItems(calendar)].map(({ item }) => ({ key: item.event.key, date: null }));
    for (const name of names) calendar.delete(name);
    return names.length;
  }

  /** Ends everything the account's owner has allowed any client. */
  revokeAccount(email: string): void {
    this.grants.revokeAccount(this.account(email)?.email ?? email);
  }

  /**
   * @param calendarId default: of every calendar
   * @param code what clients with such a token are told: `syncStateNotFound` or `resyncRequired`
   */
  expireDeltaTokens(calendarId?: string, code?: string): void {
    const calendars = calendarId === undefined ? this.#calendars.values() : [this.calendar(calendarId)];
    for (const calendar of calendars) calendar.expireDeltaTokens(code);
  }

  /** A time by the clocks of a calendar's mailbox, the zone named as Outlook names it. */
  localTime(calendarId: string, dateTime: string): PersonsTime {
    return { dateTime, timeZone: windowsName(this.calendar(calendarId).mailbox.timeZone) };
  }
}

/** What subscribers are told of a write. An occurrence that was edited for the first time was there before. */
function changeOf({ event, isNew }: WrittenEvent): { event: CalendarEvent; changeType: ChangeType } {
  if (event.presence !== 'live') return { event, changeType: 'deleted' };
  return { event, changeType: isNew && event.date === null ? 'created' : 'updated' };
}

/** @throws GraphError 400 */
function nameOf(eventId: string): ItemName {
  const name = parseItemId(eventId);
  if (name === null) throw new GraphError(400, 'ErrorInvalidIdMalformed');
  return name;
}

function dayLater(end: TimePoint, from: string, to: string): string {
  const days = Date.parse(to) - Date.parse(from);
  return new Date(Date.parse(`${end.wall}Z`) + days).toISOString().slice(0, 19);
}
