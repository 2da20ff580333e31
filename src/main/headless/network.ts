import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import tls from 'node:tls';
import type { Settings } from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Fetch } from '../ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** This computer is never reached through a proxy: it would send the request back to itself. */
const LOOPBACK = 'localhost,127.0.0.1,::1,[::1]';

type NetworkSettings = Pick<Settings, 'proxyUrl' | 'caFile'>;

/**
 * Node's fetch as the network of this machine wants it: through the proxy of the settings, else HTTPS_PROXY and
 * HTTP_PROXY save for NO_PROXY, and trusting the authorities of the settings' file, else of CALENDAR_SYNC_CA_FILE,
 * beside the usual ones. Set up when it is first used, so that commands that stay at home do not pay for it.
 *
 * It rejects with AppError INVALID_INPUT when what settings or environment say cannot be used.
 */
export function networkFetch(environment: Environment, settings: () => Promise<NetworkSettings>): Fetch {
  let ready: Promise<void> | null = null;
  const setUp = async (): Promise<void> => {
    const { proxyUrl, caFile } = await settings();
    if (caFile !== null) trustAuthorities(caFile, 'The certificate file of the network settings');
    else trustAuthorities(environment.CALENDAR_SYNC_CA_FILE, 'CALENDAR_SYNC_CA_FILE');
    if (proxyUrl !== null) {
      useProxy({ ...environment, ...proxyVariables(proxyUrl) }, 'The proxy of the network settings');
    } else useProxy(environment, 'HTTPS_PROXY or HTTP_PROXY');
  };
  return async (input, init) => {
    ready ??= setUp();
    try {
      await ready;
    } catch (error) {
      // Whoever corrects it need not start the program again.
      ready = null;
      throw error;
    }
    return fetch(input, init);
  };
}

/** Both spellings, since the lower-case one would go first. */
const proxyVariables = (url: string): Environment => ({
  HTTP_PROXY: url,
  HTTPS_PROXY: url,
  http_proxy: url,
  https_proxy: url,
});

function trustAuthorities(file: string | undefined, source: string): void {
  if (!file) return;
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificatesIn(file)]);
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `${source} (${file}) could not be read as certificates in PEM form. Correct the path or the file.`,
      { cause },
    );
  }
}

/** The certificates of a file, of which there must be one: Node would pass over anything else without a word. */
function certificatesIn(file: string): readonly string[] {
  const found = readFileSync(file, 'utf8').match(
    /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g,
  );
  if (found === null) throw new TypeError('There is no certificate in it.');
  return found.map((text) => new X509Certificate(text).toString());
}

/** https://nodejs.org/api/http.html#built-in-proxy-support */
function useProxy(environment: Environment, source: string): void {
  const given = (name: string): string | undefined => environment[name.toLowerCase()] || environment[name];
  const httpProxy = given('HTTP_PROXY');
  const httpsProxy = given('HTTPS_PROXY');
  if (httpProxy === undefined && httpsProxy === undefined) return;
  try {
    http.setGlobalProxyFromEnv({
      HTTP_PROXY: httpProxy,
      HTTPS_PROXY: httpsProxy,
      NO_PROXY: [LOOPBACK, given('NO_PROXY')].filter(Boolean).join(','),
    });
  } catch (cause) {
    throw new AppError('INVALID_INPUT', `${source} is not a usable address. Correct it.`, {
      cause,
    });
  }
}
