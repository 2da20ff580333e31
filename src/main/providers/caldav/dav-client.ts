import { type DAVResponse, davRequest } from 'tsdav';
import { z } from 'zod';
import { AppError, toAppError } from '../../../shared/rpc/errors.ts';
import type { Fetch } from '../../ports.ts';
import { elsewhere, refused, tooManyRedirects, unreachable, unreadable } from './caldav-errors.ts';

/** One `response` of a multistatus (RFC 4918 section 14.24). */
export interface DavResource {
  /** Absolute. */
  readonly url: URL;
  /** Of the resource as a whole; 200 where only its properties have one. */
  readonly status: number;
  /** Properties that it has, by their names in camel case without namespace. Not validated. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Multistatus {
  readonly resources: readonly DavResource[];
  /** RFC 6578 section 6.4. */
  readonly syncToken: string | null;
  /** Where it was answered, redirects followed. */
  readonly url: URL;
}

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

/** As tsdav has it beside each response: the whole document. */
const Document = z.object({ multistatus: z.object({ syncToken: z.unknown().optional() }).loose() });

/** tsdav as a writer and reader of WebDAV's XML; requests go through the injected fetch, and failures are thrown. */
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
      return await fetch(url.href, { ...init, redirect: 'manual' });
    } catch (error) {
      const known = toAppError(error);
      throw known.code === 'INTERNAL' ? unreachable(url, error) : known;
    }
  }

  async function ask(url: URL, call: DavCall): Promise<Multistatus | Refusal> {
    let refusal: Refusal | null = null;
    let answered = url;
    const send = async (_: unknown, init?: RequestInit): Promise<Response> => {
      const followed = await follow(url, init ?? {});
      answered = followed.url;
      const { response } = followed;
      const body = await response.text();
      if (response.ok) return wholeDocument(answered, response, body);
      if (isFinal(response.status)) throw refused(answered, response, body);
      refusal = { status: response.status, body };
      return new Response(null, { status: 204 });
    };
    const init = { method: call.method, headers: { depth: call.depth }, namespace: 'd', body: call.body };
    const responses = await davRequest({ url: url.href, init, fetch: send }).catch((error: unknown) => {
      throw error instanceof AppError ? error : unreadable(answered, 'damaged', error);
    });
    if (refusal !== null) return refusal;
    return multistatus(answered, responses);
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

/** A multistatus up to its end, comments and instructions behind it aside. */
const WHOLE =
  /<(?:\/(?:[\w.-]+:)?multistatus\s*|(?:[\w.-]+:)?multistatus\b[^<>]*\/)>(?:\s|<!--[^>]*>|<\?[^>]*>)*$/;

/**
 * tsdav reads a document that breaks off as one that ends there: of a listing, the rest would look deleted. Servers
 * that fail in the middle of an answer have sent its status and headers already.
 */
function wholeDocument(url: URL, { status, headers }: Response, text: string): Response {
  if (!WHOLE.test(text.slice(-1000))) throw unreadable(url, 'no whole multistatus');
  return new Response(text, { status, headers });
}

function multistatus(url: URL, responses: readonly DAVResponse[]): Multistatus {
  const document = Document.safeParse(responses[0]?.raw);
  if (!document.success) throw unreadable(url, 'no multistatus', document.error);
  const { syncToken } = document.data.multistatus;
  return {
    // Where there is no response at all, tsdav makes one without a name.
    resources: responses.flatMap(({ href, status, props: properties = {} }) =>
      // Several of one status may share a response (RFC 4918 section 14.24).
      [href].flat().flatMap((each) => {
        const at = each === undefined ? null : resourceAt(textOf(each), url);
        return at === null ? [] : [{ url: at, status, properties }];
      }),
    ),
    syncToken: textOf(syncToken) || null,
    url,
  };
}

/**
 * Where a resource is: with the server that was asked, whatever the answer calls that. Behind a proxy, servers know
 * themselves by another name, and none has a say over what belongs to another.
 */
function resourceAt(href: string, asked: URL): URL | null {
  const named = URL.parse(href, asked.href);
  return named === null ? null : URL.parse(named.pathname + named.search, asked.origin);
}

/** The text of an element: tsdav makes numbers and booleans of what looks like one, and objects of what is empty. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.trim();
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value !== null && '_cdata' in value ? textOf(value._cdata) : '';
    default:
      return '';
  }
}
