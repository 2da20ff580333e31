import type {
  Booking,
  BookingChange,
  Capabilities,
  Project,
  Technician,
} from '../../shared/domain/booking.ts';
import type { BusyBlock } from '../../shared/domain/busy-block.ts';

/** A part of a listing or of the change feed. A listing of either kind is complete only with its last page. */
export type BookingPage =
  | {
      readonly kind: 'page';
      readonly items: readonly BookingChange[];
      /** Where the change feed goes on. Null on every page but the last. */
      readonly nextCursor: string | null;
    }
  | { readonly kind: 'cursor-expired' };

/** Which bookings to list: those that overlap [from, to), of a technician or of a project if one is named. */
export interface BookingSelection {
  readonly technicianId?: string;
  readonly projectId?: string;
  /** RFC 3339 instant. */
  readonly from: string;
  /** RFC 3339 instant. */
  readonly to: string;
}

/** What became of a proposed change. All but `ok` are answers to live with, not failures. */
export type RescheduleResult =
  | { readonly kind: 'ok'; readonly booking: Booking }
  /** Somebody changed it first: merge with `current` and decide again. */
  | { readonly kind: 'stale'; readonly current: Booking }
  | { readonly kind: 'slot-unavailable'; readonly detail: string }
  | { readonly kind: 'not-allowed'; readonly detail: string }
  /** Deleted, or given to somebody whose bookings this device may not see. */
  | { readonly kind: 'missing' };

/** Since when a technician's imported busy times can be trusted, or cannot. */
export interface CalendarHealth {
  readonly status: 'ok' | 'unknown';
  /** UTC instant. */
  readonly since: string;
  readonly reason?: string;
}

/** What became of one item of a batch of busy blocks. */
export interface BlockBatchItem {
  readonly id: string;
  /** HTTP status of this item: 200, 201, 204, 404, 422 or 429. */
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  /** Seconds after which an item with status 429 may be sent again; null where the answer names none. */
  readonly retryAfterSeconds: number | null;
}

/** A public address for a provider's notifications. */
export interface WebhookRelay {
  readonly id: string;
  readonly callbackUrl: string;
  /** RFC 3339 instant; null: until it is closed. */
  readonly expiresAt: string | null;
}

/**
 * The port through which the engine sees the central booking system. Every method throws `AppError` only; one whose
 * `effect` is `unknown` may have happened all the same, and is to be repeated with the same bytes and the same key.
 */
export interface BookingApi {
  /** Whom this device is enrolled for, the server's clock (RFC 3339) and what the server can do. */
  me(): Promise<{
    readonly technician: Technician;
    readonly serverTime: string;
    readonly capabilities: Capabilities;
  }>;

  /** The technicians that this device may see. */
  technicians(): Promise<readonly Technician[]>;

  projects(): Promise<readonly Project[]>;

  /** Every booking of a selection. Its last page's cursor misses nothing that changed while the pages were read. */
  list(selection: BookingSelection): AsyncIterable<BookingPage>;

  /** What changed since a cursor, of all the bookings this device may see. Ends after `cursor-expired`. */
  changes(cursor: string): AsyncIterable<BookingPage>;

  /** `unaddressable`: its id cannot be part of a URL, so that nothing can be found out. */
  get(id: string): Promise<Booking | 'missing' | 'unaddressable'>;

  /**
   * Proposes a change of a booking.
   * @param version the version the change was planned on
   * @param body the fields to change as JSON, sent byte for byte
   */
  patch(id: string, version: string, body: string, idempotencyKey: string): Promise<RescheduleResult>;

  /**
   * Writes and deletes busy blocks. Items fail one by one; the answer has one entry for each.
   * @param body `{"upserts": [...], "deletes": [...]}`, at most 500 in all, sent byte for byte
   */
  writeBlocks(body: string, idempotencyKey: string): Promise<readonly BlockBatchItem[]>;

  /** Tells dispatch whether a technician's imported busy times can be trusted. Repeating it changes nothing. */
  setCalendarHealth(technicianId: string, health: CalendarHealth): Promise<void>;

  /** Every busy block that the booking system has of a technician, page by page. */
  blocks(technicianId: string): AsyncIterable<readonly BusyBlock[]>;

  /**
   * Hosts a feed publicly, in place of what the token led to.
   * @param ics text of the feed, `text/calendar`
   * @returns where it is hosted
   */
  putFeed(token: string, ics: string, idempotencyKey: string): Promise<{ readonly url: string }>;

  /** Stops hosting a feed; one that is not hosted is fine. */
  deleteFeed(token: string, idempotencyKey: string): Promise<void>;

  /** Opens a public address; what a provider posts there comes out of `/events` for this device. */
  openRelay(provider: string, idempotencyKey: string): Promise<WebhookRelay>;

  /** Closes a relay; one that is not there is fine. */
  closeRelay(id: string, idempotencyKey: string): Promise<void>;
}
