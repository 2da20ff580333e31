import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { ServerMessage } from '../../shared/rpc/message.ts';
import { parseRequest } from '../../shared/rpc/wire.ts';
import type { Log } from '../ports.ts';
import type { Program } from '../rpc/program.ts';
import { CHANNELS, ORIGIN } from './channels.ts';

/** What the window may have under way. It asks for a handful of things at once. */
const MAX_UNDER_WAY = 100;

/** The answer to a message that is none has no request to belong to. */
const NO_REQUEST = -1;

export interface WindowLink {
  readonly program: Pick<Program, 'dispatch' | 'subscribe'>;
  readonly log: Log;
  /** The page of the window, while there is one. */
  readonly page: () => WebContents | null;
}

/**
 * Lets the window, and nobody else, speak with the program (`security.md` 6). Whatever comes in gets an answer or a
 * refusal that is logged once, and nothing else happens.
 * @returns a function that ends it
 */
export function serveWindow({ program, log, page }: WindowLink): () => void {
  const refused = new Set<string>();
  let underWay = 0;

  const refuse = (error: AppError): ServerMessage => {
    const { code, message } = error;
    // Once: repeating it must not fill the log.
    if (!refused.has(message)) {
      refused.add(message);
      log('warn', 'rpc', `A page was refused: ${message}`, { code });
    }
    return { kind: 'failure', id: NO_REQUEST, error: { code, message, detail: null } };
  };

  ipcMain.handle(CHANNELS.request, async (event, text: unknown): Promise<ServerMessage> => {
    if (!isTrusted(event, page())) {
      return refuse(new AppError('PERMISSION_DENIED', 'Only the window of Calendar Sync may ask.'));
    }
    if (underWay >= MAX_UNDER_WAY) {
      return refuse(new AppError('RATE_LIMITED', 'Too much is asked at once. Wait for the answers.'));
    }
    underWay += 1;
    try {
      if (typeof text !== 'string') throw new AppError('INVALID_INPUT', 'Messages are text.');
      return await program.dispatch(parseRequest(text));
    } catch (error) {
      return refuse(toAppError(error));
    } finally {
      underWay -= 1;
    }
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
