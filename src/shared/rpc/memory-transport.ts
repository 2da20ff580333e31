import type { Transport } from './client.ts';
import type { RequestMessage, ServerMessage } from './message.ts';

/** Client and dispatcher in one process; everything that passes is copied, as any other transport would. */
export class MemoryTransport implements Transport {
  readonly #dispatch: (message: unknown) => Promise<ServerMessage>;
  readonly #listeners = new Set<(message: unknown) => void>();

  constructor(dispatch: (message: unknown) => Promise<ServerMessage>) {
    this.#dispatch = dispatch;
  }

  send(message: RequestMessage): void {
    this.#dispatch(structuredClone(message)).then(
      (answer) => this.push(answer),
      () => this.disconnect(),
    );
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.add(listener);
  }

  /** Brings something to the client that it did not ask for. */
  push(message: unknown): void {
    for (const listener of this.#listeners) listener(structuredClone(message));
  }

  disconnect(): void {
    for (const listener of this.#listeners) listener(null);
  }
}
