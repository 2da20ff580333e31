import { z } from 'zod';
import { pathSegment } from '../../path-segment.ts';
import type { CalendarNotifications } from '../provider.ts';
import type { GraphClient } from './graph-client.ts';
import { accepted, isMissing, read } from './microsoft-errors.ts';

/** https://learn.microsoft.com/en-us/graph/api/resources/subscription */
const Subscription = z.object({
  id: z.string().min(1),
  expirationDateTime: z.iso.datetime({ offset: true }),
});

const subscriptionPath = (id: string): string =>
  `/subscriptions/${encodeURIComponent(pathSegment(id, 'subscription'))}`;
const utc = (instant: string): string => new Date(instant).toISOString();

/** Change notifications of Microsoft Graph. What Graph tells of a subscription itself comes to the same address. */
export function graphNotifications(
  client: GraphClient,
  calendarPath: (calendarId: string) => string,
): CalendarNotifications {
  return {
    async watch(calendarId, { secret, callbackUrl, expiresAt }) {
      const body = JSON.stringify({
        changeType: 'created,updated,deleted',
        notificationUrl: callbackUrl,
        lifecycleNotificationUrl: callbackUrl,
        resource: `${calendarPath(calendarId)}/events`,
        expirationDateTime: expiresAt,
        clientState: secret,
      });
      const answer = accepted(await client.send({ method: 'POST', target: '/subscriptions', body }));
      const { id, expirationDateTime } = read(Subscription, answer, 'subscription');
      return { remoteId: id, expiresAt: utc(expirationDateTime) };
    },

    async renew({ remoteId }, expiresAt) {
      const body = JSON.stringify({ expirationDateTime: expiresAt });
      const answer = await client.send({ method: 'PATCH', target: subscriptionPath(remoteId), body });
      if (answer.status === 404) return null;
      return utc(read(Subscription, accepted(answer), 'subscription').expirationDateTime);
    },

    async unwatch({ remoteId }) {
      const answer = await client.send({ method: 'DELETE', target: subscriptionPath(remoteId) });
      if (answer.status !== 404 && !isMissing(answer)) accepted(answer);
    },
  };
}
