import { ChangeLog } from '../change-log.ts';
import type { GoogleEvent } from './event.ts';
import { instantOfTime } from './event-time.ts';
import { isSeries } from './series.ts';

/** One event as one change left it. */
export interface Entry {
  readonly event: GoogleEvent;
  /** The position in the change log of the change that wrote it. */
  readonly change: number;
  /** Instants, in milliseconds. */
  readonly start: number;
  readonly end: number;
  /** What stood here before that change; only the last one is kept. */
  readonly previous: Entry | null;
  /** An edited or cancelled occurrence whose series no longer yields it. */
  readonly detached: boolean;
}

/** The rules a series had before a change, and the position of that change. */
export interface FormerSeries {
  readonly event: GoogleEvent;
  readonly replacedAt: number;
}

const sameTiming = (a: GoogleEvent, b: GoogleEvent): boolean =>
  JSON.stringify([a.start, a.end, a.recurrence]) === JSON.stringify([b.start, b.end, b.recurrence]);

/**
 * The events of one calendar with the log of their changes. A position in the log is the number of changes before it;
 * nothing is ever taken out, a deleted event is one with status `cancelled`.
 */
export class EventStore {
  readonly timeZone: string;
  readonly #entries = new Map<string, Entry>();
  /** Ids in order of creation: what a full listing pages through. */
  readonly #order: string[] = [];
  readonly #log = new ChangeLog();
  readonly #exceptions = new Map<string, string[]>();
  readonly #former = new Map<string, FormerSeries[]>();
  readonly #onWrite: () => void;
  #positionBefore = 0;

  /** @param onWrite told of every write, once it is done */
  constructor(timeZone: string, onWrite: () => void) {
    this.timeZone = timeZone;
    this.#onWrite = onWrite;
  }

  /** The position after the last change. */
  get position(): number {
    return this.#log.position;
  }

  /** The position before the last write, as far back as the store can be read. */
  get positionBefore(): number {
    return this.#positionBefore;
  }

  get size(): number {
    return this.#order.length;
  }

  /** The entry of that id as it was at a position, which is the present one or `positionBefore`. */
  entry(id: string, position = this.position): Entry | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    if (entry.change < position) return entry;
    return entry.previous !== null && entry.previous.change < position ? entry.previous : null;
  }

  /** The entry that was created as the `index`-th of all. */
  entryAt(index: number, position = this.position): Entry | null {
    return this.entry(this.#order[index] ?? '', position);
  }

  /** The event that the last change has written. */
  get lastChanged(): GoogleEvent | null {
    return this.#entries.get(this.#log.last ?? '')?.event ?? null;
  }

  /** Which events the changes from one position to another have written, each with its last one among them, in order. */
  changedBetween(from: number, to: number): readonly { readonly id: string; readonly index: number }[] {
    return this.#log.changedBetween(from, to);
  }

  /** The occurrences of a series that were edited or cancelled at any time, detached ones too. */
  exceptionsOf(seriesId: string, position = this.position): readonly Entry[] {
    return (this.#exceptions.get(seriesId) ?? []).flatMap((id) => this.entry(id, position) ?? []);
  }

  /** What a series was at `position` and after, as far as its times differed from today's. */
  formerSeries(id: string, position: number): readonly GoogleEvent[] {
    const former = this.#former.get(id) ?? [];
    return former.filter(({ replacedAt }) => replacedAt >= position).map(({ event }) => event);
  }

  /**
   * Writes an event as the next change.
   * @param detached the edited and cancelled occurrences that it no longer has, if it is a series
   */
  write(event: GoogleEvent, detached: readonly GoogleEvent[] = []): void {
    this.#positionBefore = this.position;
    this.#append(event, false);
    for (const exception of detached) this.#append(exception, true);
    this.#onWrite();
  }

  #append(event: GoogleEvent, detached: boolean): void {
    const replaced = this.#entries.get(event.id);
    const change = this.#log.append(event.id);
    const entry: Entry = {
      event,
      change,
      start: instantOfTime(event.start, this.timeZone),
      end: instantOfTime(event.end, this.timeZone),
      previous: replaced === undefined ? null : { ...replaced, previous: null },
      detached,
    };
    this.#entries.set(event.id, entry);
    if (replaced === undefined) this.#created(event);
    else if (isSeries(replaced.event) && !sameTiming(replaced.event, event)) {
      const former = this.#former.get(event.id) ?? [];
      this.#former.set(event.id, [...former, { event: replaced.event, replacedAt: change }]);
    }
  }

  #created(event: GoogleEvent): void {
    this.#order.push(event.id);
    if (event.recurringEventId === undefined) return;
    const exceptions = this.#exceptions.get(event.recurringEventId);
    if (exceptions === undefined) this.#exceptions.set(event.recurringEventId, [event.id]);
    else exceptions.push(event.id);
  }
}
