import type { Transport } from './client.ts';
import { AppError } from './errors.ts';
import type { RequestMessage } from './message.ts';
import { parseJson } from './wire.ts';

/** What a WebSocket can do, in a browser as in Node (https://websockets.spec.whatwg.org/). */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  /** Called once, also when it never opened. */
  readonly onClose: () => void;
}

export interface SocketTransportOptions {
  /** Begins a connection. */
  readonly connect: (events: SocketEvents) => Socket;
  /** Null: a lost connection stays lost. */
  readonly retry: {
    readonly sleep: (milliseconds: number) => Promise<void>;
    /** A number in [0, 1). */
    readonly random: () => number;
  } | null;
}

export type SocketState = 'connecting' | 'open' | 'lost';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** What is said before the connection is there waits for it; nobody says more in that time. */
const MAX_WAITING = 200;

/** Messages over a WebSocket that comes back by itself when it was lost, later and later, never in step with others. */
export class SocketTransport implements Transport {
  readonly #options: SocketTransportOptions;
  readonly #listeners = new Set<(message: unknown) => void>();
  #waiting: string[] = [];
  #socket: Socket | null = null;
  #state: SocketState = 'lost';
  #failures = 0;
  #closed = false;

  constructor(options: SocketTransportOptions) {
    this.#options = options;
    this.#connect();
  }

  get state(): SocketState {
    return this.#state;
  }

  send(message: RequestMessage): void {
    const text = JSON.stringify(message);
    if (this.#state === 'open') this.#socket?.send(text);
    else if (this.#state === 'connecting' && this.#waiting.length < MAX_WAITING) this.#waiting.push(text);
    else
      throw new AppError(
        'OFFLINE',
        'Calendar Sync cannot be reached. The connection is tried again by itself.',
      );
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.add(listener);
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  #connect(): void {
    this.#state = 'connecting';
    this.#socket = this.#options.connect({
      onOpen: () => {
        this.#state = 'open';
        this.#failures = 0;
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const text of waiting) this.#socket?.send(text);
      },
      onText: (text) => this.#deliver(parseJson(text)),
      onClose: () => this.#lost(),
    });
  }

  #lost(): void {
    this.#state = 'lost';
    this.#socket = null;
    this.#waiting = [];
    this.#deliver(null);
    const { retry } = this.#options;
    if (retry === null || this.#closed) return;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Half of it is left to chance, so that several windows do not come back in step.
    void retry.sleep(longest * (0.5 + retry.random() / 2)).then(() => {
      if (!this.#closed) this.#connect();
    });
  }

  #deliver(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }
}
