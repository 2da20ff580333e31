import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ACCESS_ROLES } from './access.ts';
import { GoogleError } from './google-error.ts';
import type { GoogleState } from './state.ts';

const CalendarPath = z.object({ calendarId: z.string() });
const EventPath = z.object({ calendarId: z.string(), eventId: z.string() });
const AccountPath = z.object({ email: z.string() });

const Settings = z.strictObject({
  autoApprove: z.string().nullable(),
  rotateRefreshTokens: z.boolean(),
  accessTokenSeconds: z.int().min(1),
});

const EventTime = z.object({
  date: z.string().optional(),
  dateTime: z.string().optional(),
  timeZone: z.string().optional(),
});
const Move = z.union([
  z.strictObject({ byMinutes: z.int() }),
  z.strictObject({ start: EventTime, end: EventTime.optional() }),
]);

const Account = z.object({
  email: z.string().min(1),
  sub: z.string().min(1),
  name: z.string(),
  calendars: z.array(
    z.object({
      id: z.string().min(1),
      summary: z.string(),
      timeZone: z.string(),
      primary: z.boolean().optional(),
      accessRole: z.enum(ACCESS_ROLES),
    }),
  ),
});

/**
 * What people do to their calendars and accounts, and what a test wants to see of them. Mounted outside the service,
 * so that faults and the request journal leave it alone. An event id may be that of a single event, of a series, or
 * of one instance.
 */
export function controlRoutes(state: GoogleState): FastifyPluginAsync {
  const eventOf = (request: FastifyRequest): readonly [string, string] => {
    const { calendarId, eventId } = EventPath.parse(request.params);
    return [calendarId, eventId];
  };

  return async (app) => {
    app.get('/accounts', async () => ({
      items: state.accounts().map(({ email, sub, name, calendars }) => ({
        email,
        sub,
        name,
        calendars: [...calendars.values()].map(({ calendar, primary, accessRole }) => ({
          id: calendar.id,
          summary: calendar.summary,
          timeZone: calendar.timeZone,
          primary,
          accessRole,
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
    app.post('/sync-tokens/expire', async (request, reply) => {
      const { calendarId } = z.object({ calendarId: z.string().optional() }).parse(request.body ?? {});
      state.expireSyncTokens(calendarId);
      return reply.code(204).send();
    });

    app.get('/channels', async () => ({ items: state.channels.open() }));

    app.get('/calendars/:calendarId/events', async (request) => {
      const { calendarId } = CalendarPath.parse(request.params);
      const { deleted } = z.object({ deleted: z.enum(['true', 'false']).optional() }).parse(request.query);
      return { items: state.events(calendarId, { includeDeleted: deleted === 'true' }) };
    });
    app.post('/calendars/:calendarId/events', async (request, reply) =>
      reply.code(201).send(state.addEvent(CalendarPath.parse(request.params).calendarId, request.body)),
    );
    app.post('/calendars/:calendarId/clear', async (request) => ({
      deleted: state.clearCalendar(CalendarPath.parse(request.params).calendarId),
    }));

    app.get('/calendars/:calendarId/events/:eventId', async (request) => {
      const event = state.event(...eventOf(request));
      if (event === null) throw new GoogleError(404);
      return event;
    });
    app.patch('/calendars/:calendarId/events/:eventId', async (request) =>
      state.editEvent(...eventOf(request), request.body),
    );
    app.delete('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      state.deleteEvent(...eventOf(request));
      return reply.code(204).send();
    });
    app.post('/calendars/:calendarId/events/:eventId/move', async (request) =>
      state.moveEvent(...eventOf(request), Move.parse(request.body)),
    );
    app.post('/calendars/:calendarId/events/:eventId/copy', async (request, reply) =>
      reply.code(201).send(state.copyEvent(...eventOf(request), request.body ?? {})),
    );
    app.post('/calendars/:calendarId/events/:eventId/recurrence', async (request) => {
      const { recurrence } = z.object({ recurrence: z.array(z.string()).min(1) }).parse(request.body);
      return state.makeRecurring(...eventOf(request), recurrence);
    });

    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof GoogleError) return reply.code(error.status).send(error.body);
      if (error instanceof z.ZodError || error instanceof RangeError) {
        return reply.code(400).send({ error: { code: 400, message: error.message } });
      }
      throw error;
    });
  };
}
