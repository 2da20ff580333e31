import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { Problem, parse } from '../booking-api/problem.ts';
import { EventChanges, EventDraft } from './published-event.ts';
import type { IcsState } from './state.ts';

const FeedPath = z.object({ feedId: z.string() });
const EventPath = z.object({ feedId: z.string(), uid: z.string() });

const Feed = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  timeZone: z.string().optional(),
  zones: z.array(z.string()).optional(),
  token: z.string().min(1).optional(),
});
const Text = z.strictObject({ text: z.string().nullable() });

/**
 * What publishers do to their feeds. Mounted outside the service, so that faults and the request journal leave it
 * alone. `PUT …/text` publishes a text word for word instead of the events, `{ "text": null }` the events again.
 */
export function controlRoutes(state: IcsState): FastifyPluginAsync {
  const feedOf = (params: unknown): string => known(FeedPath.parse(params).feedId);

  function known(id: string): string {
    if (state.feeds().includes(id)) return id;
    throw new Problem(404, 'not_found', `There is no feed ${id}.`);
  }

  return async (app) => {
    app.get('/feeds', async () => ({
      items: state.feeds().map((id) => ({ id, name: state.name(id), path: state.path(id) })),
    }));
    app.post('/feeds', async ({ body }, reply) => {
      const feed = parse(Feed, body);
      state.addFeed(feed);
      return reply.code(201).send({ id: feed.id, name: feed.name, path: state.path(feed.id) });
    });
    app.post('/feeds/:feedId/rotate', async ({ params }) => {
      const id = feedOf(params);
      state.rotate(id);
      return { id, path: state.path(id) };
    });
    app.get('/feeds/:feedId/text', async ({ params }) => ({ text: state.text(feedOf(params)) }));
    app.put('/feeds/:feedId/text', async ({ params, body }, reply) => {
      state.replaceText(feedOf(params), parse(Text, body).text);
      return reply.code(204).send();
    });

    app.get('/feeds/:feedId/events', async ({ params }) => ({ items: state.events(feedOf(params)) }));
    app.post('/feeds/:feedId/events', async ({ params, body }, reply) =>
      reply.code(201).send(state.addEvent(feedOf(params), parse(EventDraft, body))),
    );
    app.post('/feeds/:feedId/clear', async ({ params }, reply) => {
      state.clear(feedOf(params));
      return reply.code(204).send();
    });
    app.patch('/feeds/:feedId/events/:uid', async ({ params, body }) => {
      const { feedId, uid } = EventPath.parse(params);
      if (state.events(known(feedId)).every((event) => event.uid !== uid)) {
        throw new Problem(404, 'not_found', `The feed ${feedId} has no event ${uid}.`);
      }
      return state.editEvent(feedId, uid, parse(EventChanges, body));
    });
    app.delete('/feeds/:feedId/events/:uid', async ({ params }, reply) => {
      const { feedId, uid } = EventPath.parse(params);
      state.deleteEvent(known(feedId), uid);
      return reply.code(204).send();
    });
  };
}
