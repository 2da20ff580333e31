import type { Reach } from '../../shared/domain/reach.ts';
import type { AppPorts } from '../app-contract.ts';
import { proxyInForce } from '../diagnostics/proxy.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Connections } from './connections.ts';
import { oauthOrigins } from './oauth-accounts.ts';
import type { OAuthProviderName } from './oauth-providers.ts';
import { type ReachTarget, reachAll } from './reach.ts';

/** Tries the way to every host that syncing needs: the booking system, Google, Microsoft, and each server of one's own. */
export async function testConnections(
  ports: AppPorts,
  enrolment: Enrolment,
  connections: Connections,
): Promise<readonly Reach[]> {
  const settings = await ports.settings();
  const booking = enrolment.knownOrigin();
  const targets = [
    ...(booking === null ? [] : [{ name: 'Booking system', origin: booking }]),
    ...providerTargets('google', 'Google', ports.environment),
    ...providerTargets('microsoft', 'Microsoft', ports.environment),
    ...(await connections.ownServers()),
  ];
  const proxy = proxyInForce(settings.values(), ports.environment);
  return reachAll(targets, ports, proxy?.url ?? null);
}

/** None where signing in to it is not set up on this computer: nobody can need it then. */
function providerTargets(
  provider: OAuthProviderName,
  name: string,
  environment: AppPorts['environment'],
): readonly ReachTarget[] {
  try {
    return oauthOrigins(provider, environment).map((origin) => ({ name, origin }));
  } catch {
    return [];
  }
}
