import type { Callbacks } from '../callbacks.ts';
import { Grants, type TokenFormat, type TokenSettings } from '../oauth/grants.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { isTimeZone } from '../wall-time.ts';
import type { AccessRole } from './access.ts';
import type { CalendarEntry, GoogleAccount } from './account.ts';
import { type CalendarDescription, GoogleCalendar, type Writer } from './calendar.ts';
import { Channels } from './channels.ts';
import type { EventTime, GoogleEvent } from './event.ts';
import { canonicalTime, shifted, sinceEpoch } from './event-time.ts';
import { mergePatch } from './merge-patch.ts';

export interface GoogleSettings extends TokenSettings {
  /** The address of the account that signs in without being asked; null: the person chooses. */
  readonly autoApprove: string | null;
}

const DEFAULT_SETTINGS: GoogleSettings = {
  autoApprove: null,
  rotateRefreshTokens: false,
  accessTokenSeconds: 3599,
};

const TOKEN_FORMAT: TokenFormat = {
  codePrefix: '4/0A',
  accessPrefix: 'ya29.',
  refreshPrefix: '1//0',
  tokenBytes: 32,
};

/** An account as the seed describes it. A calendar that another account already has becomes shared. */
export interface AccountDescription {
  readonly email: string;
  readonly sub: string;
  readonly name: string;
  readonly calendars: readonly (CalendarDescription & { readonly accessRole: AccessRole })[];
}

/** Where a person drags an event to: a new start, with the length kept where no end is given; or so much later. */
export type Move =
  | { readonly start: EventTime; readonly end?: EventTime | undefined }
  | { readonly byMinutes: number };

/** A patch that leaves nothing of the old time, so that an all-day event can become a timed one. */
const replacing = (time: EventTime) => ({ date: null, dateTime: null, timeZone: null, ...time });

/**
 * Everything the Google sandbox remembers: accounts, calendars and what has been granted. Its methods are what people
 * and the seed do; what clients do through the API goes through `calendar` and `grants`.
 */
export class GoogleState {
  readonly grants: Grants;
  readonly channels: Channels;
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #accounts = new Map<string, GoogleAccount>();
  readonly #calendars = new Map<string, GoogleCalendar>();
  #settings = DEFAULT_SETTINGS;

  constructor(clock: SandboxClock, random: SandboxRandom, callbacks: Callbacks) {
    this.#clock = clock;
    this.#random = random;
    this.grants = new Grants(clock, random, TOKEN_FORMAT);
    this.channels = new Channels(clock, callbacks);
  }

  get settings(): GoogleSettings {
    return this.#settings;
  }

  configure(settings: Partial<GoogleSettings>): GoogleSettings {
    this.#settings = { ...this.#settings, ...settings };
    return this.#settings;
  }

