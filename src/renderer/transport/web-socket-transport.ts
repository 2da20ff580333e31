import { type Socket, type SocketEvents, SocketTransport } from '../../shared/rpc/socket-transport.ts';

/** Messages to the server that this page came from. It has to let the browser in first. */
export function webSocketTransport(): SocketTransport {
  let token = takeToken();
  const letIn = async (): Promise<void> => {
    if (token !== null) await exchange(token);
    token = null;
  };
  return new SocketTransport({
    connect: (events) => openSocket(letIn(), events),
    retry: {
      sleep: (milliseconds) => new Promise((resolve) => window.setTimeout(resolve, milliseconds)),
      random: Math.random,
    },
  });
}

/** The one-time token of the link that was opened. It leaves the address at once: it is good for nobody else. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token !== null) window.history.replaceState(null, '', window.location.pathname);
  return token;
}

/** Trades the token for a cookie. A token that was spent is no matter where the browser has one already. */
async function exchange(token: string): Promise<void> {
  await fetch('session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}

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
