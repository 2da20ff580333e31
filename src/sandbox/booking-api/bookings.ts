import { z } from 'zod';
import { Booking, type BookingChange } from '../../shared/domain/booking.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { instantOf, isTimeZone } from '../wall-time.ts';
import { OrderedMap } from './ordered-map.ts';
import { Problem, parse } from './problem.ts';

const TimeZone = z.string().refine(isTimeZone, 'not an IANA time zone');

/** What whoever creates a booking says of it. */
export const BookingDraft = Booking.omit({ version: true, updatedAt: true }).extend({
  id: z.string().min(1).max(200).optional(),
  status: Booking.shape.status.default('confirmed'),
  timeZone: TimeZone,
});
export type BookingDraft = z.input<typeof BookingDraft>;

/** The fields to change; null empties an optional one. */
export const BookingPatch = Booking.omit({ id: true, version: true, updatedAt: true })
  .extend({ timeZone: TimeZone })
  .partial()
  .strict();
export type BookingPatch = z.input<typeof BookingPatch>;

export interface BookingSelection {
  readonly technicianId: string | null;
  readonly projectId: string | null;
  /** Milliseconds; bookings overlapping [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Whether somebody who sees these technicians sees something of theirs. */
export type Sight = (technicianIds: readonly string[]) => boolean;

interface BookingRecord {
  booking: Booking;
  /** The version before this one: what a lagging replica would still answer. */
  previous: Booking | null;
  /** A deleted booking is remembered, so that the change feed can say so. */
  deleted: boolean;
  movable: boolean;
  startMs: number;
  endMs: number;
  /** Position of its latest change in the log. */
  lastChange: number;
  /** Every technician it was ever given to: who must hear that it is gone. */
  readonly known: Set<string>;
}

/** What is pushed of a change: which booking, and everybody it was ever given to. */
export type BookingNotice = (change: {
  readonly id: string;
  readonly version: string;
  readonly technicianIds: readonly string[];
}) => void;

/** All bookings, and the log of their changes. */
export class Bookings {
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #notice: BookingNotice;
  /** Sets the versions and the change log of one life of this memory apart from those of another. */
  readonly epoch: string;
  readonly #records = new OrderedMap<BookingRecord>();
  readonly #byTechnician = new Map<string, Set<BookingRecord>>();
  /** Ids in the order of change. */
  readonly #log: string[] = [];

  constructor(clock: SandboxClock, random: SandboxRandom, notice: BookingNotice) {
    this.#clock = clock;
    this.#random = random;
    this.#notice = notice;
    this.epoch = random.uuid();
  }

  /** Changes made so far. */
  get changeCount(): number {
    return this.#log.length;
  }

  /** A booking that exists (cancelled ones do, deleted ones do not). */
  get(id: string): Booking | undefined {
    const record = this.#records.get(id);
    return record === undefined || record.deleted ? undefined : record.booking;
  }

  /** The version before the current one, or the current one if it is the first. */
  previous(id: string): Booking | undefined {
    return this.#records.get(id)?.previous ?? this.get(id);
  }

