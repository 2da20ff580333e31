import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Load } from './company.ts';
import { type Arrived, ServerAnswer, type ServerRequest } from './server-messages.ts';

/** The sandbox's servers on loopback, in a process of their own. */
export interface ServerProcess extends AsyncDisposable {
  /** The environment that points the app at the servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly bookingUrl: string;
  /** Begins anew at the same address; the same load gives the same answers every time. */
  fill(load: Load): Promise<void>;
  arrived(): Promise<Arrived>;
}

export async function startServer(): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), { execArgv: [] });
  const listening = await answer(child);
  if (listening.kind !== 'listening') throw unexpected(listening);
  // The app is to enrol like anybody else, not to be handed a token.
  const { BOOKING_API_TOKEN: _token, BOOKING_API_URL: _url, ...env } = listening.env;

  async function ask(request: ServerRequest): Promise<ServerAnswer> {
    child.send(request);
    return answer(child);
  }

  return {
    env,
    bookingUrl: listening.bookingUrl,
    async fill(load) {
      const filled = await ask({ kind: 'fill', ...load });
      if (filled.kind !== 'filled') throw unexpected(filled);
    },
    async arrived() {
      const inspected = await ask({ kind: 'inspect' });
      if (inspected.kind !== 'arrived') throw unexpected(inspected);
      return inspected.arrived;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function answer(child: ChildProcess): Promise<ServerAnswer> {
  const ended = new AbortController();
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`The server process ended with ${code}.`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), died]);
    return ServerAnswer.parse(message);
  } finally {
    ended.abort();
    died.catch(() => {});
  }
}

const unexpected = ({ kind }: ServerAnswer): Error => new Error(`The server process answered ${kind}.`);
