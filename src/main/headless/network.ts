import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import tls from 'node:tls';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Fetch } from '../ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** This computer is never reached through a proxy: it would send the request back to itself. */
const LOOPBACK = 'localhost,127.0.0.1,::1,[::1]';

/**
 * Node's fetch as the network of this machine wants it: through HTTPS_PROXY and HTTP_PROXY save for NO_PROXY, and
 * trusting the authorities of CALENDAR_SYNC_CA_FILE beside the usual ones. Set up when it is first used, so that
 * commands that stay at home do not pay for it.
 *
 * It rejects with AppError INVALID_INPUT when what the environment says cannot be used.
 */
export function networkFetch(environment: Environment): Fetch {
  let ready = false;
  return async (input, init) => {
    if (!ready) {
      trustAuthorities(environment);
      useProxy(environment);
      ready = true;
    }
    return fetch(input, init);
  };
}

function trustAuthorities({ CALENDAR_SYNC_CA_FILE: file }: Environment): void {
  if (!file) return;
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificatesIn(file)]);
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `CALENDAR_SYNC_CA_FILE (${file}) could not be read as certificates in PEM form. Correct the path or the file.`,
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
function useProxy(environment: Environment): void {
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
    throw new AppError('INVALID_INPUT', 'HTTPS_PROXY or HTTP_PROXY is not a usable address. Correct it.', {
      cause,
    });
  }
}
