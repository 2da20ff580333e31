import type { AppPorts } from '../app-contract.ts';
import { createPorts } from '../headless/ports.ts';
import { VERSION } from '../headless/version.ts';
import { policyFile, readPolicy } from '../settings/policy.ts';
import { SettingsStore } from '../settings/settings.ts';
import { desktopFetch } from './network.ts';
import { desktopPower } from './power.ts';
import { openDesktopSettings } from './settings-file.ts';

/** What the core needs, from Electron where it has it, else from Node as in the headless host. */
export async function desktopPorts(
  dataDir: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<{ ports: AppPorts; settings: SettingsStore }> {
  const settings = new SettingsStore(
    openDesktopSettings(dataDir),
    readPolicy(policyFile(process.platform, environment)),
  );
  const ports = {
    ...(await createPorts(environment, dataDir)),
    fetch: desktopFetch(environment, async () => settings.values()),
    power: desktopPower,
    settings: async () => settings,
    userAgent: `calendar-sync/${VERSION} (electron; ${process.platform})`,
  };
  return { ports, settings };
}
