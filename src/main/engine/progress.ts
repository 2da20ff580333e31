import type { SyncPhase, SyncProgress } from '../../shared/domain/sync-progress.ts';
import type { Clock, Log } from '../ports.ts';
import type { JournalOperation } from '../store/journal-repository.ts';

/** Told how far a run has come. What it throws is logged and changes nothing. */
export type OnProgress = (progress: SyncProgress) => void;

/** Between two notes on the same phase of the same mapping: a person reads no faster, and a window need not redraw. */
const INTERVAL_MS = 100;

/** What a count is about. */
interface Subject {
  readonly accountId: string | null;
  readonly mappingId: string | null;
  readonly phase: SyncPhase;
}

interface Count {
  done: number;
  total: number | null;
  toldAt: number;
}

interface ProgressPorts {
  readonly runId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onProgress: OnProgress | undefined;
}

/** Counts what one run has done, and tells whoever watches. Costs nothing when nobody does. */
export class Progress {
  readonly #ports: ProgressPorts;
  readonly #counts = new Map<string, Count>();

  constructor(ports: ProgressPorts) {
    this.#ports = ports;
  }

  get isWatched(): boolean {
    return this.#ports.onProgress !== undefined;
  }

  /** A page of so many items was read. */
  read(accountId: string | null, mappingId: string | null, phase: SyncPhase, items: number): void {
    if (!this.isWatched) return;
    this.#tellAt({ accountId, mappingId, phase }, (count) => {
      count.done += items;
    });
  }

  /** So many operations of each kind wait to be sent now. */
  expect(accountId: string, mappingId: string, waiting: Iterable<readonly [JournalOperation, number]>): void {
    if (!this.isWatched) return;
    const byPhase = new Map<SyncPhase, number>();
    for (const [operation, operations] of waiting) {
      const phase = phaseOf(operation);
      byPhase.set(phase, (byPhase.get(phase) ?? 0) + operations);
    }
    for (const [phase, operations] of byPhase) {
      this.#tellAt({ accountId, mappingId, phase }, (count) => {
        count.total = count.done + operations;
      });
    }
  }

  /** Operations came to an end, well or not. */
  settled(accountId: string, mappingId: string, operation: JournalOperation, operations = 1): void {
    if (!this.isWatched) return;
    this.#tellAt({ accountId, mappingId, phase: phaseOf(operation) }, (count) => {
      count.done += operations;
      // Another account's turn may send what this one has not counted yet.
      if (count.total !== null) count.total = Math.max(count.total, count.done);
    });
  }

  finished(accountId: string): void {
    if (!this.isWatched) return;
    this.#tellAt({ accountId, mappingId: null, phase: 'finished' }, (count) => {
      count.done = 1;
      count.total = 1;
    });
  }

  #tellAt(subject: Subject, advance: (count: Count) => void): void {
    const now = this.#ports.clock.now().getTime();
    const key = `${subject.accountId}\n${subject.mappingId}\n${subject.phase}`;
    const count = this.#counts.get(key) ?? { done: 0, total: null, toldAt: Number.NEGATIVE_INFINITY };
    this.#counts.set(key, count);
    advance(count);
    const isDue = now - count.toldAt >= INTERVAL_MS || now < count.toldAt || count.done === count.total;
    if (!isDue) return;
    count.toldAt = now;
    this.#tell({ runId: this.#ports.runId, ...subject, done: count.done, total: count.total });
  }

  #tell(progress: SyncProgress): void {
    try {
      this.#ports.onProgress?.(progress);
    } catch (thrown) {
      this.#ports.log('warn', 'sync', 'Whoever watches the run failed', { error: String(thrown) });
    }
  }
}

function phaseOf(operation: JournalOperation): SyncPhase {
  if (operation === 'propose') return 'propose';
  return operation === 'upsert-block' || operation === 'delete-block' ? 'write-blocks' : 'write-events';
}
