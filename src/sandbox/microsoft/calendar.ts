import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { dateAt } from '../wall-time.ts';
import { type CalendarEvent, contentOf, type EmailAddress, type EventContent } from './event.ts';
import { type Origin, writtenContent } from './event-content.ts';
import { readEventResource, type WriterKind } from './event-resource.ts';
import { etagOf, iCalUIdOf } from './event-version.ts';
import { GraphError, invalidRequest } from './graph-error.ts';
import { type ItemName, KEY_BYTES } from './item-id.ts';
import { type Item, ItemStore, type WrittenEvent } from './item-store.ts';
import {
  isSeries,
  neighbouringDates,
  occurrenceOn,
  type Series,
  spanOf,
  untouchedOccurrence,
} from './series.ts';

export interface CalendarDescription {
  /** As clients name it in their paths. */
  readonly id: string;
  readonly name: string;
}

/** What a calendar belongs to. */
export interface Mailbox {
  readonly owner: EmailAddress;
  /** IANA. */
  readonly timeZone: string;
}

/** Tells two bodies apart that say different things: the same members in another order say the same. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/**
 * One calendar: the rules of Graph's event resource, as Exchange keeps them.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/event
 */
export class MicrosoftCalendar {
  readonly id: string;
  readonly name: string;
  readonly mailbox: Mailbox;
  readonly items: ItemStore;
  /** Delta tokens of an earlier epoch have expired. */
  #epoch = 0;
  /** What a client with such a token is told. */
  #expiry = 'syncStateNotFound';
  #versions = 0;
  /** The requests that created events, by their transaction ids. */
  readonly #transactions = new Map<string, { readonly key: string; readonly request: string }>();
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;

  constructor(
    description: CalendarDescription,
    mailbox: Mailbox,
    clock: SandboxClock,
    random: SandboxRandom,
    onWrite: (changes: readonly WrittenEvent[]) => void,
  ) {
    this.id = description.id;
    this.name = description.name;
    this.mailbox = mailbox;
    this.items = new ItemStore(mailbox.timeZone, onWrite);
    this.#clock = clock;
    this.#random = random;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get expiry(): string {
    return this.#expiry;
  }

  /** @param code what clients are told that come with a token of before */
  expireDeltaTokens(code = 'syncStateNotFound'): void {
    this.#epoch += 1;
    this.#expiry = code;
  }

  /** An event, a series or an occurrence of one; null when it is not there (any more). */
  find(name: ItemName, position = this.items.position): CalendarEvent | null {
    const event = this.findEvenDeleted(name, position);
    return event?.presence === 'live' ? event : null;
  }

  /** As `find`, but what was deleted shows as it last was. */
  findEvenDeleted({ key, date }: ItemName, position = this.items.position): CalendarEvent | null {
    const item = this.items.item(key, position);
    if (item === null || date === null) return item?.event ?? null;
    const occurrence = isSeries(item.event) ? this.#occurrence(item.event, date, position) : null;
    if (occurrence === null || item.event.presence === 'live') return occurrence;
    return { ...occurrence, presence: item.event.presence };
  }

  /** @throws GraphError 404 `ErrorItemNotFound` */
  get(name: ItemName): CalendarEvent {
    const event = this.find(name);
    if (event === null) throw new GraphError(404);
    return event;
  }

  /**
   * Creates an event. A client that sends the same request with the same transaction id again gets the same event.
   * @throws GraphError 400, 409 `ErrorDuplicateTransactionId`
   */
  create(resource: unknown, writer: WriterKind): CalendarEvent {
    const given = readEventResource(resource, writer);
    const transactionId = writer === 'client' ? given.transactionId : undefined;
    const request = transactionId ? fingerprint(resource) : '';
    if (transactionId) {
      const earlier = this.#createdBy(transactionId, request);
      if (earlier !== null) return earlier;
    }
    const key = Buffer.from(this.#random.bytes(KEY_BYTES)).toString('base64url');
    const content = writtenContent(given, null, this.#origin(key));
    const now = this.#now();
    const created = this.#versioned({
      ...content,
      key,
      date: null,
      originalStart: null,
      type: content.repetition === null ? 'singleInstance' : 'seriesMaster',
      presence: 'live',
      overrides: {},
      version: 0,
      createdAt: now,
      modifiedAt: now,
    });
    this.items.write([created]);
    if (transactionId) this.#transactions.set(transactionId, { key, request });
    return created;
  }

