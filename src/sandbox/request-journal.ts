import type { SandboxClock } from './ports.ts';

/** One request that reached a sandbox service. */
export interface JournalEntry {
  readonly service: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** When it arrived, UTC instant. */
  readonly at: string;
  /** The status that was answered; null while the request is open and for ever when its answer was lost. */
  readonly status: number | null;
  /** The fault rule that hit it, if any. Delays are not named. */
  readonly faultId: string | null;
}

export interface JournalFilter {
  readonly service?: string | undefined;
  readonly method?: string | undefined;
  /** Tested against path and query. */
  readonly path?: RegExp | undefined;
}

/** An entry while its request is open. */
export interface OpenEntry {
  hitBy(faultId: string): void;
  /** Closes the entry; closing it again changes nothing. */
  close(status: number | null): void;
}

// A sandbox that serves a demo for weeks must not grow for ever; no test comes near this many requests.
const CAPACITY = 200_000;

/** Remembers every request, so that tests can count them, and how many each service had open at once. */
export class RequestJournal {
  readonly #clock: SandboxClock;
  #entries: JournalEntry[] = [];
  readonly #open = new Map<string, number>();
  readonly #highWater = new Map<string, number>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  open(service: string, method: string, url: string): OpenEntry {
    const at = this.#clock.now().toISOString();
    const entry = { service, method, url, at, status: null as number | null, faultId: null as string | null };
    if (this.#entries.length >= CAPACITY) this.#entries = this.#entries.slice(CAPACITY / 2);
    this.#entries.push(entry);
    const open = (this.#open.get(service) ?? 0) + 1;
    this.#open.set(service, open);
    this.#highWater.set(service, Math.max(open, this.highWater(service)));
    let closed = false;
    return {
      hitBy: (faultId) => {
        entry.faultId = faultId;
      },
      close: (status) => {
        if (closed) return;
        closed = true;
        entry.status = status;
        this.#open.set(service, (this.#open.get(service) ?? 1) - 1);
      },
    };
  }

  /** The requests seen since the last `clear`, oldest first. */
  entries(filter: JournalFilter = {}): readonly JournalEntry[] {
    const method = filter.method?.toUpperCase();
    return this.#entries.filter(
      (entry) =>
        (filter.service === undefined || entry.service === filter.service) &&
        (method === undefined || entry.method === method) &&
        (filter.path === undefined || filter.path.test(entry.url)),
    );
  }

  count(filter: JournalFilter = {}): number {
    return this.entries(filter).length;
  }

  /** The most requests that `service` had open at the same time since the last `clear`. */
  highWater(service: string): number {
    return this.#highWater.get(service) ?? 0;
  }

  /** Forgets the entries and starts the high-water marks again from what is open now. */
  clear(): void {
    this.#entries = [];
    this.#highWater.clear();
    for (const [service, open] of this.#open) this.#highWater.set(service, open);
  }
}
