import type { WebSocket } from '@fastify/websocket';
import { eventMessage } from '../../../shared/rpc/dispatcher.ts';
import type { ServerMessage } from '../../../shared/rpc/message.ts';
import type { Log } from '../../ports.ts';
import { ClientRequests } from '../../rpc/client-requests.ts';
import type { Program } from '../../rpc/program.ts';

/** A client that reads so slowly that this much waits for it has gone wrong. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** Speaks with one client. Whatever it sends, it gets an answer or is cut off, and nothing else happens. */
export function serveSocket(socket: WebSocket, program: Program, log: Log): void {
  const requests = new ClientRequests(program, log);
  const send = (message: ServerMessage): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    else socket.send(JSON.stringify(message));
  };
  const stop = program.subscribe(send);
  socket.on('close', stop);
  socket.on('error', (error) => log('info', 'rpc', 'A connection was cut.', { error: error.message }));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    void requests.take(isBinary ? data : data.toString('utf8')).then(send);
  });
  send(eventMessage('snapshot', program.snapshot()));
}
