import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { GraphError, unreadableBody } from './graph-error.ts';

/** Refusals, unknown paths and bodies that are no JSON come in Graph's own error format. */
export function answerLikeGraph(app: FastifyInstance, clock: SandboxClock, random: SandboxRandom): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(unreadableBody());
    }
  });
  const refuse = (reply: FastifyReply, error: GraphError): FastifyReply => {
    const requestId = random.uuid();
    const [clientRequestId = requestId] = [reply.request.headers['client-request-id'] ?? requestId].flat();
    if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="", error="invalid_token"');
    if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds);
    return reply
      .code(error.status)
      .headers({ 'request-id': requestId, 'client-request-id': clientRequestId })
      .send(error.body({ at: clock.now(), requestId, clientRequestId }));
  };
  app.setNotFoundHandler((request, reply) => {
    const segment = request.url.split(/[/?]/).findLast((part) => part !== '') ?? '';
    const message = `Resource not found for the segment '${segment}'.`;
    return refuse(reply, new GraphError(400, 'BadRequest', message));
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof GraphError) return refuse(reply, error);
    const { statusCode = 500 } = error instanceof Error ? (error as { statusCode?: number }) : {};
    if (statusCode >= 500) request.log.error(error);
    return refuse(reply, new GraphError(statusCode));
  });
}
