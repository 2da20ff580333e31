import type { Reach } from '../../shared/domain/reach.ts';
import type { AppPorts } from '../app-contract.ts';
import { networkLayer } from '../diagnostics/network-fault.ts';
import { certificateProblem } from '../schedule/certificate.ts';

/** Somewhere that syncing needs to get through to. */
export interface ReachTarget {
  /** What a person calls it. */
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
}

/** Longer than any host should need, shorter than a person looks on. */
const PATIENCE_MS = 10_000;

/**
 * Asks each host for anything at all, by the proxy and with the certificates that are set, and without a sign-in: any
 * answer is one, and only the way there is tried.
 * @param proxy the proxy in force, or null
 */
export function reachAll(
  targets: readonly ReachTarget[],
  ports: Pick<AppPorts, 'fetch' | 'clock'>,
  proxy: URL | null,
): Promise<readonly Reach[]> {
  return Promise.all(targets.map((target) => reach(target, ports, proxy)));
}

async function reach(
  { name, origin }: ReachTarget,
  { fetch, clock }: Pick<AppPorts, 'fetch' | 'clock'>,
  proxy: URL | null,
): Promise<Reach> {
  const { host } = new URL(origin);
  const asked = clock.now().getTime();
  const waiting = new AbortController();
  const patience = new AbortController();
  clock.sleep(PATIENCE_MS, waiting.signal).then(
    () => patience.abort(),
    () => undefined,
  );
  try {
    const answer = await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: patience.signal });
    await answer.body?.cancel();
    return { name, host, ok: true, milliseconds: clock.now().getTime() - asked, message: '' };
  } catch (error) {
    const message = patience.signal.aborted
      ? `${host} did not answer within ${PATIENCE_MS / 1000} seconds. Check the network, and whether a proxy is needed.`
      : faultOf(error, origin, host, proxy);
    return { name, host, ok: false, milliseconds: null, message };
  } finally {
    waiting.abort();
  }
}

function faultOf(error: unknown, origin: string, host: string, proxy: URL | null): string {
  const certificate = certificateProblem(error, origin, 'none');
  if (certificate !== null) return certificate.message;
  switch (networkLayer(error, proxy)) {
    case 'dns':
      return `No address was found for ${host}. Check that this computer is online, and that its DNS server knows the name.`;
    case 'proxy':
      return `The proxy ${proxy === null ? 'of this system' : proxy.host} does not let through to ${host}. Check its address and that it may be used.`;
    case 'connection':
      return `${host} takes no connection. Check the network and its firewall, and whether a proxy is needed.`;
    default:
      return `${host} could not be asked. Check the network, the proxy and the certificates that are set.`;
  }
}
