import { app, type Session } from 'electron';
import { ORIGIN } from './channels.ts';

/** The page may copy a link when somebody presses a button that says so, and nothing else. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Takes from the window's session everything that a page could ask of the computer or the network (`security.md` 3, 4). */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide) => decide(ALLOWED.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => ALLOWED.has(permission));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, decide) => decide(null));
  session.on('will-download', (event, item) => {
    // An exported log is made in the page itself; anything else comes from outside.
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) event.preventDefault();
  });
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    const isOwn = [`${ORIGIN}/`, `blob:${ORIGIN}/`, 'devtools:'].some((start) => url.startsWith(start));
    decide({ cancel: !isOwn });
  });
}

/**
 * No page of this program goes anywhere else, opens a window or holds another page, whoever made it (`security.md` 4).
 * @param onLink told of the address that a page wanted a window for
 */
export function guardPages(onLink: (url: string) => void): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      onLink(url);
      return { action: 'deny' };
    });
  });
}