  /** Every booking, deleted ones excepted. */
  all(): Booking[] {
    return [...this.#records.values()].filter((record) => !record.deleted).map((record) => record.booking);
  }

  /** Confirmed bookings of a technician overlapping [from, to), in milliseconds. */
  confirmed(technicianId: string, from: number, to: number): { startMs: number; endMs: number }[] {
    const records = this.#byTechnician.get(technicianId) ?? [];
    return [...records].filter(
      (record) => record.booking.status === 'confirmed' && record.startMs < to && record.endMs > from,
    );
  }

  /**
   * Creates a booking.
   * @throws Problem 422 when the draft makes no sense, 409 when its id is taken
   */
  create(draft: BookingDraft): Booking {
    const fields = parse(BookingDraft, draft);
    const id = fields.id ?? `bk_${this.#random.uuid()}`;
    if (this.#records.get(id) !== undefined) {
      throw new Problem(409, 'already_exists', `There is or was a booking ${id}.`);
    }
    const booking = this.#stamp({ ...fields, id });
    const record: BookingRecord = {
      booking,
      previous: null,
      deleted: false,
      movable: true,
      ...span(booking),
      lastChange: 0,
      known: new Set(),
    };
    this.#records.set(id, record);
    this.#logChange(record);
    return booking;
  }

  /**
   * Changes a booking, whoever asks. A patch that changes nothing leaves the version as it is.
   * @throws Problem 422 when the result makes no sense, 404 when there is no such booking
   */
  patch(id: string, patch: BookingPatch): Booking {
    const record = this.#existing(id);
    const merged = patched(record.booking, patch);
    if (canonical(merged) === canonical(record.booking)) return record.booking;
    const booking = this.#stamp(merged);
    const times = span(booking);
    record.previous = record.booking;
    record.booking = booking;
    Object.assign(record, times);
    this.#logChange(record);
    return booking;
  }

  cancel(id: string): Booking {
    return this.patch(id, { status: 'cancelled' });
  }

  reassign(id: string, technicianIds: string[]): Booking {
    return this.patch(id, { technicianIds });
  }

  /** Removes a booking altogether. @throws Problem 404 when there is none */
  delete(id: string): void {
    const record = this.#existing(id);
    record.previous = record.booking;
    record.booking = this.#stamp(record.booking);
    record.deleted = true;
    this.#logChange(record);
  }

  /** Whether technicians may move it. Dispatch fixes some appointments. */
  isMovable(id: string): boolean {
    return this.#existing(id).movable;
  }

  setMovable(id: string, movable: boolean): void {
    this.#existing(id).movable = movable;
  }

  /** A confirmed booking that would overlap `id`, were it as `patch` says. */
  obstacle(id: string, patch: BookingPatch): Booking | null {
    const record = this.#existing(id);
    const wanted = patched(record.booking, patch);
    const { startMs, endMs } = span(wanted);
    if (wanted.status !== 'confirmed') return null;
    for (const technicianId of wanted.technicianIds) {
      for (const other of this.#byTechnician.get(technicianId) ?? []) {
        if (other === record || other.booking.status !== 'confirmed') continue;
        if (other.startMs < endMs && other.endMs > startMs) return other.booking;
      }
    }
    return null;
  }

  /** A page of the bookings that overlap a window, in the order of their ids. */
  list(selection: BookingSelection, sight: Sight, after: string, limit: number): Page<Booking> {
    const items: Booking[] = [];
    const { technicianId, projectId, from, to } = selection;
    for (const { booking, deleted, startMs, endMs } of this.#records.after(after)) {
      if (deleted || startMs >= to || endMs <= from || !sight(booking.technicianIds)) continue;
      if (technicianId !== null && !booking.technicianIds.includes(technicianId)) continue;
      if (projectId !== null && booking.projectId !== projectId) continue;
      if (items.length === limit) return { items, more: true };
      items.push(booking);
    }
    return { items, more: false };
  }

  /** What changed after the first `seen` changes; a booking that changed twice shows once, at its latest place. */
  changes(seen: number, sight: Sight, limit: number): Page<BookingChange> & { readonly seen: number } {
    const items: BookingChange[] = [];
    for (let position = seen; position < this.#log.length; position += 1) {
      const record = this.#records.get(this.#log[position] ?? '');
      if (record === undefined || record.lastChange !== position) continue;
      const change = this.#changeSeenBy(record, sight);
      if (change === null) continue;
      if (items.length === limit) return { items, more: true, seen: position };
      items.push(change);
    }
    return { items, more: false, seen: this.#log.length };
  }

  #changeSeenBy({ booking, deleted, known }: BookingRecord, sight: Sight): BookingChange | null {
    if (!deleted && sight(booking.technicianIds)) return booking;
    return sight([...known]) ? { id: booking.id, deleted: true, version: booking.version } : null;
  }

  #existing(id: string): BookingRecord {
    const record = this.#records.get(id);
    if (record === undefined || record.deleted) {
      throw new Problem(404, 'not_found', `There is no booking ${id}.`);
    }
    return record;
  }

  /** The next version of a booking, without the optional fields that are null. */
  #stamp(fields: Omit<Booking, 'version' | 'updatedAt'>): Booking {
    return {
      ...(withoutNulls(fields) as typeof fields),
      version: `${this.epoch.slice(0, 8)}-${this.#log.length.toString(36)}`,
      updatedAt: this.#clock.now().toISOString(),
    };
  }

  #logChange(record: BookingRecord): void {
    record.lastChange = this.#log.length;
    this.#log.push(record.booking.id);
    for (const id of record.known) this.#byTechnician.get(id)?.delete(record);
    for (const id of record.booking.technicianIds) record.known.add(id);
    for (const id of record.deleted ? [] : record.booking.technicianIds) {
      const records = this.#byTechnician.get(id) ?? new Set();
      this.#byTechnician.set(id, records.add(record));
    }
    const { id, version } = record.booking;
    this.#notice({ id, version, technicianIds: [...record.known] });
  }
}

/** A booking as it would be after a patch, its version apart. */
function patched(booking: Booking, patch: BookingPatch): Booking {
  const given = Object.entries(parse(BookingPatch, patch)).filter(([, value]) => value !== undefined);
  return Booking.parse({ ...booking, ...Object.fromEntries(given) });
}

/** A part of a listing. */
export interface Page<T> {
  readonly items: T[];
  readonly more: boolean;
}

/** @throws Problem 422 unless it ends after it starts and both are dates or both are moments */
function span({ start, end, timeZone }: Booking): { startMs: number; endMs: number } {
  if ((start.length === 10) !== (end.length === 10)) {
    throw new Problem(422, 'invalid_request', 'start and end must both be dates or both be date-times.');
  }
  const startMs = instantOf(start, timeZone);
  const endMs = instantOf(end, timeZone);
  if (!(startMs < endMs)) throw new Problem(422, 'invalid_request', 'end must be after start.');
  return { startMs, endMs };
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, isPlainObject(value) ? withoutNulls(value) : value]),
  );
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same text for the same fields, whatever order they came in. */
function canonical(fields: object): string {
  const sorted = (value: unknown): unknown =>
    isPlainObject(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : value;
  return JSON.stringify(sorted(withoutNulls(fields)));
}
