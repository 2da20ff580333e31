import type { Booking, BookingChange } from '../../shared/domain/booking.ts';
import type { Feed } from '../../shared/domain/feed.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { BookingApi, BookingPage } from '../booking/booking-port.ts';
import { mappingWindow, type Span } from '../engine/planner/selection.ts';
import type { Clock } from '../ports.ts';
import type { StoredFeed } from '../store/feed-repository.ts';
import type { Store } from '../store/store.ts';

/** How far a feed reaches, in days from today. */
const REACH = { pastDays: 30, futureDays: 180 };
/** How long bookings are remembered that no feed reaches any more: days. */
const REMEMBERED_DAYS = 60;
const DAY_MS = 86_400_000;

/** What feeds show of time, in whole UTC days: it moves once a day. */
export function feedWindow(now: Date): Span {
  return mappingWindow(REACH, now);
}

export interface BookingReaderOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly booking: () => Promise<BookingApi>;
}

/**
 * Keeps the bookings of all feeds up to date. One request tells what has changed for all of them; a feed lists its own
 * bookings when it is new, when the window has moved a day, and when the position was lost. Apart from the sync's
 * reading, because feeds may be of technicians and projects that no mapping is of.
 */
export class BookingReader {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #booking: BookingReaderOptions['booking'];
  #underWay: Promise<void> | null = null;

  constructor({ store, clock, booking }: BookingReaderOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#booking = booking;
  }

  /**
   * Reads now; whoever asks while a reading is under way waits for that one.
   * @throws AppError of the booking system; what was known before is kept then
   */
  read(booking = this.#booking): Promise<void> {
    this.#underWay ??= this.#read(booking).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  /** Whether the bookings of a feed have ever been read to the end. */
  knows(feed: Pick<StoredFeed, 'listedTo'>): boolean {
    return feed.listedTo !== null;
  }

  /** Milliseconds since the last complete reading. */
  age(): number {
    const { readAt } = this.#store.feedBookings.position();
    const age = readAt === null ? Number.NaN : this.#clock.now().getTime() - Date.parse(readAt);
    // A clock that was set back must not make old bookings look fresh.
    return age >= 0 ? age : Number.POSITIVE_INFINITY;
  }

  async #read(booking: BookingReaderOptions['booking']): Promise<void> {
    const { feeds, feedBookings } = this.#store;
    const enabled = feeds.enabled();
    if (enabled.length === 0) return;
    const startedAt = this.#clock.now();
    const window = feedWindow(startedAt);
    const api = await booking();

    const { cursor } = feedBookings.position();
    const changed = cursor === null ? null : await gather(api.changes(cursor));
    if (changed !== null) this.#takeOver(changed.items, enabled);
    let next = changed?.nextCursor ?? null;
    for (const feed of enabled) {
      if (changed !== null && feed.listedFrom === window.from && feed.listedTo === window.to) continue;
      const listed = await this.#list(api, feed, window);
      // The earliest position: what changes while the next feed is listed is then told again.
      next ??= listed;
    }
    feedBookings.moveTo(next, startedAt.toISOString());
    feedBookings.prune(new Date(Date.parse(window.from) - REMEMBERED_DAYS * DAY_MS).toISOString());
  }

  /** Of what changed, only what a feed shows or has shown: the rest is nobody's business here. */
  #takeOver(changes: readonly BookingChange[], feeds: readonly StoredFeed[]): void {
    const { feedBookings } = this.#store;
    const relevant = changes.filter(
      (change) =>
        feedBookings.has(change.id) ||
        (!('deleted' in change) && feeds.some((feed) => selects(feed, change))),
    );
    feedBookings.apply(relevant, this.#now());
  }

  async #list(api: BookingApi, feed: StoredFeed, window: Span): Promise<string> {
    const { feeds, feedBookings } = this.#store;
    const selection = {
      ...(feed.technicianId !== null && { technicianId: feed.technicianId }),
      ...(feed.projectId !== null && { projectId: feed.projectId }),
    };
    const listed = await gather(api.list({ ...selection, from: window.from, to: window.to }));
    if (listed === null) throw incomplete();
    const shown = new Set(listed.items.map(({ id }) => id));
    const missing = feedBookings
      .select(feed, window)
      .map(({ booking }) => booking.id)
      .filter((id) => !shown.has(id));
    const asked: BookingChange[] = [];
    for (const id of missing) {
      // A listing may be wrong, as servers in trouble are: only an answer about the very booking makes it go.
      const found = await api.get(id);
      if (found !== 'unaddressable')
        asked.push(found === 'missing' ? { id, deleted: true, version: '' } : found);
    }
    this.#store.transaction(() => {
      feedBookings.apply([...listed.items, ...asked], this.#now());
      feeds.listed(feed.id, window);
    });
    return listed.nextCursor;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

function selects(feed: Pick<Feed, 'technicianId' | 'projectId'>, booking: Booking): boolean {
  return feed.technicianId === null
    ? booking.projectId === feed.projectId
    : booking.technicianIds.includes(feed.technicianId);
}

/** Every page up to the last one, or null when the position is no longer known there. */
async function gather(
  pages: AsyncIterable<BookingPage>,
): Promise<{ readonly items: readonly BookingChange[]; readonly nextCursor: string } | null> {
  const items: BookingChange[] = [];
  let nextCursor: string | null = null;
  for await (const page of pages) {
    if (page.kind === 'cursor-expired') return null;
    items.push(...page.items);
    nextCursor = page.nextCursor;
  }
  if (nextCursor === null) throw incomplete();
  return { items, nextCursor };
}

function incomplete(): AppError {
  return new AppError(
    'PROVIDER_ERROR',
    'The booking system ended its listing without a position. It is tried again next time.',
    { party: 'booking-system' },
  );
}
