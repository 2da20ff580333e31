import { type Socket, type SocketEvents, SocketTransport } from '../../shared/rpc/socket-transport.ts';
import type { Way } from './way.ts';

/** Messages to the server that this page came from. It has to let the browser in first. */
export function webSocketWay(): Way {
  let token = takeToken();
  let refused = false;
  const letIn = async (): Promise<void> => {
    const given = token;
    token = null;
    // A token that was spent is no matter where the browser has a session already.
    refused = !(given !== null && (await exchange(given))) && !(await hasSession());
    if (refused) throw new Error('The server does not know this browser.');
  };
  const transport = new SocketTransport({
    connect: (events) => openSocket(letIn(), events),
    retry: {
      sleep: (milliseconds) => new Promise((resolve) => window.setTimeout(resolve, milliseconds)),
      random: Math.random,
    },
  });
  // The link pasted into this tab changes only what follows the #, which loads nothing anew.
  window.addEventListener('hashchange', () => {
    const given = takeToken();
    if (given !== null) void exchange(given).finally(() => window.location.reload());
  });
  return { transport, isRefused: () => refused };
}

/** The one-time token of the link that was opened. It leaves the address at once: it is good for nobody else. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null) window.history.replaceState(null, '', window.location.pathname);
  return token;
}

/** Trades the token for a cookie. */
async function exchange(token: string): Promise<boolean> {
  const { ok } = await fetch('session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return ok;
}

const hasSession = async (): Promise<boolean> => (await fetch('session')).ok;

function openSocket(ready: Promise<void>, { onOpen, onText, onClose }: SocketEvents): Socket {
  let socket: WebSocket | null = null;
  ready.then(() => {
    socket = new WebSocket(new URL('rpc', window.location.href.replace(/^http/, 'ws')));
    socket.addEventListener('open', onOpen);
    socket.addEventListener('message', ({ data }) => onText(String(data)));
    socket.addEventListener('close', onClose);
  }, onClose);
  return { send: (text) => socket?.send(text), close: () => socket?.close() };
}
