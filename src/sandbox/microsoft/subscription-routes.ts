import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { calendarEntry, type MicrosoftAccount } from './account.ts';
import { GraphError, invalidRequest } from './graph-error.ts';
import { readPreferences } from './preferences.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

export interface SubscriptionRoutesOptions {
  readonly subscriptions: Subscriptions;
  readonly caller: (request: FastifyRequest) => MicrosoftAccount;
  readonly clientIdOf: (request: FastifyRequest) => string;
  readonly context: (fragment: string) => string;
}

const Path = z.object({ id: z.string() });
const Resource = z.object({ resource: z.string() });

/** The events of a calendar, or of the default one: what the sandbox can be subscribed to. */
const RESOURCE = /^\/?me(?:\/calendars\/([^/]+)|\/calendar)?\/events$/;

/** `/subscriptions`: https://learn.microsoft.com/en-us/graph/api/resources/subscription */
export function subscriptionRoutes(app: FastifyInstance, options: SubscriptionRoutesOptions): void {
  const { subscriptions, caller, clientIdOf, context } = options;
  const entity = (subscription: Subscription) => ({
    '@odata.context': context('subscriptions/$entity'),
    ...subscriptionJson(subscription),
  });
  const idOf = (request: FastifyRequest): string => Path.parse(request.params).id;

  app.post('/subscriptions', async (request, reply) => {
    const account = caller(request);
    const created = await subscriptions.create(request.body, {
      applicationId: clientIdOf(request),
      creatorId: account.oid,
      tenantId: account.tenantId,
      calendarId: subscribedCalendar(account, request.body),
      idForm: readPreferences(request.headers.prefer).idForm,
    });
    return reply.code(201).send(entity(created));
  });
  app.get('/subscriptions', async (request) => {
    const { oid } = caller(request);
    return {
      '@odata.context': context('subscriptions'),
      value: subscriptions
        .open()
        .filter(({ creatorId }) => creatorId === oid)
        .map(subscriptionJson),
    };
  });
  app.get('/subscriptions/:id', async (request) =>
    entity(subscriptions.get(idOf(request), caller(request).oid)),
  );
  app.patch('/subscriptions/:id', async (request) =>
    entity(subscriptions.renew(idOf(request), caller(request).oid, request.body)),
  );
  app.post('/subscriptions/:id/reauthorize', async (request, reply) => {
    subscriptions.get(idOf(request), caller(request).oid);
    return reply.code(204).send();
  });
  app.delete('/subscriptions/:id', async (request, reply) => {
    subscriptions.delete(idOf(request), caller(request).oid);
    return reply.code(204).send();
  });
}

/** @throws GraphError 400, 404 */
function subscribedCalendar(account: MicrosoftAccount, body: unknown): string {
  const given = Resource.safeParse(body);
  const match = given.success ? RESOURCE.exec(given.data.resource) : null;
  if (match === null) throw invalidRequest('The resource cannot be subscribed to.');
  const entry = calendarEntry(account, match[1] === undefined ? null : unescaped(match[1]));
  if (entry === null) throw new GraphError(404);
  return entry.calendar.id;
}

/** @throws GraphError 400 */
function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidRequest('The resource has an escape that cannot be read.');
  }
}

/** A subscription as Graph shows it: what the client keeps to itself is not told. */
function subscriptionJson(subscription: Subscription) {
  const { tenantId: _tenant, calendarId: _calendar, idForm: _form, ...shown } = subscription;
  return { ...shown, latestSupportedTlsVersion: 'v1_2', includeResourceData: null };
}
