import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { TECHNICIAN, type World } from '../support/world.ts';

/** What a booking said at some time. */
export interface BookingVersion {
  /** Counts everything that is noted here. */
  readonly at: number;
  /** Null once it is deleted. */
  readonly booking: Booking | null;
}

export type EditedField = 'title' | 'location' | 'time';

/** What the technician typed into an event of ours. */
export interface Edit {
  readonly at: number;
  readonly calendar: string;
  readonly eventId: string;
  readonly bookingId: string;
  readonly field: EditedField;
  readonly value: string;
}

/** An event of ours that the technician deleted. */
interface Removal {
  readonly at: number;
  readonly calendar: string;
  readonly bookingId: string;
}

/** What the inbox has ever shown, answered or not. */
interface Kept {
  readonly bookingId: string;
  readonly kind: string;
  readonly at: number;
  readonly shown: { readonly title: string; readonly location: string; readonly start: string };
}

export const isSelected = (booking: Booking | null | undefined): booking is Booking =>
  booking != null && booking.status !== 'cancelled' && booking.technicianIds.includes(TECHNICIAN);

/** All that an event of the booking says. */
export const contentOf = (booking: Booking | null | undefined): string =>
  isSelected(booking)
    ? JSON.stringify([
        booking.title,
        booking.description ?? '',
        booking.location ?? '',
        booking.start,
        booking.end,
        booking.status,
      ])
    : 'none';

/** What people did, told by those who did it and by what the booking system then held. Knows nothing of the app. */
export class Ledger {
  #now = 0;
  #seenChanges = 0;
  readonly #versions = new Map<string, BookingVersion[]>();
  #edits: Edit[] = [];
  #removals: Removal[] = [];
  /** All that she did to events of ours. */
  readonly toJobs: {
    readonly at: number;
    readonly bookingId: string;
    readonly kind: 'edited' | 'deleted';
  }[] = [];
  readonly #kept = new Map<string, Kept>();
  /** When everything was settled last. */
  settledAt = 0;
  /** `CALENDAR EVENT` of appointments that were touched since. */
  readonly touched = new Set<string>();
  /** Events of ours, `CALENDAR BOOKING`, that she ever moved, in a zone of her own. */
  readonly moved = new Set<string>();
  /** Where she last moved an event of ours to, by `CALENDAR BOOKING`. */
  readonly movedTo = new Map<string, string>();
  /** Events that she copied from ours: they are hers, whatever they say. */
  readonly copies = new Set<string>();
  /** When a conflict about a booking was last answered. */
  readonly answered = new Map<string, number>();
  /** When that begins which a person wants to keep though its other side has gone. */
  readonly keptAt = new Set<number>();
  /**
   * Blocks, by the calendar that they were left of, with its removed mapping or since they were forgotten: they stay
   * until it is imported again, which finds them.
   */
  readonly leftBlocks = new Map<string, ReadonlySet<string>>();
  /** Occurrences that were deleted where the service does not say so: known of when the next day is listed. */
  readonly unsaid: { readonly start: string; readonly day: string }[] = [];
  /** Events of ours that the app deleted, `CALENDAR BOOKING`, and when. */
  readonly withdrawn = new Map<string, number>();
  /** When something happened after which a calendar is read anew, by its key: a lost database, another mapping. */
  readonly afresh = new Map<string, number>();

  tick(): number {
    this.#now += 1;
    return this.#now;
  }

