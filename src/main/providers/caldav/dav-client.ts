import { davRequest } from 'tsdav';
import { AppError, toAppError } from '../../../shared/rpc/errors.ts';
import { isLoopbackHost } from '../../endpoint.ts';
import type { Fetch } from '../../ports.ts';
import { elsewhere, refused, tooManyRedirects, unreachable, unreadable } from './caldav-errors.ts';
import { type Multistatus, readMultistatus } from './multistatus.ts';

/** An answer that is not a multistatus although the request asked for one. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
}

export interface DavCall {
  readonly method: 'PROPFIND' | 'REPORT';
  readonly depth: '0' | '1';
  /** In xml-js's compact form; names without prefix are of the namespace DAV:. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DavClient {
  /** @throws AppError, mapped by `caldav-errors.ts` */
  query(url: URL, call: DavCall): Promise<Multistatus>;
  /** The same where a refusal is an answer, too: whatever does not mean the same to every request. */
  ask(url: URL, call: DavCall): Promise<Multistatus | Refusal>;
  /** GET, PUT or DELETE. Statuses in `accepted` are answered with rather than thrown, beside 2xx. */
  send(url: URL, init: RequestInit, accepted?: readonly number[]): Promise<Response>;
}

/** The namespaces that requests use, for their outermost element. */
export const NAMESPACES = {
  _attributes: {
    'xmlns:d': 'DAV:',
    'xmlns:c': 'urn:ietf:params:xml:ns:caldav',
    'xmlns:cs': 'http://calendarserver.org/ns/',
  },
} as const;

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** tsdav as a writer of WebDAV's requests, which go through the injected fetch; failures are thrown. */
export function createDavClient(fetch: Fetch): DavClient {
  /** Follows redirects within an origin; what carries a password is not led elsewhere. */
  async function follow(url: URL, init: RequestInit): Promise<{ response: Response; url: URL }> {
    let at = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await answer(at, init);
      const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
      if (location === null) return { response, url: at };
      const to = URL.parse(location, at.href);
      if (to === null) throw unreadable(at, 'a redirect to nowhere');
      if (to.origin !== at.origin) throw elsewhere(at, to);
      at = to;
    }
    throw tooManyRedirects(url);
  }

  async function answer(url: URL, init: RequestInit): Promise<Response> {
    try {
      const headers = new Headers(init.headers);
      // Servers and bridges on this computer (RFC 9110 section 12.5.3): to pack and unpack takes longer than it saves.
      if (isLoopbackHost(url.hostname)) headers.set('accept-encoding', 'identity');
      return await fetch(url.href, { ...init, headers, redirect: 'manual' });
    } catch (error) {
      const known = toAppError(error);
      throw known.code === 'INTERNAL' ? unreachable(url, error) : known;
    }
  }

  async function ask(url: URL, call: DavCall): Promise<Multistatus | Refusal> {
    const init = { method: call.method, headers: { depth: call.depth }, namespace: 'd', body: call.body };
    let result: Multistatus | Refusal | null = null;
    const send = async (_: unknown, request?: RequestInit): Promise<Response> => {
      const { response, url: answered } = await follow(url, request ?? {});
      const body = await response.text();
      if (isFinal(response.status)) throw refused(answered, response, body);
      result = response.ok
        ? readMultistatus(body, answered, response.headers.get('date'))
        : { status: response.status, body };
      // Nothing is left for tsdav to read: of a document that breaks off it would make one that ends there.
      return new Response(null, { status: 204 });
    };
    await davRequest({ url: url.href, init, fetch: send, parseOutgoing: false }).catch((error: unknown) => {
      throw error instanceof AppError ? error : unreadable(url, 'damaged', error);
    });
    if (result === null) throw unreadable(url, 'nothing');
    return result;
  }

  return {
    ask,

    async query(url, call) {
      const result = await ask(url, call);
      if ('resources' in result) return result;
      throw refused(url, new Response(null, { status: result.status }), result.body);
    },

    async send(url, init, accepted = []) {
      const { response } = await follow(url, init);
      if (response.ok || accepted.includes(response.status)) return response;
      throw refused(url, response, await response.text());
    },
  };
}

/** Refusals that mean the same whatever was asked. Xandikos says 500 to a token that it does not know. */
const isFinal = (status: number): boolean => status === 401 || status === 429 || status > 501;
