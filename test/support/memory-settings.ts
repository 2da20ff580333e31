import type { SettingsFile } from '../../src/main/ports.ts';
import { parsePolicy } from '../../src/main/settings/policy.ts';
import { SettingsStore } from '../../src/main/settings/settings.ts';

/** A settings file that lives as long as the test. */
export function memoryFile(stored: Readonly<Record<string, unknown>> = {}): SettingsFile {
  let values: unknown = stored;
  return {
    read: () => structuredClone(values),
    write: (next) => {
      values = structuredClone(next);
    },
  };
}

/** Settings as chosen, under a policy as IT would write it. */
export const memorySettings = (
  stored: Readonly<Record<string, unknown>> = {},
  policy: unknown = {},
): SettingsStore => new SettingsStore(memoryFile(stored), parsePolicy(policy));