  /**
   * Adds an account, or describes a known one anew.
   * @throws RangeError when a time zone is unknown
   */
  addAccount({ email, sub, name, calendars }: AccountDescription): GoogleAccount {
    const entries = calendars.map((description): [string, CalendarEntry] => {
      const { accessRole, primary = false } = description;
      return [description.id, { calendar: this.#calendarOf(description), primary, accessRole }];
    });
    const account = { email, sub, name, calendars: new Map(entries) };
    this.#accounts.set(email.toLowerCase(), account);
    return account;
  }

  accounts(): readonly GoogleAccount[] {
    return [...this.#accounts.values()];
  }

  /** Addresses are compared without regard to case. */
  account(email: string): GoogleAccount | null {
    return this.#accounts.get(email.toLowerCase()) ?? null;
  }

  /** @throws RangeError when there is none of that id: ask only for what was seeded */
  calendar(calendarId: string): GoogleCalendar {
    const calendar = this.#calendars.get(calendarId);
    if (calendar === undefined) throw new RangeError(`The sandbox has no Google calendar ${calendarId}.`);
    return calendar;
  }

  /** An event, a series, or an instance of a series, deleted ones too; null when there never was one. */
  event(calendarId: string, eventId: string): GoogleEvent | null {
    return this.calendar(calendarId).find(eventId);
  }

  /** What a calendar holds, in order of creation: single events, series, and the occurrences that differ from theirs. */
  events(calendarId: string, { includeDeleted = false } = {}): readonly GoogleEvent[] {
    const store = this.calendar(calendarId).events;
    const all = Array.from({ length: store.size }, (_, index) => store.entryAt(index));
    return all.flatMap((entry) => {
      if (entry === null) return [];
      return includeDeleted || entry.event.status !== 'cancelled' ? [entry.event] : [];
    });
  }

  /**
   * Puts an event into a calendar. Checked as an insert is, but any field may be set (`eventType`, `organizer`, ...).
   * @throws GoogleError 400, 409
   */
  addEvent(calendarId: string, resource: unknown): GoogleEvent {
    const calendar = this.calendar(calendarId);
    return calendar.insert(resource, this.#ownerOf(calendar));
  }

  /**
   * Edits an event, a series (by its id) or one occurrence (by the instance's id); `{ status: 'confirmed' }` takes a
   * deleted one out of the bin.
   * @param patch fields to change; null removes one
   * @throws GoogleError 400, 404
   */
  editEvent(calendarId: string, eventId: string, patch: unknown): GoogleEvent {
    const calendar = this.calendar(calendarId);
    return calendar.patch(eventId, patch, this.#ownerOf(calendar));
  }

  /** @throws GoogleError 400, 404 */
  moveEvent(calendarId: string, eventId: string, move: Move): GoogleEvent {
    const calendar = this.calendar(calendarId);
    const { start, end } = calendar.get(eventId);
    if ('byMinutes' in move) {
      const by = move.byMinutes * 60_000;
      return this.editEvent(calendarId, eventId, {
        start: replacing(shifted(start, by)),
        end: replacing(shifted(end, by)),
      });
    }
    const to = canonicalTime({ timeZone: start.timeZone, ...move.start }, 'start', calendar.timeZone);
    return this.editEvent(calendarId, eventId, {
      start: replacing(to),
      end: replacing(move.end ?? shifted(end, sinceEpoch(to) - sinceEpoch(start))),
    });
  }

  /** @throws GoogleError 404, 410 */
  deleteEvent(calendarId: string, eventId: string): void {
    this.calendar(calendarId).delete(eventId);
  }

  /**
   * Duplicates an event as a person would: the same in everything, extended properties too, but for its identity.
   * @param changes what differs in the copy
   */
  copyEvent(calendarId: string, eventId: string, changes: unknown = {}): GoogleEvent {
    const {
      id: _id,
      iCalUID: _uid,
      recurringEventId: _series,
      sequence: _sequence,
      ...copied
    } = this.calendar(calendarId).get(eventId);
    return this.addEvent(calendarId, mergePatch({ ...copied, status: 'confirmed' }, changes));
  }

  /** Turns a single event into a series that begins with it, under the same id. */
  makeRecurring(calendarId: string, eventId: string, recurrence: readonly string[]): GoogleEvent {
    return this.editEvent(calendarId, eventId, { recurrence });
  }

  /** Deletes everything in a calendar, and says how much that was. */
  clearCalendar(calendarId: string): number {
    const live = this.events(calendarId).filter(({ recurringEventId }) => recurringEventId === undefined);
    for (const { id } of live) this.deleteEvent(calendarId, id);
    return live.length;
  }

  /** Ends everything the account's owner has allowed any client. */
  revokeAccount(email: string): void {
    this.grants.revokeAccount(this.account(email)?.email ?? email);
  }

  /** @param calendarId default: of every calendar */
  expireSyncTokens(calendarId?: string): void {
    const calendars = calendarId === undefined ? this.#calendars.values() : [this.calendar(calendarId)];
    for (const calendar of calendars) calendar.expireSyncTokens();
  }

  #calendarOf(description: CalendarDescription): GoogleCalendar {
    const known = this.#calendars.get(description.id);
    if (known !== undefined) return known;
    if (!isTimeZone(description.timeZone)) throw new RangeError(`Unknown time zone ${description.timeZone}.`);
    const calendar = new GoogleCalendar(description, this.#clock, this.#random, () =>
      this.channels.changed(description.id),
    );
    this.#calendars.set(description.id, calendar);
    return calendar;
  }

  #ownerOf(calendar: GoogleCalendar): Writer {
    const accounts = this.accounts();
    const owner =
      accounts.find(({ calendars }) => calendars.get(calendar.id)?.accessRole === 'owner') ?? accounts[0];
    return { email: owner?.email ?? calendar.id, displayName: owner?.name, kind: 'seed' };
  }
}