  /**
   * Changes what `patch` names.
   * @param ifMatch the etag that it must still have
   * @throws GraphError 400, 404 `ErrorItemNotFound`, 412 `ErrorIrresolvableConflict`
   */
  update(name: ItemName, patch: unknown, writer: WriterKind, ifMatch?: string): CalendarEvent {
    const present = this.#present(name, ifMatch);
    const given = readEventResource(patch, writer);
    if (present.date !== null && given.recurrence) {
      throw invalidRequest('An occurrence of a series cannot recur itself.');
    }
    const content = writtenContent(given, contentOf(present), this.#origin(present.key));
    const changed = this.#versioned({ ...present, ...content, modifiedAt: this.#now() });
    if (present.date !== null) {
      const exception = this.#exception(present, changed);
      this.items.write([exception]);
      return exception;
    }
    const written: CalendarEvent = {
      ...changed,
      type: content.repetition === null ? 'singleInstance' : 'seriesMaster',
    };
    this.items.write([written, ...this.#followers(present, written)]);
    return written;
  }

  /**
   * Deletes an event, a series or one occurrence.
   * @throws GraphError 404 `ErrorItemNotFound`, 412 `ErrorIrresolvableConflict`
   */
  delete(name: ItemName, ifMatch?: string): void {
    const present = this.#present(name, ifMatch);
    const type = present.date === null ? present.type : 'exception';
    this.items.write([this.#versioned({ ...present, type, presence: 'deleted', modifiedAt: this.#now() })]);
  }

  /**
   * Takes an event or a series out of the bin, with the id it had.
   * @throws GraphError 404 `ErrorItemNotFound` when it never was in it
   */
  restore(name: ItemName): CalendarEvent {
    const present = this.findEvenDeleted(name);
    if (present === null || present.date !== null) throw new GraphError(404);
    const restored = this.#versioned({ ...present, presence: 'live', modifiedAt: this.#now() });
    this.items.write([restored]);
    return restored;
  }

  #present(name: ItemName, ifMatch: string | undefined): CalendarEvent {
    const present = this.get(name);
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(present)) throw new GraphError(412);
    return present;
  }

  /** The event that the same request has created before; null when the transaction id is free. */
  #createdBy(transactionId: string, request: string): CalendarEvent | null {
    const earlier = this.#transactions.get(transactionId);
    const event = earlier === undefined ? null : this.find({ key: earlier.key, date: null });
    if (earlier === undefined || event === null) return null;
    if (earlier.request !== request) throw new GraphError(409, 'ErrorDuplicateTransactionId');
    return event;
  }

  #occurrence(series: Series, date: string, position: number): CalendarEvent | null {
    const exception = this.items.item(`${series.key}:${date}`, position)?.event;
    if (exception !== undefined && exception.presence !== 'detached') return exception;
    const occurrence = occurrenceOn(series, date, this.mailbox.timeZone);
    return occurrence === null ? null : untouchedOccurrence(series, occurrence);
  }

  /** An occurrence that was edited, with what it has of its own from now on. */
  #exception(present: CalendarEvent, changed: CalendarEvent): CalendarEvent {
    this.#assertBetweenNeighbours(present, changed);
    return {
      ...changed,
      type: 'exception',
      overrides: { ...present.overrides, ...difference(present, changed) },
    };
  }

  /**
   * An occurrence cannot be moved to or before the day of the one before it, nor to or after the day of the next.
   *
   * https://learn.microsoft.com/en-us/graph/api/event-update#response-1
   * @throws GraphError 400 `ErrorOccurrenceCrossingBoundary`
   */
  #assertBetweenNeighbours({ key, date }: CalendarEvent, changed: CalendarEvent): void {
    const series = this.items.item(key)?.event;
    if (series === undefined || !isSeries(series) || date === null) return;
    const zone = series.isAllDay ? this.mailbox.timeZone : series.repetition.zone;
    const days = (event: CalendarEvent) => {
      const { start, end } = spanOf(event, this.mailbox.timeZone);
      return { first: dateAt(start, zone), last: dateAt(Math.max(start, end - 1), zone) };
    };
    const neighbours = neighbouringDates(series, date);
    const position = this.items.position;
    const neighbour = (on: string | null) => {
      const event = on === null ? null : this.#occurrence(series, on, position);
      return event === null ? null : days(event);
    };
    const moved = days(changed);
    const before = neighbour(neighbours.before);
    const after = neighbour(neighbours.after);
    if ((before !== null && moved.first <= before.first) || (after !== null && moved.last >= after.first)) {
      throw new GraphError(400, 'ErrorOccurrenceCrossingBoundary');
    }
  }

  /** What becomes of a series' exceptions when it changes: they follow it, or, where its times change, are forgotten. */
  #followers(present: CalendarEvent, series: CalendarEvent): readonly CalendarEvent[] {
    const exceptions = this.items.exceptionsOf(present.key);
    if (!isSeries(series) || timing(present) !== timing(series)) {
      return exceptions.map(({ event }) => this.#versioned({ ...event, presence: 'detached' }));
    }
    return exceptions
      .filter(({ event }) => event.presence === 'live')
      .flatMap((item) => this.#following(series, item));
  }

  #following(series: Series, { event }: Item): readonly CalendarEvent[] {
    const occurrence = event.date === null ? null : occurrenceOn(series, event.date, this.mailbox.timeZone);
    if (occurrence === null) return [];
    const content = { ...contentOf(untouchedOccurrence(series, occurrence)), ...event.overrides };
    return [this.#versioned({ ...event, ...content, modifiedAt: this.#now() })];
  }

  #origin(key: string): Origin {
    return { owner: this.mailbox.owner, iCalUId: iCalUIdOf(key) };
  }

  #versioned(event: CalendarEvent): CalendarEvent {
    this.#versions += 1;
    return { ...event, version: this.#versions };
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

function timing({ start, end, isAllDay, repetition }: EventContent): string {
  return JSON.stringify([start, end, isAllDay, repetition]);
}

function difference(present: CalendarEvent, changed: CalendarEvent): Partial<EventContent> {
  const before: Readonly<Record<string, unknown>> = { ...contentOf(present) };
  const after = Object.entries(contentOf(changed));
  return Object.fromEntries(
    after.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}
