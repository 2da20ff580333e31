/** Chromium's names of failures (https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h) in Node's. */
const NODE_CODES: Readonly<Record<string, string>> = {
  ERR_INTERNET_DISCONNECTED: 'ENETUNREACH',
  ERR_ADDRESS_UNREACHABLE: 'EHOSTUNREACH',
  ERR_NAME_NOT_RESOLVED: 'ENOTFOUND',
  ERR_NAME_RESOLUTION_FAILED: 'EAI_FAIL',
  ERR_DNS_TIMED_OUT: 'EAI_AGAIN',
  ERR_CONNECTION_REFUSED: 'ECONNREFUSED',
  ERR_CONNECTION_FAILED: 'ECONNREFUSED',
  ERR_CONNECTION_RESET: 'ECONNRESET',
  ERR_CONNECTION_CLOSED: 'ECONNRESET',
  ERR_CONNECTION_ABORTED: 'ECONNRESET',
  ERR_EMPTY_RESPONSE: 'ECONNRESET',
  ERR_NETWORK_CHANGED: 'ECONNRESET',
  ERR_NETWORK_IO_SUSPENDED: 'ECONNRESET',
  ERR_CONNECTION_TIMED_OUT: 'ETIMEDOUT',
  ERR_TIMED_OUT: 'ETIMEDOUT',
  ERR_CERT_AUTHORITY_INVALID: 'CERT_UNTRUSTED',
  ERR_CERT_COMMON_NAME_INVALID: 'ERR_TLS_CERT_ALTNAME_INVALID',
  // Has expired or is not valid yet: Chromium does not say which.
  ERR_CERT_DATE_INVALID: 'ERR_CERT_DATE_INVALID',
  ERR_CERT_REVOKED: 'CERT_REVOKED',
  ERR_TUNNEL_CONNECTION_FAILED: 'ERR_PROXY_CONNECTION_FAILED',
  ERR_NO_SUPPORTED_PROXIES: 'ERR_PROXY_CONNECTION_FAILED',
  ERR_MANDATORY_PROXY_CONFIGURATION_FAILED: 'ERR_PROXY_CONNECTION_FAILED',
};

/**
 * What Chromium's network rejected with, as Node's fetch would have: a TypeError whose cause carries the code by which
 * the core tells an untrusted certificate, a name without address and a refused connection apart.
 */
export function netFault(thrown: unknown): TypeError {
  const message = thrown instanceof Error ? thrown.message : 'No answer arrived.';
  const code = nodeCode(/net::(ERR_[A-Z_]+)/.exec(message)?.[1]);
  if (code === null) return new TypeError(message, { cause: thrown });
  return new TypeError(message, { cause: Object.assign(new Error(message, { cause: thrown }), { code }) });
}

function nodeCode(name: string | undefined): string | null {
  if (name === undefined) return null;
  const known = NODE_CODES[name];
  if (known !== undefined) return known;
  if (name.startsWith('ERR_CERT')) return 'CERT_REJECTED';
  return /^ERR_(PROXY|SOCKS|HTTPS_PROXY)_/.test(name) ? 'ERR_PROXY_CONNECTION_FAILED' : null;
}
