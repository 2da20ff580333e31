import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { AppError } from '../../shared/rpc/errors.ts';
import type { ServerMessage } from '../../shared/rpc/message.ts';
import type { Log } from '../ports.ts';
import { ClientRequests } from '../rpc/client-requests.ts';
import type { Program } from '../rpc/program.ts';
import { CHANNELS, ORIGIN } from './channels.ts';

export interface WindowLink {
  readonly program: Pick<Program, 'dispatch' | 'subscribe'>;
  readonly log: Log;
  /** The page of the window, while there is one. */
  readonly page: () => WebContents | null;
}

/**
 * Lets the window, and nobody else, speak with the program (`security.md` 6).
 * @returns a function that ends it
 */
export function serveWindow({ program, log, page }: WindowLink): () => void {
  const requests = new ClientRequests(program, log);
  ipcMain.handle(CHANNELS.request, async (event, message: unknown): Promise<ServerMessage> => {
    if (isTrusted(event, page())) return requests.take(message);
    return requests.refuse(new AppError('PERMISSION_DENIED', 'Only the window of Calendar Sync may ask.'));
  });
  const stop = program.subscribe((message) => {
    const contents = page();
    if (contents !== null && !contents.isDestroyed()) contents.send(CHANNELS.message, message);
  });
  return () => {
    stop();
    ipcMain.removeHandler(CHANNELS.request);
  };
}

/** The main frame of our own window, showing our own page. */
function isTrusted({ sender, senderFrame }: IpcMainInvokeEvent, page: WebContents | null): boolean {
  return (
    page !== null &&
    sender.id === page.id &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    senderFrame.origin === ORIGIN
  );
}
