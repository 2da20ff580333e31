import type { Transport } from '../../shared/rpc/client.ts';
import { bridgeTransport } from './bridge.ts';
import { webSocketWay } from './web-socket-transport.ts';

/** A way to the program. */
export interface Way {
  readonly transport: Transport;
  /** Whether the program is there but does not let this window in. */
  readonly isRefused: () => boolean;
}

/** The way to the program that this window has: the desktop's preload, or the server that the page came from. */
export function openWay(): Way {
  const { calendarSync } = window;
  if (calendarSync === undefined) return webSocketWay();
  return { transport: bridgeTransport(calendarSync), isRefused: () => false };
}
