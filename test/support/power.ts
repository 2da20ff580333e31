import type { Power, PowerChange } from '../../src/main/ports.ts';

/** A machine whose sleep and network a test decides on. */
export class TestPower implements Power {
  #online = true;
  readonly #listeners = new Set<(change: PowerChange) => void>();

  isOnline(): boolean {
    return this.#online;
  }

  onChange(listener: (change: PowerChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  report(change: PowerChange): void {
    if (change === 'online' || change === 'offline') this.#online = change === 'online';
    for (const listener of this.#listeners) listener(change);
  }
}
