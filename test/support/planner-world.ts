import {
  type BookingState,
  type EventState,
  type ExportCell,
  type ExportLink,
  type ExportOperation,
  exportBasis,
  type LostEdit,
  planExport,
} from '../../src/main/engine/planner/export-plan.ts';
import { fingerprint, timePrint, withField } from '../../src/main/engine/planner/fingerprint.ts';
import { selects } from '../../src/main/engine/planner/selection.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent, DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { aLink, anExport, exportId, NOW, seen, selected } from './planner-builders.ts';

/** An edit that did not win, as it is kept: what the calendar showed, and why it was overwritten. */
export interface KeptEdit extends LostEdit {
  readonly bookingId: string;
  readonly calendarSide: CalendarEvent;
}

export interface WorldSettings {
  readonly mapping: Mapping;
  readonly canReschedule: boolean;
  /** Bookings whose new times the dispatcher refuses. */
  readonly fixed: ReadonlySet<string>;
  /** What the calendar makes of an event that it is sent. */
  readonly render: (event: DesiredEvent) => DesiredEvent;
}

type Remembered = Extract<ExportOperation, { readonly kind: 'adopt' | 'rebase' | 'settle' }>;
type Sent = Exclude<ExportOperation, Remembered>;
type Sending<K extends Sent['kind']> = Extract<Sent, { readonly kind: K }>;

/** What an operation was planned from. When it is carried out, the world may have changed. */
interface Origin {
  readonly bookingId: string;
  readonly cell: ExportCell;
}

export type Shuffle = <T>(items: readonly T[]) => readonly T[];

