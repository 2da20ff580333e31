import type { FastifyInstance } from 'fastify';
import type { AppWebhooks } from '../../app-contract.ts';

/** Longer than any notification. */
const BODY_LIMIT = 64 * 1024;
const MAX_TOKEN_CHARS = 2_048;

type Handshake = { Querystring: { validationToken?: unknown } };

/**
 * Where calendar providers post to when an administrator lets them reach this computer. No session is asked for:
 * every notification carries the secret of its channel. Bodies are passed on unread.
 */
export function webhookRoutes(app: FastifyInstance, webhooks: () => AppWebhooks): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      (_request: unknown, body: string, parsed: (error: null, body: string) => void) => parsed(null, body),
    );
    for (const provider of ['google', 'microsoft'] as const) {
      scope.post<Handshake>(`/webhooks/${provider}/calendar`, async (request, reply) => {
        const { validationToken } = request.query;
        if (provider === 'microsoft' && validationToken !== undefined) {
          // Graph asks whether it is wanted here; that it is comes out with the subscription's secret.
          if (typeof validationToken !== 'string' || validationToken.length > MAX_TOKEN_CHARS) {
            return reply.code(400).send();
          }
          return reply.type('text/plain').send(validationToken);
        }
        const { headers, body } = request;
        const status = webhooks().receive({
          provider,
          headers,
          body: typeof body === 'string' ? body : '',
        });
        return reply.code(status).send();
      });
    }
    done();
  });
}
