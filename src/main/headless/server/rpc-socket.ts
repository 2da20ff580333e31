import type { WebSocket } from '@fastify/websocket';
import { eventMessage } from '../../../shared/rpc/dispatcher.ts';
import { AppError, toAppError } from '../../../shared/rpc/errors.ts';
import type { ServerMessage } from '../../../shared/rpc/message.ts';
import { parseRequest } from '../../../shared/rpc/wire.ts';
import type { Log } from '../../ports.ts';
import type { Program } from '../../rpc/program.ts';

/** What one client may have under way. A window asks for a handful of things at once. */
const MAX_UNDER_WAY = 100;

/** A client that reads so slowly that this much waits for it has gone wrong. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** The answer to a message that is none has no request to belong to. */
const NO_REQUEST = -1;

/** Speaks with one client. Whatever it sends, it gets an answer or is cut off, and nothing else happens. */
export function serveSocket(socket: WebSocket, program: Program, log: Log): void {
  const refused = new Set<string>();
  let underWay = 0;

  const send = (message: ServerMessage): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    else socket.send(JSON.stringify(message));
  };
  const refuse = (id: number, { code, message }: AppError): void => {
    send({ kind: 'failure', id, error: { code, message, detail: null } });
    // Once for each client: repeating it must not fill the log.
    if (refused.has(message)) return;
    refused.add(message);
    log('warn', 'rpc', `A client was refused: ${message}`, { code });
  };

  const stop = program.subscribe(send);
  socket.on('close', stop);
  socket.on('error', (error) => log('info', 'rpc', 'A connection was cut.', { error: error.message }));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    let message: unknown;
    try {
      if (isBinary) throw new AppError('INVALID_INPUT', 'Messages are text.');
      message = parseRequest(data.toString('utf8'));
    } catch (error) {
      refuse(NO_REQUEST, toAppError(error));
      return;
    }
    if (underWay >= MAX_UNDER_WAY) {
      refuse(
        requestId(message),
        new AppError('RATE_LIMITED', 'Too much is asked at once. Wait for the answers.'),
      );
      return;
    }
    underWay += 1;
    void program.dispatch(message).then((answer) => {
      underWay -= 1;
      send(answer);
    });
  });
  send(eventMessage('snapshot', program.snapshot()));
}

function requestId(message: unknown): number {
  const id: unknown =
    typeof message === 'object' && message !== null && 'id' in message ? message.id : NO_REQUEST;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : NO_REQUEST;
}
