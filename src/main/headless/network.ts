import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Settings } from '../../shared/domain/settings.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { UNUSABLE } from '../diagnostics/network-fault.ts';
import type { Fetch } from '../ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** This computer is never reached through a proxy: it would send the request back to itself. */
const LOOPBACK = 'localhost,127.0.0.1,::1,[::1]';

type NetworkSettings = Pick<Settings, 'proxyUrl' | 'caFile'>;

/**
 * Fetch as the network of this machine wants it: through the proxy of the settings, else HTTPS_PROXY and
 * HTTP_PROXY save for NO_PROXY, and trusting the authorities of the settings' file, else of CALENDAR_SYNC_CA_FILE,
 * beside the usual ones. Set up when it is first used, so that commands that stay at home do not pay for it.
 *
 * It is undici's own: the one inside Node 24 ends the whole process when a server closes the connection while a long
 * answer is still being read, https://github.com/nodejs/undici/issues/5360.
 *
 * It rejects with AppError INVALID_INPUT when what settings or environment say cannot be used.
 */
export function networkFetch(environment: Environment, settings: () => Promise<NetworkSettings>): Fetch {
  let ready: Promise<Fetch> | null = null;
  const setUp = async (): Promise<Fetch> => {
    const { proxyUrl, caFile } = await settings();
    if (caFile !== null) trustAuthorities(caFile, 'The certificate file of the network settings');
    else trustAuthorities(environment.CALENDAR_SYNC_CA_FILE, 'CALENDAR_SYNC_CA_FILE');
    if (proxyUrl !== null) {
      return proxied({ ...environment, ...proxyVariables(proxyUrl) }, 'The proxy of the network settings');
    }
    return proxied(environment, 'HTTPS_PROXY or HTTP_PROXY');
  };
  return async (input, init) => {
    ready ??= setUp();
    let fetch: Fetch;
    try {
      fetch = await ready;
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
      { cause, detail: UNUSABLE.authorities },
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

/** https://undici.nodejs.org/#/docs/api/EnvHttpProxyAgent */
async function proxied(environment: Environment, source: string): Promise<Fetch> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const given = (name: string): string => environment[name.toLowerCase()] || environment[name] || '';
  try {
    const dispatcher = new EnvHttpProxyAgent({
      httpProxy: given('HTTP_PROXY'),
      httpsProxy: given('HTTPS_PROXY'),
      noProxy: [LOOPBACK, given('NO_PROXY')].filter(Boolean).join(','),
    });
    return async (input, init) => {
      const { url, ...given } = input instanceof Request ? await parts(input) : { url: input };
      // The types of undici and of Node have the same things under different names.
      const answer: unknown = await fetch(url, { ...given, ...(init as object), dispatcher });
      return answer as Response;
    };
  } catch (cause) {
    throw new AppError('INVALID_INPUT', `${source} is not a usable address. Correct it.`, {
      cause,
      detail: UNUSABLE.proxy,
    });
  }
}

/**
 * Makes the classes that go with that fetch the process's own. Whoever takes one from the global object would otherwise
 * have Node load its copy of them, which a process that stays would keep beside this one.
 */
export async function installFetch(): Promise<void> {
  const { fetch, FormData, Headers, Request, Response } = await import('undici');
  Object.assign(globalThis, { fetch, FormData, Headers, Request, Response });
}

/** A request of Node's own class, which undici's fetch does not know. */
async function parts(request: Request) {
  const { url, method, headers, redirect, signal } = request;
  const body = request.body === null ? null : await request.text();
  return { url, method, headers: [...headers], redirect, signal, body };
}
