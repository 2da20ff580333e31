import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { systemClock, systemRandom } from '../../src/main/headless/ports.ts';
import {
  type LoopbackServer,
  type LoopbackServerOptions,
  openLoopbackServer,
} from '../../src/main/headless/server/loopback-server.ts';
import type { Log } from '../../src/main/ports.ts';
import type { Program } from '../../src/main/rpc/program.ts';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { createDispatcher, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import type { ServerMessage } from '../../src/shared/rpc/message.ts';
import { type Socket, SocketTransport } from '../../src/shared/rpc/socket-transport.ts';

/** How things stand before anything was set up. */
export const EMPTY_SNAPSHOT: Snapshot = {
  revision: 1,
  state: 'not-enrolled',
  enrolled: false,
  technician: null,
  bookingSystem: null,
  accounts: [],
  mappings: [],
  progress: null,
  lastRun: null,
  nextRunAt: null,
  pausedUntil: null,
  offlineSince: null,
  failingSince: null,
  conflicts: 0,
  holds: 0,
  signIns: [],
  host: { kind: 'headless', version: '0.0.0', locale: null, origin: null, sample: null },
  sample: null,
  update: null,
};

/** A program that does what the handlers say, and what it tells. */
export function stubProgram(handlers: Partial<Handlers>): Program & { tell(message: ServerMessage): void } {
  const listeners = new Set<(message: ServerMessage) => void>();
  return {
    dispatch: createDispatcher({ handlers: handlers as Handlers, onFailure: () => undefined }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => EMPTY_SNAPSHOT,
    close: () => undefined,
    tell(message) {
      for (const listener of listeners) listener(message);
    },
  };
}

export interface Loopback {
  readonly server: LoopbackServer;
  readonly secret: string;
  readonly log: ReturnType<typeof vi.fn<Log>>;
  /** The folder of the screens: `index.html`, `app-1.js`, and beside it a file that is nobody's business. */
  readonly screensDir: string;
  /** A client's transport, let in as a command is. */
  transport(): SocketTransport;
  close(): Promise<void>;
}

/** The loopback server before a program, on a real socket. */
export async function openLoopback(
  program: Program,
  publicRoutes: LoopbackServerOptions['publicRoutes'] = () => undefined,
): Promise<Loopback> {
  const directory = mkdtempSync(join(tmpdir(), 'calendar-sync-loopback-'));
  const screensDir = join(directory, 'screens');
  mkdirSync(screensDir);
  writeFileSync(join(screensDir, 'index.html'), '<!doctype html><title>Screens</title>');
  writeFileSync(join(screensDir, 'app-1.js'), 'export {};');
  writeFileSync(join(directory, 'secret.txt'), 'nobody may read this');
  const secret = randomBytes(32).toString('base64url');
  const log = vi.fn<Log>();
  const server = await openLoopbackServer({
    program,
    ports: { clock: systemClock, random: systemRandom, log },
    port: 0,
    secret,
    version: '0.0.0',
    screensDir,
    metrics: async () => ({ type: 'text/plain', text: 'up 1\n' }),
    publicRoutes,
  });
  const transports: SocketTransport[] = [];
  return {
    server,
    secret,
    log,
    screensDir,
    transport() {
      const transport = new SocketTransport({
        retry: null,
        connect: (events) => openSocket(server.origin, { authorization: `Bearer ${secret}` }, events),
      });
      transports.push(transport);
      return transport;
    },
    async close() {
      for (const transport of transports) transport.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A WebSocket with headers of one's choice, which no browser allows. */
export function openSocket(
  origin: string,
  headers: Readonly<Record<string, string>>,
  {
    onOpen,
    onText,
    onClose,
  }: {
    readonly onOpen: () => void;
    readonly onText: (text: string) => void;
    readonly onClose: (code: number) => void;
  },
): Socket {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { ...headers } });
  socket.addEventListener('open', onOpen);
  socket.addEventListener('message', ({ data }) => onText(String(data)));
  socket.addEventListener('close', ({ code }) => onClose(code));
  return socket;
}
