import type { AppPorts, AppSnapshot } from '../app-contract.ts';
import type { Vault } from '../auth/vault.ts';
import type { Store } from '../store/store.ts';
import { type DiagnosticsFile, diagnosticsFiles } from './bundle.ts';
import { examine } from './doctor.ts';

const SALT_BYTES = 16;

/**
 * Gathers what support gets. Asks the network what `doctor` asks; see there.
 * @param machine what the host knows of the machine: versions, architecture
 */
export async function collectDiagnostics(
  ports: AppPorts,
  store: Store,
  vault: Vault,
  status: AppSnapshot,
  machine: Readonly<Record<string, string>>,
): Promise<readonly DiagnosticsFile[]> {
  const doctor = await examine(ports, store, vault);
  const { clock, random, userAgent } = ports;
  const settings = (await ports.settings()).view();
  return diagnosticsFiles({
    program: {
      program: userAgent,
      createdAt: clock.now().toISOString(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      platform: process.platform,
      ...machine,
    },
    // Names of people are not needed; their ids tell them apart.
    status: { ...status, technician: status.technician === null ? null : { id: status.technician.id } },
    settings,
    doctor,
    store,
    salt: random.bytes(SALT_BYTES),
  });
}
