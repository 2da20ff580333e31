/** Details of errors that keep every request from leaving, since what is set for the network cannot be used. */
export const UNUSABLE = { proxy: 'unusable-proxy', authorities: 'unusable-authorities' } as const;

/** How far a request came before it failed. */
export type NetworkLayer = 'dns' | 'proxy' | 'connection' | 'other';

/** https://nodejs.org/api/errors.html#common-system-errors, of looking up a name. */
const LOOKUP_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENODATA',
  'ESERVFAIL',
]);
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Of the proxy that the system names, which only the desktop's network knows. */
const SYSTEM_PROXY_CODE = 'ERR_PROXY_CONNECTION_FAILED';

/**
 * Where a request failed that got no answer.
 * @param thrown what fetch rejected with
 * @param proxy the proxy that it would have gone through, or null
 */
export function networkLayer(thrown: unknown, proxy: URL | null): NetworkLayer {
  const causes = causesOf(thrown);
  if (proxy !== null && causes.some((cause) => isOfProxy(cause, proxy))) return 'proxy';
  const codes = causes.map(({ code }) => code);
  if (codes.includes(SYSTEM_PROXY_CODE)) return 'proxy';
  if (codes.some((code) => LOOKUP_CODES.has(code))) return 'dns';
  if (codes.some((code) => CONNECTION_CODES.has(code))) return 'connection';
  return 'other';
}

interface Cause {
  readonly code: string;
  readonly message: string;
  readonly hostname: unknown;
  readonly address: unknown;
  readonly port: unknown;
}

/** The error and what caused it, all the way down; several addresses of one host fail together. */
function causesOf(thrown: unknown, depth = 0): readonly Cause[] {
  if (!(thrown instanceof Error) || depth > 8) return [];
  const { code, hostname, address, port } = thrown as Error & Record<string, unknown>;
  const own = {
    code: typeof code === 'string' ? code : '',
    message: thrown.message,
    hostname,
    address,
    port,
  };
  const nested = thrown instanceof AggregateError ? (thrown.errors as readonly unknown[]) : [];
  return [own, ...[thrown.cause, ...nested].flatMap((cause) => causesOf(cause, depth + 1))];
}

function isOfProxy({ message, hostname, address, port }: Cause, proxy: URL): boolean {
  const proxyHost = proxy.hostname.replace(/^\[|\]$/g, '');
  const proxyPort = Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
  return (
    /^Proxy response/i.test(message) ||
    hostname === proxyHost ||
    (port === proxyPort && (address === proxyHost || !isAddress(proxyHost)))
  );
}

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');
