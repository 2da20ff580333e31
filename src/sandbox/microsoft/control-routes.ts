import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GraphError } from './graph-error.ts';
import type { MicrosoftState } from './state.ts';
import { LIFECYCLE_EVENTS } from './subscriptions.ts';

const CalendarPath = z.object({ calendarId: z.string() });
const EventPath = z.object({ calendarId: z.string(), eventId: z.string() });
const AccountPath = z.object({ email: z.string() });

const Settings = z.strictObject({
  autoApprove: z.string().nullable(),
  rotateRefreshTokens: z.boolean(),
  accessTokenSeconds: z.int().min(1),
});

const Time = z.object({ dateTime: z.string(), timeZone: z.string() });
const Move = z.union([
  z.strictObject({ byMinutes: z.int() }),
  z.strictObject({ start: Time, end: Time.optional() }),
]);

const Account = z.object({
  email: z.string().min(1),
  name: z.string(),
  oid: z.string().min(1),
  tenantId: z.string().min(1).optional(),
  timeZone: z.string(),
  calendars: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      isDefault: z.boolean().optional(),
      canEdit: z.boolean().optional(),
    }),
  ),
});

const Expiry = z.object({
  calendarId: z.string().optional(),
  code: z.enum(['syncStateNotFound', 'resyncRequired']).optional(),
});

const Lifecycle = z.object({ event: z.enum(LIFECYCLE_EVENTS) });
const SubscriptionPath = z.object({ id: z.string() });

const Recurrence = z.object({
  pattern: z.unknown(),
  range: z.record(z.string(), z.unknown()).exactOptional(),
});

/**
 * What people do to their calendars and accounts, and what a test wants to see of them. Mounted outside the service,
 * so that faults and the request journal leave it alone. An event id may be that of a single event, of a series, or of
 * one occurrence.
 */
export function controlRoutes(state: MicrosoftState): FastifyPluginAsync {
  const eventOf = (request: FastifyRequest): readonly [string, string] => {
    const { calendarId, eventId } = EventPath.parse(request.params);
    return [calendarId, eventId];
  };

  return async (app) => {
    app.get('/accounts', async () => ({
      items: state.accounts().map(({ email, name, oid, tenantId, calendars }) => ({
        email,
        name,
        oid,
        tenantId,
        calendars: [...calendars.values()].map(({ calendar, isDefault, canEdit }) => ({
          id: calendar.id,
          name: calendar.name,
          timeZone: calendar.mailbox.timeZone,
          isDefault,
          canEdit,
        })),
      })),
    }));
    app.post('/accounts', async (request, reply) => {
      const { email } = state.addAccount(Account.parse(request.body));
      return reply.code(201).send({ email });
    });
    app.post('/accounts/:email/revoke', async (request, reply) => {
      state.revokeAccount(AccountPath.parse(request.params).email);
      return reply.code(204).send();
    });

    app.get('/settings', async () => state.settings);
    app.patch('/settings', async (request) => {
      const given = Object.entries(Settings.partial().parse(request.body));
      return state.configure(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
    });
    app.post('/delta-tokens/expire', async (request, reply) => {
      const { calendarId, code } = Expiry.parse(request.body ?? {});
      state.expireDeltaTokens(calendarId, code);
      return reply.code(204).send();
    });

    app.get('/subscriptions', async () => ({ items: state.subscriptions.open() }));
    app.post('/subscriptions/:id/lifecycle', async (request, reply) => {
      const { id } = SubscriptionPath.parse(request.params);
      state.subscriptions.tell(id, Lifecycle.parse(request.body).event);
      return reply.code(204).send();
    });

    app.get('/calendars/:calendarId/events', async (request) => ({
      items: state.events(CalendarPath.parse(request.params).calendarId),
    }));
    app.post('/calendars/:calendarId/events', async (request, reply) =>
      reply.code(201).send(state.addEvent(CalendarPath.parse(request.params).calendarId, request.body)),
    );
    app.post('/calendars/:calendarId/clear', async (request) => ({
      deleted: state.clearCalendar(CalendarPath.parse(request.params).calendarId),
    }));

    app.get('/calendars/:calendarId/events/:eventId', async (request) => {
      const event = state.event(...eventOf(request));
      if (event === null) throw new GraphError(404);
      return event;
    });
    app.patch('/calendars/:calendarId/events/:eventId', async (request) =>
      state.editEvent(...eventOf(request), request.body),
    );
    app.delete('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      state.deleteEvent(...eventOf(request));
      return reply.code(204).send();
    });
    app.post('/calendars/:calendarId/events/:eventId/restore', async (request) =>
      state.restoreEvent(...eventOf(request)),
    );
    app.post('/calendars/:calendarId/events/:eventId/move', async (request) =>
      state.moveEvent(...eventOf(request), Move.parse(request.body)),
    );
    app.post('/calendars/:calendarId/events/:eventId/copy', async (request, reply) => {
      const changes = z.looseObject({}).parse(request.body ?? {});
      return reply.code(201).send(state.copyEvent(...eventOf(request), changes));
    });
    app.post('/calendars/:calendarId/events/:eventId/recurrence', async (request) =>
      state.makeRecurring(...eventOf(request), Recurrence.parse(request.body)),
    );

    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof GraphError) {
        return reply.code(error.status).send({ error: { code: error.code, message: error.message } });
      }
      if (error instanceof z.ZodError || error instanceof RangeError) {
        return reply.code(400).send({ error: { code: 'BadRequest', message: error.message } });
      }
      throw error;
    });
  };
}
