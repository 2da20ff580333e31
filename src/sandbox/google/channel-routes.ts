import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CalendarEntry, GoogleAccount } from './account.ts';
import type { Channels } from './channels.ts';
import { required } from './google-error.ts';

export interface ChannelRoutesOptions {
  readonly channels: Channels;
  readonly caller: (request: FastifyRequest) => GoogleAccount;
  readonly calendarOf: (request: FastifyRequest, account: GoogleAccount) => CalendarEntry;
}

const Stop = z.object({ id: z.string(), resourceId: z.string() });

/** `events.watch` and `channels.stop`. */
export function channelRoutes(
  app: FastifyInstance,
  { channels, caller, calendarOf }: ChannelRoutesOptions,
): void {
  app.post('/calendars/:calendarId/events/watch', async (request) => {
    const account = caller(request);
    const { calendar } = calendarOf(request, account);
    const { id, token, resourceId, resourceUri, expiresAt } = channels.watch(request.body, {
      email: account.email,
      calendarId: calendar.id,
      resourceUri: `https://www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`,
    });
    return {
      kind: 'api#channel',
      id,
      resourceId,
      resourceUri,
      ...(token !== null && { token }),
      expiration: String(expiresAt),
    };
  });

  app.post('/channels/stop', async (request, reply) => {
    const account = caller(request);
    const stop = Stop.safeParse(request.body);
    if (!stop.success) throw required('Required', 'resourceId');
    channels.stop(stop.data.id, stop.data.resourceId, account.email);
    return reply.code(204).send();
  });
}