  /** Notes what has changed in the booking system, whoever did that. */
  lookAtBookings({ sandbox: { booking } }: Pick<World, 'sandbox'>): void {
    const { bookings } = booking;
    if (bookings.changeCount === this.#seenChanges) return;
    const at = this.tick();
    for (const { id } of bookings.changes(this.#seenChanges, () => true, 100_000).items) {
      const versions = this.#versions.get(id) ?? [];
      versions.push({ at, booking: bookings.get(id) ?? null });
      this.#versions.set(id, versions);
    }
    this.#seenChanges = bookings.changeCount;
  }

  versions(bookingId: string): readonly BookingVersion[] {
    return this.#versions.get(bookingId) ?? [];
  }

  bookingIds(): readonly string[] {
    return [...this.#versions.keys()];
  }

  /** When what an event would say last became something else. */
  changedAt(bookingId: string): number {
    const versions = this.versions(bookingId);
    const last = versions.findLastIndex(
      ({ booking }, index) => contentOf(booking) !== contentOf(versions[index - 1]?.booking),
    );
    return versions[last]?.at ?? 0;
  }

  /** Whether the booking was gone at some time since everything was settled. */
  wasGone(bookingId: string): boolean {
    const versions = this.versions(bookingId);
    const recent = versions.filter(({ at }) => at > this.settledAt);
    const before = versions.findLast(({ at }) => at <= this.settledAt);
    return [before, ...recent].some((version) => !isSelected(version?.booking));
  }

  edited(edit: Omit<Edit, 'at'>): void {
    this.#edits = this.#edits.filter(
      (other) =>
        other.calendar !== edit.calendar || other.eventId !== edit.eventId || other.field !== edit.field,
    );
    const which = `${edit.calendar} ${edit.bookingId}`;
    if (edit.field === 'time') {
      this.moved.add(which);
      this.movedTo.set(which, edit.value);
    }
    const at = this.tick();
    this.#edits.push({ ...edit, at });
    this.toJobs.push({ at, bookingId: edit.bookingId, kind: 'edited' });
  }

  removed(removal: Omit<Removal, 'at'> & { readonly eventId: string }): void {
    // Whoever deletes an event takes back what they typed into it.
    this.#edits = this.#edits.filter(
      ({ calendar, eventId }) => calendar !== removal.calendar || eventId !== removal.eventId,
    );
    const { calendar, bookingId } = removal;
    const at = this.tick();
    this.#removals.push({ calendar, bookingId, at });
    this.toJobs.push({ at, bookingId, kind: 'deleted' });
  }

  /** When she last deleted the event of a booking, unless it is rightly back. */
  removalOf(calendar: string, bookingId: string): Removal | undefined {
    return this.#removals.findLast((each) => each.calendar === calendar && each.bookingId === bookingId);
  }

  /** Its event is rightly back. */
  isBack(calendar: string, bookingId: string): void {
    this.#removals = this.#removals.filter(
      (each) => each.calendar !== calendar || each.bookingId !== bookingId,
    );
  }

  /** Edits of which it is not known yet where they ended. */
  openEdits(): readonly Edit[] {
    return this.#edits;
  }

  closeEdits(): void {
    this.#edits = [];
  }

  /** From now on nothing takes back the blocks of this calendar that there are. */
  leaveBlocks(calendar: string, provider: string, { sandbox }: Pick<World, 'sandbox'>): void {
    const blocks = sandbox.booking.blocks.all().filter(({ source }) => source.provider === provider);
    this.leftBlocks.set(calendar, new Set(blocks.map(({ id }) => id)));
  }

  /** Somebody has asked for the events of a calendar to be removed, with all that is in them. */
  discardEdits(calendar: string): void {
    this.#edits = this.#edits.filter((edit) => edit.calendar !== calendar);
  }

  /**
   * The inbox of a calendar goes, and with it what is about to be put into it: an edit that was overwritten a moment
   * ago. What the calendar still shows is not lost by that.
   */
  inboxGoes(
    calendar: string,
    shown: readonly (Readonly<Record<'title' | 'location' | 'start', string>> & {
      readonly bookingId: string | null;
    })[],
  ): void {
    const isShown = ({ bookingId, field, value }: Edit): boolean =>
      shown.some(
        (event) => event.bookingId === bookingId && event[field === 'time' ? 'start' : field] === value,
      );
    this.#edits = this.#edits.filter((edit) => edit.calendar !== calendar || isShown(edit));
  }

  /** Reads what the inbox holds and what was kept for the record: that is nowhere else to be seen. */
  lookAtInbox({ dataDir }: Pick<World, 'dataDir'>): void {
    const database = new Sqlite(join(dataDir, 'calendar-sync.sqlite'), { readonly: true });
    try {
      for (const row of database.prepare('SELECT * FROM conflict').all() as readonly Record<
        string,
        string
      >[]) {
        const { id = '', booking_id: bookingId = '', kind = '', calendar_side: side = '{}' } = row;
        if (this.#kept.has(id)) continue;
        const { title = '', location = '', time = {}, start = time.start ?? '' } = JSON.parse(side);
        this.#kept.set(id, { bookingId, kind, at: this.tick(), shown: { title, location, start } });
      }
    } finally {
      database.close();
    }
  }

  kept(bookingId: string): readonly Kept[] {
    return [...this.#kept.values()].filter((each) => each.bookingId === bookingId);
  }
}
