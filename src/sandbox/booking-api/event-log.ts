import type { Device } from './devices.ts';

/** How many events are remembered for those who were away. */
const KEPT = 10_000;

/** One event as `/events` sends it. */
export interface PushEvent {
  readonly id: string;
  readonly name: 'booking.changed' | 'webhook';
  /** JSON. */
  readonly data: string;
  /** Whose devices are told. */
  readonly technicianIds: readonly string[];
  /** The one device that is told, whomever it is about; null: all that see the technicians. */
  readonly device: Device | null;
}

/** Everything pushed to devices, in order, and who waits for more. */
export class EventLog {
  /** Sets the ids of one life of this log apart from those of another. */
  readonly #epoch: string;
  #events: { readonly position: number; readonly event: PushEvent }[] = [];
  #pushed = 0;
  readonly #waiting = new Set<() => void>();
  readonly #streams = new Set<() => void>();

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  get end(): number {
    return this.#pushed;
  }

  /** How many devices listen. */
  get listeners(): number {
    return this.#streams.size;
  }

  push(
    name: PushEvent['name'],
    data: object,
    technicianIds: readonly string[],
    device: Device | null = null,
  ): void {
    this.#pushed += 1;
    const id = `${this.#epoch}-${this.#pushed}`;
    const event = { id, name, data: JSON.stringify(data), technicianIds, device };
    this.#events.push({ position: this.#pushed, event });
    if (this.#events.length > KEPT) this.#events = this.#events.slice(-KEPT / 2);
    for (const wake of [...this.#waiting]) wake();
  }

  /** The events after a position, with their own. */
  after(position: number): readonly { readonly position: number; readonly event: PushEvent }[] {
    return this.#events.filter((entry) => entry.position > position);
  }

  /** The position of an event id; the end where it is not known (any more). */
  positionOf(id: string | undefined): number {
    return this.#events.find(({ event }) => event.id === id)?.position ?? this.#pushed;
  }

  /** Calls `wake` at the next event. @returns stops waiting */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Registers an open stream by what closes it. @returns forgets it */
  opened(close: () => void): () => void {
    this.#streams.add(close);
    return () => this.#streams.delete(close);
  }

  /** Cuts every open stream, as a server that restarts would. */
  cutStreams(): void {
    for (const close of [...this.#streams]) close();
  }
}
