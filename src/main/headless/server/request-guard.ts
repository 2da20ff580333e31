import type { IncomingHttpHeaders } from 'node:http';

/** What may be asked of the loopback server, decided from a request alone. */

/** Under which names this computer reaches it: a page that had its own name resolve to it is not among them. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`);
}

/**
 * Whether a request comes from our own page, by what its browser says of it. Browsers send an Origin with everything
 * that could change something, and with every WebSocket (https://fetch.spec.whatwg.org/#origin-header).
 */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && host !== undefined && origin === `http://${host}`;
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), or null. */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | null {
  return /^Bearer ([\w-]+)$/.exec(authorization ?? '')?.[1] ?? null;
}
