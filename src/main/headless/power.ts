import { networkInterfaces } from 'node:os';
import type { Power } from '../ports.ts';

/** How often the addresses of this machine are compared. Costs a system call. */
const LOOK_EVERY_MS = 15_000;

/**
 * What plain Node can tell: that the machine joined another network. Sleep shows in the core, by a timer that took
 * too long. Never claims to be offline, since the servers may be on this machine.
 */
export const systemPower: Power = {
  isOnline: () => true,
  onChange: (listener) => {
    let before = addresses();
    const timer = setInterval(() => {
      const now = addresses();
      if (now === before) return;
      before = now;
      if (now !== '') listener('online');
    }, LOOK_EVERY_MS);
    // Looking at the network is no reason for the process to stay.
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** The addresses through which this machine reaches others, as one comparable text; empty without any. */
function addresses(): string {
  return Object.entries(networkInterfaces())
    .flatMap(([name, list]) =>
      (list ?? []).filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
    )
    .sort()
    .join('\n');
}
