import type { Transport } from '../../shared/rpc/client.ts';

/** What the desktop's preload shows to the page, and nothing else (`security.md` 7). */
export interface Bridge {
  /** Sends a message to the program; its answer comes back. */
  request(message: unknown): Promise<unknown>;
  /** Called with every message that the program sends by itself, and with null when it is gone. */
  subscribe(listener: (message: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly calendarSync?: Bridge;
  }
}

/** Messages over the desktop's preload. */
export function bridgeTransport(bridge: Bridge): Transport {
  const listeners = new Set<(message: unknown) => void>();
  const deliver = (message: unknown): void => {
    for (const listener of listeners) listener(message);
  };
  bridge.subscribe(deliver);
  return {
    send(message) {
      bridge.request(message).then(deliver, () => deliver(null));
    },
    onMessage: (listener) => void listeners.add(listener),
  };
}
