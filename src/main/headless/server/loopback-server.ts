import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONTENT_SECURITY_DIRECTIVES } from '../../../shared/content-security-policy.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { Clock, Log, Random } from '../../ports.ts';
import type { Program } from '../../rpc/program.ts';
import { agentProof, sameText } from '../agent/agent-file.ts';
import { bearerToken, isOwnHost, isOwnOrigin } from './request-guard.ts';
import { serveSocket } from './rpc-socket.ts';
import { serveScreens } from './screens.ts';
import { Sessions } from './sessions.ts';

export interface LoopbackServerOptions {
  readonly program: Program;
  readonly ports: { readonly clock: Clock; readonly random: Random; readonly log: Log };
  /** 0: any that is free. */
  readonly port: number;
  /** By which commands are let in. */
  readonly secret: string;
  readonly version: string;
  /** The built screens. */
  readonly screensDir: string;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** Routes that answer without a session, each with a check of its own: feeds, webhooks. */
  readonly publicRoutes: (app: FastifyInstance) => void;
}

export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** An address that opens the screens in a browser of this computer, once. */
  link(): string;
  /** Takes no new connection, and ends those there are. */
  close(): Promise<void>;
}

/** Failures that are answered in a minute; whoever has a right to come in makes none. */
const FAILURES_A_MINUTE = 20;

/** What a request may carry, in bytes: a token, or a notification. */
const BODY_LIMIT = 64 * 1024;

/** What has not been read to its end by then never will be: fastify itself would keep it for ever. */
const REQUEST_MS = 5 * 60_000;

/** Beyond this a connection is cut before it is read to its end. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;

const MISDIRECTED = 'This address answers only to names of this computer itself.';
const UNANSWERABLE = 'That request cannot be answered.';

/** What comes in is checked by zod, so that the two compilers of JSON schemas need not be loaded. */
const noSchema = (): never => {
  throw new Error('No route of this server has a schema of fastify.');
};

const TokenBody = z.strictObject({ token: z.string().max(200) });
const NonceQuery = z.strictObject({ nonce: z.string().min(16).max(200) });

/**
 * The agent's server on this computer's own addresses: screens, RPC, health, metrics, and what others mount
 * (`security.md` 13). Reachable from nowhere else, and by no page of another origin, under whatever name.
 * @throws AppError INVALID_INPUT, detail `port`, when the port cannot be had
 */
