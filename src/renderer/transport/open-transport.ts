import type { Transport } from '../../shared/rpc/client.ts';
import { bridgeTransport } from './bridge.ts';

/** The way to the program that this window has. */
export function openTransport(): Transport {
  const { calendarSync } = window;
  if (calendarSync !== undefined) return bridgeTransport(calendarSync);
  throw new TypeError('This window has no way to the program.');
}
