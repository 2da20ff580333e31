import { z } from 'zod';
import { pathSegment } from '../../path-segment.ts';
import type { CalendarNotifications } from '../provider.ts';
import type { GoogleClient } from './google-client.ts';
import { unreadable } from './google-errors.ts';

/** https://developers.google.com/workspace/calendar/api/guides/push */
const Channel = z.object({
  resourceId: z.string().min(1),
  /** Milliseconds since the epoch. */
  expiration: z.coerce.number().int().positive(),
});

/** Push notifications of Google Calendar. Channels cannot be renewed: a new one takes the place of the old. */
export function googleNotifications(client: GoogleClient): CalendarNotifications {
  return {
    async watch(calendarId, { id, secret, callbackUrl, expiresAt }) {
      const { data } = await client.send((api, call) =>
        api.events.watch(
          {
            calendarId: pathSegment(calendarId, 'calendar'),
            requestBody: {
              id,
              type: 'web_hook',
              address: callbackUrl,
              token: secret,
              expiration: String(Date.parse(expiresAt)),
            },
          },
          call,
        ),
      );
      const opened = Channel.safeParse(data);
      if (!opened.success) throw unreadable('channel', opened.error);
      const { resourceId, expiration } = opened.data;
      return { remoteId: resourceId, expiresAt: new Date(expiration).toISOString() };
    },

    renew: async () => null,

    async unwatch({ id, remoteId }) {
      await client.send(
        (api, call) => api.channels.stop({ requestBody: { id, resourceId: remoteId } }, call),
        [404, 410],
      );
    },
  };
}
