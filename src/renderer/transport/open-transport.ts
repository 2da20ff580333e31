import type { Transport } from '../../shared/rpc/client.ts';
import { bridgeTransport } from './bridge.ts';
import { webSocketTransport } from './web-socket-transport.ts';

/** The way to the program that this window has: the desktop's preload, or the server that the page came from. */
export function openTransport(): Transport {
  const { calendarSync } = window;
  return calendarSync === undefined ? webSocketTransport() : bridgeTransport(calendarSync);
}
