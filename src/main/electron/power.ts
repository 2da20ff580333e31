import { net, powerMonitor } from 'electron';
import { systemPower } from '../headless/power.ts';
import type { Power, PowerChange } from '../ports.ts';

/** How often the system is asked whether there is a network. Costs nothing. */
const LOOK_EVERY_MS = 2_000;

/** Sleep and network as the operating system tells them; a change of network shows in this machine's addresses. */
export const desktopPower: Power = {
  isOnline: () => net.isOnline(),
  onChange: (listener) => {
    const onSuspend = (): void => listener('suspend');
    const onResume = (): void => listener('resume');
    powerMonitor.on('suspend', onSuspend);
    powerMonitor.on('resume', onResume);
    const stopAddresses = systemPower.onChange(listener);
    let wasOnline = net.isOnline();
    const timer = setInterval(() => {
      const isOnline = net.isOnline();
      if (isOnline === wasOnline) return;
      wasOnline = isOnline;
      const change: PowerChange = isOnline ? 'online' : 'offline';
      listener(change);
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stopAddresses();
      powerMonitor.off('suspend', onSuspend);
      powerMonitor.off('resume', onResume);
    };
  },
};
