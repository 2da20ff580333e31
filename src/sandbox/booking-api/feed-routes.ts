import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';
import type { BookingState } from './state.ts';

/** Larger than any technician's calendar. */
const MAX_BYTES = 16 * 1024 * 1024;

const CALENDAR = /^BEGIN:VCALENDAR\r\n[\s\S]*\r\nEND:VCALENDAR\r\n$/;

type ByToken = { Params: { token: string } };

/** Takes feeds in to host them. */
export function feedRoutes(app: FastifyInstance, state: BookingState, origin: () => string): void {
  app.addContentTypeParser(
    'text/calendar',
    { parseAs: 'string', bodyLimit: MAX_BYTES },
    async (_request: unknown, body: string) => body,
  );

  app.put<ByToken>('/feeds/:token', async (request) => {
    assertHosting(state);
    const { token } = request.params;
    const { body } = request;
    if (typeof body !== 'string') {
      throw new Problem(415, 'unsupported_media_type', 'A feed is sent as text/calendar.');
    }
    if (!CALENDAR.test(body)) throw new Problem(422, 'invalid_request', 'This is not a calendar.');
    state.hostedFeeds.set(token, body);
    return { url: `${origin()}/booking/api/v1/hosted-feeds/${encodeURIComponent(token)}.ics` };
  });

  app.delete<ByToken>('/feeds/:token', async (request, reply) => {
    assertHosting(state);
    if (!state.hostedFeeds.delete(request.params.token)) {
      throw new Problem(404, 'not_found', 'There is no such feed.');
    }
    return reply.code(204).send();
  });
}

/** Shows hosted feeds to whoever has their address. */
export function hostedFeedRoutes(app: FastifyInstance, state: BookingState): void {
  app.get<ByToken>('/hosted-feeds/:token.ics', async (request, reply) => {
    const feed = state.hostedFeeds.get(request.params.token);
    if (feed === undefined) throw new Problem(404, 'not_found', 'There is no such feed.');
    return reply.type('text/calendar; charset=utf-8').send(feed);
  });
}

function assertHosting(state: BookingState): void {
  if (state.capabilities.feedHosting) return;
  throw new Problem(501, 'not_supported', 'This booking system does not host feeds. See capabilities.');
}
