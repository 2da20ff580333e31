import type { FastifyInstance } from 'fastify';
import type { AppFeeds } from '../../app-contract.ts';

/** The feeds of this computer. Whoever has a link may read it: no session is asked for. */
export function feedRoutes(app: FastifyInstance, feeds: () => Pick<AppFeeds, 'respond'>): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/ics/:name',
    handler: async (request, reply) => {
      const { name } = request.params as { readonly name: string };
      const { status, headers, body } = await feeds().respond({
        method: request.method,
        token: name.replace(/\.ics$/, ''),
        headers: request.headers,
      });
      // What is not the feed's own must not keep a calendar app from storing it.
      void reply.code(status).headers(headers);
      return body === null ? reply.send() : reply.send(body);
    },
  });
}