export function shuffledBy(seed: number): Shuffle {
  const random = seededRandom(seed);
  return (items) =>
    items
      .map((item) => ({ item, rank: random.unit() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
}

/**
 * A booking system, a calendar and what the engine remembers of them, in memory: carries out plans as the engine
 * does, with preconditions, taken ids and refusals, but without network, store or journal.
 */
export class PlannerWorld {
  readonly settings: WorldSettings;
  readonly bookings = new Map<string, Booking>();
  /** Ids of bookings that the booking system no longer has. */
  readonly removed = new Set<string>();
  /** What the calendar shows, by event id: ours, the technician's, and copies the technician made of ours. */
  readonly calendar = new Map<string, CalendarEvent>();
  /** Deleted events: their ids stay taken. */
  readonly bin = new Map<string, CalendarEvent>();
  readonly links = new Map<string, ExportLink>();
  readonly kept: KeptEdit[] = [];
  /** Events that the next round does not get to see. */
  readonly hidden = new Set<string>();
  /** Kinds of operations and of kept edits that were reached. */
  readonly reached = new Set<string>();
  /** Bookings whose next event is created without the answer ever arriving. */
  readonly deaf = new Set<string>();
  #etag = 1;

  constructor(settings: WorldSettings) {
    this.settings = settings;
  }

  /** What anybody does to an event changes its etag. */
  put(event: CalendarEvent): void {
    this.#etag += 1;
    this.calendar.set(event.id, { ...event, etag: `"${this.#etag}"` });
  }

  /** What anybody does to a booking changes its version. */
  book(booking: Booking): void {
    this.#etag += 1;
    this.bookings.set(booking.id, { ...booking, version: String(this.#etag) });
  }

  /** Moves an event to the bin. */
  bury(eventId: string): void {
    const event = this.calendar.get(eventId);
    if (event === undefined) return;
    this.calendar.delete(eventId);
    this.bin.set(eventId, event);
  }

  /** Our living events of a booking; there must never be two. */
  exportsOf(bookingId: string): readonly CalendarEvent[] {
    return [...this.calendar.values()].filter(
      ({ id, tag }) => tag?.bookingId === bookingId && tag.self === id && tag.scope === 'tech_tess',
    );
  }

  isSelected(bookingId: string): boolean {
    return this.#bookingState(bookingId).kind === 'selected';
  }

  /**
   * One run of the engine: plans everything, then carries it out, each in the order that `shuffle` gives. In between
   * `meanwhile` happens: what somebody else does while the requests are on their way.
   */
  round(shuffle: Shuffle, meanwhile: () => void = () => {}): readonly ExportOperation[] {
    const tags = [...this.calendar.values()].flatMap(({ tag }) => (tag === null ? [] : [tag.bookingId]));
    const ids = new Set([...this.bookings.keys(), ...this.links.keys(), ...tags]);
    const planned: ExportOperation[] = [];
    const prepared: { readonly origin: Origin; readonly operation: Sent }[] = [];
    for (const bookingId of shuffle([...ids])) {
      const origin = { bookingId, cell: this.#cell(bookingId) };
      for (const operation of planExport(origin.cell)) {
        planned.push(operation);
        this.reached.add(operation.kind === 'settle' ? operation.state : operation.kind);
        if (isRemembered(operation)) this.#remember(origin, operation);
        else prepared.push({ origin, operation });
      }
    }
    this.hidden.clear();
    meanwhile();
    for (const { origin, operation } of shuffle(prepared)) this.#send(origin, operation);
    this.deaf.clear();
    return planned;
  }

  #cell(bookingId: string): ExportCell {
    const { mapping, canReschedule } = this.settings;
    return {
      mapping,
      booking: this.#bookingState(bookingId),
      ...this.#eventState(bookingId),
      canReschedule,
      now: NOW,
    };
  }

  #bookingState(bookingId: string): BookingState {
    const booking = this.bookings.get(bookingId);
    if (booking === undefined || this.removed.has(bookingId)) return { kind: 'gone', why: 'deleted' };
    if (booking.status === 'cancelled') return { kind: 'gone', why: 'cancelled' };
    if (!selects(this.settings.mapping, booking)) return { kind: 'gone', why: 'deselected' };
    return selected(booking);
  }

  /** The linked event, or what our tag marks as this booking's. */
  #eventState(bookingId: string): { readonly event: EventState; readonly link: ExportLink | null } {
    const link = this.links.get(bookingId) ?? null;
    const followed = link?.state === 'live' || link?.state === 'parked';
    const linked = this.calendar.get(link?.eventId ?? '');
    if (linked !== undefined && this.hidden.has(linked.id)) return { event: { kind: 'unproven' }, link };
    if (linked !== undefined && followed) return { event: seen(linked), link };
    const tagged = this.exportsOf(bookingId).find(({ id }) => !this.hidden.has(id));
    if (tagged !== undefined) return { event: seen(tagged), link: followed ? null : link };
    return { event: { kind: this.bin.has(link?.eventId ?? '') ? 'deleted' : 'unproven' }, link };
  }

  /** Carries out what needs no request. */
  #remember({ bookingId, cell }: Origin, operation: Remembered): void {
    switch (operation.kind) {
      case 'adopt': {
        const { event, incarnation, base } = operation;
        this.#link(bookingId, {
          state: 'live',
          eventId: event.id,
          incarnation,
          sent: base,
          shown: base,
          basis: '',
        });
        return;
      }
      case 'rebase':
        this.#link(bookingId, {
          state: 'live',
          sent: operation.sent,
          shown: operation.shown,
          basis: exportBasis(cell),
        });
        return;
      case 'settle':
        this.#link(bookingId, { state: operation.state, basis: '' });
        this.#keep(bookingId, cell, operation.lost);
    }
  }

  #send(origin: Origin, operation: Sent): void {
    const { bookingId, cell } = origin;
    switch (operation.kind) {
      case 'create-event':
        this.#create(origin, operation);
        return;
      case 'update-event': {
        const current = this.calendar.get(operation.event.id);
        if (current?.etag !== operation.event.etag) return;
        this.#write(origin, operation, { ...current, form: 'single' });
        this.#keep(bookingId, cell, operation.lost);
        return;
      }
      case 'delete-event':
        if (this.calendar.get(operation.event.id)?.etag !== operation.event.etag) return;
        this.bury(operation.event.id);
        this.#link(bookingId, { state: 'deleted', basis: '', rewrites: 0 });
        this.#keep(bookingId, cell, operation.lost);
        return;
      case 'propose':
        this.#propose(operation);
    }
  }

  /** The id of an incarnation is always the same, so it may be taken: by our own event, or by one that was deleted. */
  #create(origin: Origin, operation: Sending<'create-event'>): void {
    const { bookingId } = origin;
    const { desired, incarnation } = operation;
    const id = exportId(bookingId, incarnation);
    const taken = this.calendar.get(id) ?? this.bin.get(id);
    if (taken !== undefined) {
      const base = taken.tag?.sent ?? '';
      this.#link(bookingId, {
        state: 'live',
        eventId: id,
        incarnation,
        sent: base,
        shown: base,
        rewrites: 0,
        basis: '',
      });
      return;
    }
    const before = this.links.get(bookingId) ?? aLink({ eventId: '' });
    this.#write(origin, operation, anExport(desired, bookingId, incarnation));
    if (this.deaf.has(bookingId)) this.links.set(bookingId, { ...before, state: 'pending', incarnation });
  }

  /** The calendar stores what it was sent; what it then shows is the base of the next merge. */
  #write(
    { bookingId, cell }: Origin,
    { desired, incarnation, rewrites }: Sending<'create-event' | 'update-event'>,
    onto: CalendarEvent,
  ): void {
    const sent = fingerprint(desired);
    const tag = { bookingId, incarnation, self: onto.id, scope: 'tech_tess', sent };
    const event = { ...onto, ...this.settings.render(desired), tag };
    this.put(event);
    this.#link(bookingId, {
      state: 'live',
      eventId: event.id,
      incarnation,
      sent,
      shown: fingerprint(event),
      refused: null,
      rewrites,
      basis: exportBasis({ ...cell, event: seen(event) }),
    });
  }

  #propose({ booking, event }: Sending<'propose'>): void {
    const link = this.links.get(booking.id);
    const current = this.bookings.get(booking.id);
    if (link === undefined || current?.version !== booking.version || this.removed.has(booking.id)) return;
    if (this.settings.fixed.has(booking.id)) {
      this.#link(booking.id, { refused: timePrint(event.time), basis: '' });
      this.kept.push({
        kind: 'proposal-refused',
        state: 'open',
        fields: ['time'],
        bookingId: booking.id,
        calendarSide: event,
      });
      return;
    }
    const { start, end, timeZone } = event.time;
    this.book({ ...current, start, end, timeZone });
    const shown = fingerprint(event);
    this.#link(booking.id, {
      sent: withField(link.sent, 'time', shown),
      shown: withField(link.shown, 'time', shown),
      refused: null,
      rewrites: 0,
      basis: '',
    });
  }

  #link(bookingId: string, changes: Partial<ExportLink>): void {
    this.links.set(bookingId, { ...(this.links.get(bookingId) ?? aLink({ eventId: '' })), ...changes });
  }

  #keep(bookingId: string, { event }: ExportCell, lost: LostEdit | null): void {
    if (lost === null) return;
    this.reached.add(`kept: ${lost.kind}`);
    if (event.kind === 'seen') this.kept.push({ ...lost, bookingId, calendarSide: event.event });
  }
}

const isRemembered = (operation: ExportOperation): operation is Remembered =>
  operation.kind === 'adopt' || operation.kind === 'rebase' || operation.kind === 'settle';
