import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Capabilities } from '../../shared/domain/booking.ts';
import { BookingDraft, BookingPatch } from './bookings.ts';
import { parse } from './problem.ts';
import type { BookingState } from './state.ts';

type ById = { Params: { id: string } };

const Assignment = z.object({ technicianIds: z.array(z.string()) });
const Movability = z.object({ movable: z.boolean() });
const Grant = z.object({ technicianId: z.string(), sees: z.array(z.string()).optional() });
const BlockQuery = z.object({ technicianId: z.string().optional() });

/** What people at dispatch do by hand, and what tests need to see, without tokens, versions or permissions. */
export function bookingControlRoutes(app: FastifyInstance, state: BookingState): void {
  const { bookings, blocks, devices } = state;

  app.get('/bookings', async () => ({ items: bookings.all() }));
  app.post('/bookings', async (request, reply) =>
    reply.code(201).send(bookings.create(parse(BookingDraft, request.body))),
  );
  app.get<ById>(
    '/bookings/:id',
    async ({ params }, reply) => bookings.get(params.id) ?? reply.callNotFound(),
  );
  app.patch<ById>('/bookings/:id', async ({ params, body }) =>
    bookings.patch(params.id, parse(BookingPatch, body)),
  );
  app.post<ById>('/bookings/:id/cancel', async ({ params }) => bookings.cancel(params.id));
  app.post<ById>('/bookings/:id/reassign', async ({ params, body }) =>
    bookings.reassign(params.id, parse(Assignment, body).technicianIds),
  );
  app.put<ById>('/bookings/:id/movable', async ({ params, body }, reply) => {
    bookings.setMovable(params.id, parse(Movability, body).movable);
    return reply.code(204).send();
  });
  app.delete<ById>('/bookings/:id', async ({ params }, reply) => {
    bookings.delete(params.id);
    return reply.code(204).send();
  });
  app.post('/expire-cursors', async (_request, reply) => {
    state.expireCursors();
    return reply.code(204).send();
  });

  app.post('/cut-event-streams', async (_request, reply) => {
    state.events.cutStreams();
    return reply.code(204).send();
  });

  app.get('/busy-blocks', async ({ query }) => ({
    items: blocks.all(parse(BlockQuery, query).technicianId),
  }));
  app.get('/calendar-health', async () => Object.fromEntries(state.health));

  app.get('/technicians', async () => ({ items: [...state.technicians.values()] }));
  app.get('/capabilities', async () => state.capabilities);
  app.put('/capabilities', async ({ body }) => {
    state.capabilities = parse(Capabilities, body);
    return state.capabilities;
  });

  app.post('/enrolment-codes', async ({ body }, reply) => {
    const { code, ...grant } = parse(Grant.extend({ code: z.string().min(1) }), body);
    devices.addCode(code, grant);
    return reply.code(201).send({ code });
  });
  app.post('/tokens', async ({ body }, reply) =>
    reply.code(201).send({ token: devices.addToken(parse(Grant, body)) }),
  );
  app.delete<{ Params: { token: string } }>('/tokens/:token', async ({ params }, reply) =>
    devices.revokeToken(params.token) ? reply.code(204).send() : reply.callNotFound(),
  );
}
