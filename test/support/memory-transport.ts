import type { Transport } from '../../src/shared/rpc/client.ts';
import type { ServerMessage } from '../../src/shared/rpc/message.ts';

/** Client and dispatcher in one process; everything that passes is copied, as any real transport would. */
export class MemoryTransport implements Transport {
  readonly #dispatch: (message: unknown) => Promise<ServerMessage>;
  readonly #listeners = new Set<(message: unknown) => void>();

  constructor(dispatch: (message: unknown) => Promise<ServerMessage>) {
    this.#dispatch = dispatch;
  }

  send(message: unknown): void {
    this.#dispatch(structuredClone(message)).then(
      (answer) => this.push(answer),
      () => this.disconnect(),
    );
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.add(listener);
  }

  push(message: unknown): void {
    for (const listener of this.#listeners) listener(structuredClone(message));
  }

  disconnect(): void {
    for (const listener of this.#listeners) listener(null);
  }
}
