import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { protocol, type Session } from 'electron';
import { CONTENT_SECURITY_POLICY } from '../../shared/content-security-policy.ts';
import { SCHEME } from './channels.ts';
import { screenPath } from './screen-path.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Makes the scheme an origin of its own with the rights of https. Must come before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

/** Answers the window's own addresses from the built screens, and no other (`security.md` 2 and 3). */
export function serveScreens(session: Session, screensDir: string): void {
  session.protocol.handle(SCHEME, (request) => answer(request, screensDir));
}

async function answer({ method, url }: Request, screensDir: string): Promise<Response> {
  const path = method === 'GET' ? screenPath(url) : null;
  if (path === null) return nothing();
  try {
    const [root, file] = await Promise.all([realpath(screensDir), realpath(join(screensDir, path))]);
    if (!file.startsWith(root + sep)) return nothing();
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      },
    });
  } catch {
    return nothing();
  }
}

const nothing = (): Response => new Response(null, { status: 404 });
