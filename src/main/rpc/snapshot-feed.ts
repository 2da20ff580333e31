import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { Clock } from '../ports.ts';

/** Changes that come this close together are told as one. A person sees no difference; a run makes hundreds. */
const QUIET_MS = 50;

/** The newest snapshot with its revision, told to whoever listens when it has changed. */
export class SnapshotFeed {
  readonly #clock: Clock;
  readonly #read: () => Omit<Snapshot, 'revision'>;
  readonly #tell: (snapshot: Snapshot) => void;
  readonly #closed = new AbortController();
  #revision = 0;
  #last = '';
  #isDue = false;

  /**
   * @param read how everything stands now
   * @param tell called when that has become something else
   */
  constructor(clock: Clock, read: () => Omit<Snapshot, 'revision'>, tell: (snapshot: Snapshot) => void) {
    this.#clock = clock;
    this.#read = read;
    this.#tell = tell;
  }

  current(): Snapshot {
    const snapshot = this.#read();
    const text = JSON.stringify(snapshot);
    if (text !== this.#last) {
      this.#last = text;
      this.#revision += 1;
    }
    return { revision: this.#revision, ...snapshot };
  }

  /** Something may have changed. */
  changed(): void {
    if (this.#isDue || this.#closed.signal.aborted) return;
    this.#isDue = true;
    this.#clock.sleep(QUIET_MS, this.#closed.signal).then(
      () => {
        this.#isDue = false;
        const before = this.#revision;
        const snapshot = this.current();
        if (snapshot.revision !== before) this.#tell(snapshot);
      },
      () => undefined,
    );
  }

  close(): void {
    this.#closed.abort();
  }
}
