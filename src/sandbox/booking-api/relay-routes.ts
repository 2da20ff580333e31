import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DeviceOf } from './access.ts';
import { Problem, parse } from './problem.ts';
import type { BookingState } from './state.ts';

/** Larger than any provider's notification. */
const MAX_BYTES = 256 * 1024;

/** What concerns the connection, not the notification. */
const NOT_PASSED_ON = new Set(['connection', 'content-length', 'cookie', 'host', 'transfer-encoding']);

const RelayRequest = z.object({ provider: z.string().min(1).max(100) });

/** Opens and closes relays, for devices. */
export function relayRoutes(
  app: FastifyInstance,
  state: BookingState,
  deviceOf: DeviceOf,
  origin: () => string,
): void {
  app.post('/webhook-relays', async (request, reply) => {
    assertRelaying(state);
    const { provider } = parse(RelayRequest, request.body);
    const { id, key, expiresAt } = state.relays.open(provider, deviceOf(request));
    return reply.code(201).send({
      id,
      callbackUrl: `${origin()}/booking/api/v1/relays/${key}`,
      ...(expiresAt !== null && { expiresAt: new Date(expiresAt).toISOString() }),
    });
  });

  app.delete<{ Params: { id: string } }>('/webhook-relays/:id', async (request, reply) => {
    assertRelaying(state);
    if (!state.relays.close(request.params.id, deviceOf(request))) {
      throw new Problem(404, 'not_found', 'There is no such relay.');
    }
    return reply.code(204).send();
  });
}

/**
 * Where providers post to, in a scope of its own: bodies are passed on unread. Answers Microsoft Graph's handshake
 * itself, so that no device need be there for it.
 */
export function openRelayRoutes(app: FastifyInstance, state: BookingState): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: MAX_BYTES },
    async (_request: unknown, body: string) => body,
  );
  app.post<{ Params: { key: string }; Querystring: { validationToken?: string } }>(
    '/relays/:key',
    async (request, reply) => {
      const relay = state.relays.byKey(request.params.key);
      if (relay === null) throw new Problem(404, 'not_found', 'There is no such relay.');
      const { validationToken } = request.query;
      if (validationToken !== undefined) return reply.type('text/plain').send(validationToken);
      const { body } = request;
      state.relays.pass(relay, { headers: headersOf(request), body: typeof body === 'string' ? body : '' });
      return reply.code(202).send();
    },
  );
}

function headersOf(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !NOT_PASSED_ON.has(name) ? [[name, value]] : [],
    ),
  );
}

function assertRelaying(state: BookingState): void {
  if (state.capabilities.webhookRelay) return;
  throw new Problem(501, 'not_supported', 'This booking system does not relay webhooks. See capabilities.');
}
