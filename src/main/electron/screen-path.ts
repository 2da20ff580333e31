import { ORIGIN } from './channels.ts';

/** Names that the build gives to files: nothing that could lead out of their folder. */
const PLAIN_PATH = /^\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/** The path below the screens' folder that an address names, or null for an address that names none. */
export function screenPath(url: string): string | null {
  if (!url.startsWith(`${ORIGIN}/`)) return null;
  const path = url.slice(ORIGIN.length).replace(/[?#].*$/s, '');
  if (path === '/') return '/index.html';
  return PLAIN_PATH.test(path) ? path : null;
}
