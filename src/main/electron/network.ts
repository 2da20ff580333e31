import { net } from 'electron';
import type { Settings } from '../../shared/domain/settings.ts';
import { networkFetch } from '../headless/network.ts';
import type { Fetch } from '../ports.ts';
import { netFault } from './net-fault.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type NetworkSettings = Pick<Settings, 'proxyUrl' | 'caFile'>;

/** What Chromium calls the end of a request whose redirect nobody follows. */
const REDIRECTED = 'Redirect was cancelled';

/**
 * Chromium's network, which knows the system's proxy and the certificates of the company. Where settings or environment
 * name a proxy or a certificate file of their own, Node's, which the headless program uses as well.
 *
 * Chromium does not show a redirect to somebody who wants to look at it first: such an address is read by Node's.
 * https://github.com/electron/electron/issues/43715
 */
export function desktopFetch(environment: Environment, settings: () => Promise<NetworkSettings>): Fetch {
  const nodeFetch = networkFetch(environment, settings);
  return async (input, init) => {
    if (needsNode(environment, await settings())) return nodeFetch(input, init);
    // The caller's own: a request hands its signal on only until nobody refers to it, which an answer may outlive.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    // Made here, so that a body given as a stream is sent once and what the caller means is settled.
    const request = new Request(input, { ...init, credentials: 'omit', cache: 'no-store' });
    const again = request.method === 'GET' && request.redirect === 'manual' ? request.clone() : null;
    try {
      // net.fetch reads a request's redirect mode from its options alone.
      return await net.fetch(request, {
        redirect: request.redirect,
        signal,
        bypassCustomProtocolHandlers: true,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      if (again !== null && cause instanceof Error && cause.message.includes(REDIRECTED)) {
        return nodeFetch(again, { signal });
      }
      throw netFault(cause);
    }
  };
}

const needsNode = (environment: Environment, { proxyUrl, caFile }: NetworkSettings): boolean =>
  proxyUrl !== null ||
  caFile !== null ||
  Boolean(environment.CALENDAR_SYNC_CA_FILE) ||
  namesProxy(environment);

const namesProxy = (environment: Environment): boolean =>
  ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].some((name) => Boolean(environment[name]));