export async function openLoopbackServer(options: LoopbackServerOptions): Promise<LoopbackServer> {
  const { program, ports, secret, version } = options;
  const sessions = new Sessions(ports.clock, ports.random);
  let port = 0;

  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: ({ statusCode = 400 }, request, reply) => refuseUrl(statusCode, request, reply),
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
  });
  /** A path that cannot be decoded, or is too long, reaches no hook. */
  function refuseUrl(
    status: number,
    { headers }: Pick<FastifyRequest, 'headers'>,
    reply: FastifyReply,
  ): void {
    const isOwn = isOwnHost(headers.host, port);
    void reply
      .code(isOwn ? status : 421)
      .header('x-content-type-options', 'nosniff')
      .send(problem(isOwn ? UNANSWERABLE : MISDIRECTED));
  }
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: CONTENT_SECURITY_DIRECTIVES,
    },
    // There is no certificate for a loopback address.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(websocket, { options: { maxPayload: MAX_FRAME_BYTES } });

  const countFailure = app.createRateLimit({
    max: FAILURES_A_MINUTE,
    timeWindow: 60_000,
    keyGenerator: () => 'failures',
  });
  /** Nobody who knows a token is kept out by somebody who does not: only failures are counted, and refused. */
  const refuse = async (request: FastifyRequest, reply: FastifyReply, status: 401 | 403): Promise<void> => {
    const counted = await countFailure(request);
    if (!counted.isAllowed && counted.isExceeded) {
      await reply
        .header('retry-after', String(counted.ttlInSeconds))
        .code(429)
        .send(problem('Too many failures.'));
      return;
    }
    ports.log('warn', 'server', 'A request was refused', { status, path: request.url.split('?')[0] });
    await reply.code(status).send(problem('Open the link that Calendar Sync printed when it started.'));
  };

  app.addHook('onRequest', async (request, reply) => {
    if (!isOwnHost(request.headers.host, port)) {
      await reply.code(421).send(problem(MISDIRECTED));
    }
  });
  app.setErrorHandler(async (error: { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      ports.log('error', 'server', 'A request failed', { path: request.url.split('?')[0], error });
    await reply.code(status).send(problem(status >= 500 ? 'Something went wrong.' : UNANSWERABLE));
  });
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(problem('There is nothing here.')));

  const cookieName = (): string => `calendar-sync-${port}`;
  const hasSession = (request: FastifyRequest): boolean =>
    sessions.isOpen(request.cookies[cookieName()] ?? '');

  app.get('/healthz', async () => ({ status: 'ok', version }));
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await options.metrics();
    return reply.type(type).send(text);
  });
  app.get('/agent', async (request, reply) => {
    const query = NonceQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send(problem('Name a nonce.'));
    return { version, proof: agentProof(secret, query.data.nonce) };
  });
  app.get('/session', async (request, reply) =>
    hasSession(request) ? reply.code(204).send() : refuse(request, reply, 401),
  );
  app.post('/session', async (request, reply) => {
    if (!isOwnOrigin(request.headers)) return refuse(request, reply, 403);
    const body = TokenBody.safeParse(request.body);
    const session = body.success ? sessions.exchange(body.data.token) : null;
    if (session === null) return refuse(request, reply, 401);
    return reply
      .setCookie(cookieName(), session, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        maxAge: 30 * 86_400,
      })
      .code(204)
      .send();
  });
  app.route({
    method: 'GET',
    url: '/rpc',
    preValidation: async (request, reply) => {
      const token = bearerToken(request.headers);
      // A command is no page: no browser lets one set this header.
      if (token !== null && sameText(token, secret)) return;
      if (token !== null || !hasSession(request)) await refuse(request, reply, 401);
      else if (!isOwnOrigin(request.headers)) await refuse(request, reply, 403);
    },
    handler: async (_request, reply) => reply.code(426).send(problem('This address speaks WebSocket.')),
    wsHandler: (socket) => serveSocket(socket, program, ports.log),
  });
  options.publicRoutes(app);
  await serveScreens(app, options.screensDir);
  await app.ready();

  const { servers, ...listening } = await listen(app, options.port);
  port = listening.port;
  const origin = `http://127.0.0.1:${port}`;
  return {
    port,
    origin,
    link: () => `${origin}/#token=${sessions.issue()}`,
    async close() {
      for (const server of servers) server.close();
      await app.close();
      for (const server of servers) server.closeAllConnections();
    },
  };
}

const problem = (message: string): { readonly error: { readonly message: string } } => ({
  error: { message },
});

/** On 127.0.0.1 and, where this computer has it, on ::1, at the same port. */
async function listen(
  app: FastifyInstance,
  wanted: number,
): Promise<{ readonly port: number; readonly servers: readonly Server[] }> {
  const ipv4 = await listenOn(app, '127.0.0.1', wanted).catch((cause) => {
    throw new AppError(
      'INVALID_INPUT',
      `Port ${wanted} of this computer cannot be used. Choose another with --port, or none.`,
      { cause, detail: 'port' },
    );
  });
  const { port } = ipv4.address() as AddressInfo;
  // Without IPv6, or where another program has that address's port, the screens are there all the same.
  const ipv6 = await listenOn(app, '::1', port).catch(() => null);
  return { port, servers: ipv6 === null ? [ipv4] : [ipv4, ipv6] };
}

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => app.routing(request, response));
  // The WebSocket server listens for upgrades on fastify's own server, which has no socket of its own here.
  server.on('upgrade', (...upgrade) => app.server.emit('upgrade', ...upgrade));
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  return server;
}
