import type { CalendarListEntry } from '../../shared/domain/account.ts';
import type { CalendarEvent, DesiredEvent } from '../../shared/domain/calendar-event.ts';

/**
 * The port through which the engine sees a calendar service. One instance serves one account. Every method throws
 * `AppError` only, mapped in one place per provider, and sends all its requests through the injected fetch.
 */
export interface CalendarProvider {
  readonly capabilities: ProviderCapabilities;

  listCalendars(): Promise<readonly CalendarListEntry[]>;

  /**
   * Lists a calendar as a stream of pages: everything that overlaps `window` when `cursor` is null, else what
   * changed since that cursor. `nextCursor` stands on the last page only. Ends after `cursor-expired`.
   */
  pull(calendarId: string, cursor: string | null, window: Window): AsyncIterable<PullPage>;

  /**
   * One event by id, whatever window it is in, or by the name it was created under (`PreparedWrite.eventId`). A series
   * answers with its master.
   */
  get(calendarId: string, eventId: string): Promise<EventLookup>;

  /** Pure: the exact bytes and the id of the event to create, so that the journal can store both before sending. */
  prepareCreate(calendarId: string, desired: DesiredEvent, identity: NewIdentity): PreparedWrite;

  /**
   * Pure: the exact bytes that turn one of our own events into `desired`, naming only the fields that we own.
   * @param seen the event as it was when the update was planned, where that is known: some services keep in one field
   *   what is ours and what is the technician's
   */
  prepareUpdate(
    eventId: string,
    desired: DesiredEvent,
    identity: NewIdentity,
    seen?: CalendarEvent,
  ): PreparedWrite;

  /**
   * Creates the event that `prepareCreate` described and answers with what the provider stored. Without `ownId`, the
   * same bytes again are answered with the same event, as long as it is as it was.
   * @throws AppError CONFLICT when the id or name is taken (by a live or a deleted event): look it up and decide. With
   *   the detail `ID_USED_UP` when it is by something that this calendar does not show under it.
   */
  create(calendarId: string, prepared: PreparedWrite): Promise<CalendarEvent>;

  /**
   * Updates an event and answers with what the provider stored.
   * @param etag the version the change was planned on, or null to write whatever is there
   * @throws AppError PRECONDITION_FAILED when it has changed since; NOT_FOUND when it is gone
   */
  update(calendarId: string, prepared: PreparedWrite, etag: string | null): Promise<CalendarEvent>;

  /**
   * Deletes an event; one that is already gone counts as deleted.
   * @throws AppError PRECONDITION_FAILED when it has changed since `etag`
   */
  delete(calendarId: string, eventId: string, etag: string | null): Promise<void>;

  /**
   * Our own events that begin at `instant` (UTC) or later. Missing where a complete listing shows them, however far
   * ahead they are, and where creating an event again finds the one that there is, whatever its incarnation.
   */
  ownAhead?(calendarId: string, instant: string): Promise<readonly CalendarEvent[]>;

  /** Where `capabilities.watch`: how calendars tell of their changes. */
  readonly notifications?: CalendarNotifications;
}

/** Detail of a refused `create`: where the lookup finds nothing, the id can be used no more. */
export const ID_USED_UP = 'id-used-up';

/** How a calendar is made to post a notification to an address whenever something in it changes. */
export interface CalendarNotifications {
  /** Opens a channel. The address is called before this answers. */
  watch(calendarId: string, request: WatchRequest): Promise<OpenedChannel>;
  /**
   * Lets a channel live until `expiresAt`; answers until when it does, or null where only a new one lives on, because
   * the provider renews none or has forgotten this one.
   */
  renew(channel: ChannelName, expiresAt: string): Promise<string | null>;
  /** Closes a channel; one that is gone counts as closed. */
  unwatch(channel: ChannelName): Promise<void>;
}

export interface WatchRequest {
  /** A UUID. */
  readonly id: string;
  /** What each notification is to carry, at most 128 characters. */
  readonly secret: string;
  readonly callbackUrl: string;
  /** UTC instant until which the channel is wanted. */
  readonly expiresAt: string;
}

export interface ChannelName {
  /** As we chose it. */
  readonly id: string;
  /** As the provider calls it, or what it leads to. */
  readonly remoteId: string;
}

export interface OpenedChannel {
  readonly remoteId: string;
  /** UTC instant: until when the provider grants it. */
  readonly expiresAt: string;
}

export interface ProviderCapabilities {
  readonly write: boolean;
  readonly incremental: boolean;
  readonly watch: boolean;
  /** The client chooses event ids. Without it a created event has a name until its id is known; see `PreparedWrite`. */
  readonly ownId: boolean;
  /**
   * Changes are told by comparing two states, so that what came and went in between is told by nobody, our own writes
   * included: a calendar is read once more after it was written to, and what that does not tell of is looked at.
   */
  readonly readAfterWrite?: boolean;
  /**
   * Operations on single events that are worth having under way at once; how many requests that is, the provider sees
   * to.
   */
  readonly concurrency: number;
}

/** Half-open: events overlapping [from, to). UTC instants. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

export type PullPage =
  | {
      readonly kind: 'page';
      readonly changes: readonly EventChange[];
      /** Where to go on next time; on the last page only. */
      readonly nextCursor: string | null;
      /** On the last page: the pages show the whole window although a cursor was given (a feed that has changed). */
      readonly complete?: true;
      /**
       * Events and series that this page shows as they are now: what is known of each within the window, occurrences
       * and the event itself, and is not among the changes, is gone.
       */
      readonly relisted?: readonly string[];
    }
  | { readonly kind: 'cursor-expired' };

export type EventChange =
  | { readonly kind: 'event'; readonly event: CalendarEvent }
  | {
      readonly kind: 'removed';
      readonly id: string;
      readonly seriesId: string | null;
      /** `cancelled`: the provider says it was deleted. `unlisted`: it only left the listing; look before believing. */
      readonly proof: 'cancelled' | 'unlisted';
    };

export type EventLookup =
  | { readonly kind: 'found'; readonly event: CalendarEvent }
  | { readonly kind: 'cancelled'; readonly sent: string | null }
  | { readonly kind: 'missing' };

export interface NewIdentity {
  readonly bookingId: string;
  readonly incarnation: number;
  readonly scope: string;
  /** Fingerprint of the desired content, stored in the ownership tag. */
  readonly sent: string;
}

export interface PreparedWrite {
  /**
   * The id of the event. For a create without `ownId`, the name that the event is created under instead: nothing else
   * is, neither now nor later, and `get` finds it by that.
   */
  readonly eventId: string;
  /** JSON: byte for byte what is sent, or what is written into the event as it then is at the other end. */
  readonly body: string;
}
