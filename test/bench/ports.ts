import type { AppPorts } from '../../src/main/app-contract.ts';
import { systemClock, systemRandom } from '../../src/main/headless/ports.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { memorySettings } from '../support/memory-settings.ts';

/** The real clock: what is measured here is real time. */
export const clock = systemClock;

/** Seals the tokens of a profile that lives as long as its measure. */
export const ENCRYPTION_KEY = 'be'.repeat(32);

/** The app's ports in this process, with a `fetch` that may watch what passes. */
export function benchPorts(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  fetch: Fetch,
): AppPorts {
  return {
    clock,
    random: systemRandom,
    fetch,
    power: { isOnline: () => true, onChange: () => () => {} },
    keychain: async () => null,
    log: () => {},
    environment: { ...environment, CALENDAR_ENCRYPTION_KEY: ENCRYPTION_KEY },
    settings: async () => memorySettings(),
    dataDir,
    userAgent: 'calendar-sync/bench (bench; bench)',
    deviceName: 'bench',
  };
}
