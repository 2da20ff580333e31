import { ChangeLog } from '../change-log.ts';
import type { CalendarEvent } from './event.ts';
import { storeKey } from './item-id.ts';
import { type Span, spanOf } from './series.ts';

/** One event as one change left it. */
export interface Item extends Span {
  readonly event: CalendarEvent;
  /** The position in the change log of the change that wrote it. */
  readonly change: number;
  /** What stood here before that change; only the last one is kept. */
  readonly previous: Item | null;
}

/** An event as it was written, and whether nothing was stored for it before. */
export interface WrittenEvent {
  readonly event: CalendarEvent;
  readonly isNew: boolean;
}

/**
 * The events of one calendar with the log of their changes. Nothing is ever taken out: what is gone says so in its
 * `presence`. Of a series the occurrences are kept that were edited or deleted.
 */
export class ItemStore {
  /** IANA: where the days of all-day events begin. */
  readonly mailboxZone: string;
  readonly #items = new Map<string, Item>();
  /** Single events and series in order of creation: what a full listing goes through. */
  readonly #order: string[] = [];
  readonly #exceptions = new Map<string, string[]>();
  readonly #log = new ChangeLog();
  readonly #onWrite: (changes: readonly WrittenEvent[]) => void;
  #positionBefore = 0;

  /** @param onWrite told of every write, once it is done */
  constructor(mailboxZone: string, onWrite: (changes: readonly WrittenEvent[]) => void) {
    this.mailboxZone = mailboxZone;
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

  /** How many single events and series there ever were. */
  get size(): number {
    return this.#order.length;
  }

  /** What is stored under a key as it was at a position, which is the present one or `positionBefore`. */
  item(key: string, position = this.position): Item | null {
    const item = this.#items.get(key);
    if (item === undefined) return null;
    if (item.change < position) return item;
    return item.previous !== null && item.previous.change < position ? item.previous : null;
  }

  /** The single event or series that was created as the `index`-th of all. */
  itemAt(index: number, position = this.position): Item | null {
    return this.item(this.#order[index] ?? '', position);
  }

  /** Which single events and series the changes from one position to another are about, in order of their last ones. */
  changedBetween(from: number, to: number): readonly { readonly id: string; readonly index: number }[] {
    return this.#log.changedBetween(from, to);
  }

  /** The occurrences of a series that were edited or deleted, as far as the series still knows of them. */
  exceptionsOf(seriesKey: string, position = this.position): readonly Item[] {
    return (this.#exceptions.get(seriesKey) ?? []).flatMap((key) => {
      const item = this.item(key, position);
      return item === null || item.event.presence === 'detached' ? [] : [item];
    });
  }

  /** Writes events as the next changes, all at once: no client sees one without the others. */
  write(events: readonly CalendarEvent[]): void {
    this.#positionBefore = this.position;
    const changes = events.map((event) => ({ event, isNew: !this.#items.has(storeKey(event)) }));
    for (const event of events) this.#append(event);
    this.#onWrite(changes);
  }

  #append(event: CalendarEvent): void {
    const key = storeKey(event);
    const replaced = this.#items.get(key);
    const previous = replaced === undefined ? null : { ...replaced, previous: null };
    const change = this.#log.append(key);
    this.#items.set(key, { event, change, previous, ...spanOf(event, this.mailboxZone) });
    if (replaced !== undefined) return;
    if (event.date === null) {
      this.#order.push(key);
      return;
    }
    const exceptions = this.#exceptions.get(event.key);
    if (exceptions === undefined) this.#exceptions.set(event.key, [key]);
    else exceptions.push(key);
  }
}
