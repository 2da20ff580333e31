import { bridgeTransport } from './bridge.ts';
import type { Way } from './way.ts';
import { webSocketWay } from './web-socket-transport.ts';

/** The way to the program that this window has: the desktop's preload, or the server that the page came from. */
export function openWay(): Way {
  const { calendarSync } = window;
  if (calendarSync === undefined) return webSocketWay();
  return { transport: bridgeTransport(calendarSync), isRefused: () => false };
}
