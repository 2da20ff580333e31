import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../shared/rpc/errors.ts';

/** Where one sign-in comes back to (RFC 8252 section 7.3). */
export interface LoopbackRedirect {
  /** `http://127.0.0.1:PORT/oauth/callback` */
  readonly redirectUri: string;
  /** The parameters of the one redirect that carried the right state. Settles only when it arrives. */
  readonly callback: Promise<URLSearchParams>;
  /** Stops listening and drops what is connected. Closing twice is fine. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const PATH = '/oauth/callback';

/**
 * Listens on a free port of 127.0.0.1 for the redirect that carries `state`. Whatever else comes (another host, path,
 * method or state, a second redirect) is refused and changes nothing, so that no other page or program can end the
 * sign-in in the person's place. Not on ::1: the redirect URI names the IPv4 address, so nothing would come there.
 * @throws AppError INTERNAL when no port can be had
 */
export async function openLoopbackRedirect(state: string): Promise<LoopbackRedirect> {
  const { promise: callback, resolve: accept } = Promise.withResolvers<URLSearchParams>();
  let accepted = false;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.parse(request.url ?? '', redirectUri);
    const refusal = refusalStatus(request, url, new URL(redirectUri).host, state);
    if (url === null || refusal !== null || accepted) {
      respond(response, refusal ?? 400, REFUSED);
      return;
    }
    accepted = true;
    // Not before the page is out: accepting closes the listener.
    response.once('close', () => accept(url.searchParams));
    respond(response, 200, url.searchParams.has('code') ? SIGNED_IN : NOT_SIGNED_IN);
  }

  const server = createServer(answer);
  try {
    server.listen(0, HOST);
    await once(server, 'listening');
  } catch (cause) {
    throw new AppError(
      'INTERNAL',
      'Signing in needs a free port on this computer and none could be opened. Check the local firewall, then try again.',
      { cause },
    );
  }
  const { port } = server.address() as AddressInfo;
  const redirectUri = `http://${HOST}:${port}${PATH}`;

  return {
    redirectUri,
    callback,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** With which status to refuse a request, or null when it is the redirect that is waited for. */
function refusalStatus(
  request: IncomingMessage,
  url: URL | null,
  host: string,
  state: string,
): number | null {
  // A page that had its own name resolve to this computer gives itself away here (DNS rebinding).
  if (request.headers.host !== host) return 421;
  if (url?.pathname !== PATH) return 404;
  if (request.method !== 'GET') return 405;
  const parameters = url.searchParams;
  const complete = parameters.has('code') || parameters.has('error');
  return complete && hasState(parameters, state) ? null : 400;
}

function hasState(parameters: URLSearchParams, state: string): boolean {
  const given = parameters.getAll('state');
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given.length === 1 && timingSafeEqual(digest(given[0] ?? ''), digest(state));
}

const STYLE = `
  :root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
  body { display: grid; place-content: center; min-height: 90vh; margin: 0; padding: 1rem; text-align: center;
    background: light-dark(#fafafa, #16181d); color: light-dark(#1d2026, #e8eaed); }
  h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 .5rem; }
  p { margin: 0; opacity: .75; }
`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Calendar Sync</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>`;

const SIGNED_IN = page('Thank you', 'Calendar Sync goes on from here. You can close this window.');
const NOT_SIGNED_IN = page(
  'Nothing was connected',
  'The sign-in was not completed. You can close this window and try again in Calendar Sync.',
);
const REFUSED = page(
  'Not expected here',
  'This address answers one sign-in only, and this is not it. You can close this window.',
);

function respond(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, HEADERS).end(html);
}
