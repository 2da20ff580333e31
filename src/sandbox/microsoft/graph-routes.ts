import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { assertScope, type Door } from './access.ts';
import {
  type CalendarEntry,
  calendarEntry,
  calendarJson,
  type MicrosoftAccount,
  userJson,
} from './account.ts';
import { batchRoutes } from './batch-routes.ts';
import type { MicrosoftCalendar } from './calendar.ts';
import { calendarView, instancesWithin, liveItems } from './calendar-view.ts';
import {
  type DeltaFaults,
  decodeStateToken,
  deltaPage,
  encodeStateToken,
  firstToken,
  type StateToken,
} from './delta.ts';
import type { CalendarEvent } from './event.ts';
import { deltaJson, eventJson, selected } from './event-json.ts';
import { etagOf } from './event-version.ts';
import { answerLikeGraph } from './graph-answers.ts';
import { GraphError, invalidRequest } from './graph-error.ts';
import { type ItemName, parseItemId } from './item-id.ts';
import {
  assertTrackable,
  expandedPropertiesOf,
  filterOf,
  orderOf,
  type Parameters,
  pagingOf,
  parametersOf,
  selectedOf,
  windowOf,
} from './odata-query.ts';
import { type Preferences, readPreferences } from './preferences.ts';
import { isSeries } from './series.ts';
import type { MicrosoftState } from './state.ts';
import { subscriptionRoutes } from './subscription-routes.ts';

export interface GraphRoutesOptions {
  readonly state: MicrosoftState;
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  readonly faults: Pick<Faults, 'takeHook'>;
  readonly origin: () => string;
}

const Path = z.object({ calendarId: z.string().optional(), eventId: z.string().optional() });

const DELTA_PAGE = 10;

/** Where a calendar is found: by its id, or the default one. */
const CALENDARS = ['/me/calendars/:calendarId', '/me/calendar', '/me'];

/** What a request is about. */
interface Target {
  readonly account: MicrosoftAccount;
  readonly calendar: MicrosoftCalendar;
  readonly name: ItemName;
}

/** Who calls, by the access token; null when it allows nothing (any more). */
export function callerOf(state: MicrosoftState, request: FastifyRequest) {
  const [, token = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const grant = state.grants.accessGrant(token);
  const account = grant === null ? null : state.account(grant.email);
  return grant === null || account === null ? null : { ...grant, account };
}

/**
 * The part of Microsoft Graph v1.0 that the sandbox offers, under `/v1.0`.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/calendar
 */
export function graphRoutes(options: GraphRoutesOptions): FastifyPluginAsync {
  const { state, clock, random, faults, origin } = options;

  function caller(request: FastifyRequest, door: Door): MicrosoftAccount {
    const who = callerOf(state, request);
    if (who === null) {
      const given = request.headers.authorization !== undefined;
      const message = given ? 'Lifetime validation failed, the token is expired.' : 'Access token is empty.';
      throw new GraphError(401, 'InvalidAuthenticationToken', message);
    }
    assertScope(who.scopes, door);
    return who.account;
  }

  function entryOf(request: FastifyRequest, door: Door): CalendarEntry {
    const account = caller(request, door);
    const entry = calendarEntry(account, Path.parse(request.params).calendarId ?? null);
    if (entry === null) throw new GraphError(404);
    if (door === 'writeCalendars' && !entry.canEdit) throw new GraphError(403);
    return entry;
  }

  /** The event of the path, in the calendar of the path or, where it names none, in any of the account's. */
  function targetOf(request: FastifyRequest, door: Door): Target {
    const account = caller(request, door);
    const { calendarId, eventId = '' } = Path.parse(request.params);
    const entries = calendarId === undefined ? [...account.calendars.values()] : [entryOf(request, door)];
    const name = parseItemId(eventId);
    if (name === null) throw new GraphError(400, 'ErrorInvalidIdMalformed');
    const entry = entries.find(({ calendar }) => calendar.items.item(name.key) !== null);
    if (entry === undefined) throw new GraphError(404);
    if (door === 'writeCalendars' && !entry.canEdit) throw new GraphError(403);
    return { account, calendar: entry.calendar, name };
  }

  function isHooked(name: string, request: FastifyRequest): boolean {
    return faults.takeHook('microsoft', name, { method: request.method, url: request.url }) !== null;
  }

  function deltaFaults(request: FastifyRequest): DeltaFaults {
    return {
      repeatPage: isHooked('repeat-page', request),
      endlessPages: isHooked('endless-pages', request),
      emptyPage: isHooked('empty-page', request),
      emptyListing: isHooked('empty-listing', request),
      staleRead: isHooked('stale-read', request),
    };
  }

  function positionFor(request: FastifyRequest, { items }: MicrosoftCalendar): number {
    return isHooked('stale-read', request) ? items.positionBefore : items.position;
  }

  const addressOf = (request: FastifyRequest): string => `${origin()}${request.url.split('?', 1)[0] ?? ''}`;

  const context = (fragment: string): string => `${origin()}/microsoft/v1.0/$metadata#${fragment}`;

  function applied(reply: FastifyReply): Preferences {
    const preferences = readPreferences(reply.request.headers.prefer);
    if (preferences.applied.length > 0) reply.header('preference-applied', preferences.applied.join(', '));
    return preferences;
  }

  /** A page of a collection that is cut by `$top` and `$skip`. */
  function pageOf<T>(
    request: FastifyRequest,
    parameters: Parameters,
    all: readonly T[],
    pageSize: number | null,
    json: (item: T) => unknown,
  ) {
    const { top, skip } = pagingOf(parameters, pageSize);
    const end = skip + top;
    const next = { ...originalQuery(request), $top: String(top), $skip: String(end) };
    return {
      ...(parameters.$count === 'true' ? { '@odata.count': all.length } : {}),
      value: all.slice(skip, end).map(json),
      ...(end < all.length ? { '@odata.nextLink': `${addressOf(request)}?${queryText(next)}` } : {}),
    };
  }

  function eventPage(request: FastifyRequest, reply: FastifyReply, all: readonly CalendarEvent[]) {
    const preferences = applied(reply);
    const parameters = parametersOf(request.query);
    const expanded = expandedPropertiesOf(parameters);
    const names = selectedOf(parameters);
    const order = orderOf(parameters);
    const found = all.filter(filterOf(parameters));
    const listed = order === null ? found : found.toSorted(order);
    return {
      '@odata.context': context('Collection(event)'),
      ...pageOf(request, parameters, listed, preferences.pageSize, (event) =>
        selected(eventJson(event, preferences, expanded), names),
      ),
    };
  }

  function send(reply: FastifyReply, event: CalendarEvent): FastifyReply {
    const preferences = applied(reply);
    const parameters = parametersOf(reply.request.query);
    const json = eventJson(event, preferences, expandedPropertiesOf(parameters));
    return reply.header('etag', etagOf(event)).send({
      '@odata.context': context('users/calendar/events/$entity'),
      ...selected(json, selectedOf(parameters)),
    });
  }

  function delta(request: FastifyRequest, reply: FastifyReply) {
    const { calendar } = entryOf(request, 'readCalendars');
    if (isHooked('expire-delta-tokens', request)) calendar.expireDeltaTokens();
    const parameters = parametersOf(request.query);
    assertTrackable(parameters);
    const preferences = applied(reply);
    const asked = stateToken(calendar, parameters);
    const { entries, next } = deltaPage(
      calendar,
      asked,
      preferences.pageSize ?? DELTA_PAGE,
      deltaFaults(request),
    );
    const [link, parameter] =
      next.kind === 'skip' ? ['@odata.nextLink', '$skiptoken'] : ['@odata.deltaLink', '$deltatoken'];
    return {
      '@odata.context': context('Collection(event)'),
      [link]: `${addressOf(request)}?${parameter}=${encodeStateToken(next)}`,
      value: entries.map((entry) => deltaJson(entry, preferences)),
    };
  }

  function stateToken(calendar: MicrosoftCalendar, parameters: Parameters): StateToken {
    const { $skiptoken, $deltatoken } = parameters;
    if ($skiptoken !== undefined) return decodeStateToken($skiptoken, 'skip', calendar);
    if ($deltatoken !== undefined) return decodeStateToken($deltatoken, 'delta', calendar);
    return firstToken(calendar, windowOf(parameters));
  }

  function collectionRoutes(app: FastifyInstance, path: string): void {
    app.get(`${path}/events`, async (request, reply) => {
      const { calendar } = entryOf(request, 'readCalendars');
      const items = [...liveItems(calendar, positionFor(request, calendar))];
      return eventPage(
        request,
        reply,
        items.map(({ item }) => item.event),
      );
    });
    app.post(`${path}/events`, async (request, reply) => {
      const { calendar } = entryOf(request, 'writeCalendars');
      return send(reply.code(201), calendar.create(request.body, 'client'));
    });
    app.get(`${path}/calendarView`, async (request, reply) => {
      const { calendar } = entryOf(request, 'readCalendars');
      const isEmpty = isHooked('empty-listing', request);
      const window = windowOf(parametersOf(request.query));
      return eventPage(
        request,
        reply,
        isEmpty ? [] : calendarView(calendar, window, positionFor(request, calendar)),
      );
    });
    app.get(`${path}/calendarView/delta`, async (request, reply) => delta(request, reply));

    app.get(`${path}/events/:eventId`, async (request, reply) => {
      const { calendar, name } = targetOf(request, 'readCalendars');
      const event = calendar.find(name, positionFor(request, calendar));
      if (event === null) throw new GraphError(404);
      return send(reply, event);
    });
    app.patch(`${path}/events/:eventId`, async (request, reply) => {
      const { calendar, name } = targetOf(request, 'writeCalendars');
      return send(reply, calendar.update(name, request.body, 'client', request.headers['if-match']));
    });
    app.delete(`${path}/events/:eventId`, async (request, reply) => {
      const { calendar, name } = targetOf(request, 'writeCalendars');
      calendar.delete(name, request.headers['if-match']);
      return reply.code(204).send();
    });
    app.get(`${path}/events/:eventId/instances`, async (request, reply) => {
      const { calendar, name } = targetOf(request, 'readCalendars');
      const event = calendar.get(name);
      if (!isSeries(event)) throw invalidRequest('Only a series has instances.');
      const window = windowOf(parametersOf(request.query));
      return eventPage(request, reply, instancesWithin(calendar, event, window));
    });
  }

  return async (app) => {
    answerLikeGraph(app, clock, random);
    app.get('/me', async (request) => {
      const account = caller(request, 'readUser');
      return {
        '@odata.context': context('users/$entity'),
        ...selected(userJson(account), selectedOf(parametersOf(request.query))),
      };
    });
    app.get('/me/calendars', async (request, reply) => {
      const account = caller(request, 'readCalendars');
      const parameters = parametersOf(request.query);
      const names = selectedOf(parameters);
      const entries = [...account.calendars.values()];
      return {
        '@odata.context': context('users/calendars'),
        ...pageOf(request, parameters, entries, applied(reply).pageSize, (entry) =>
          selected(calendarJson(entry), names),
        ),
      };
    });
    for (const path of ['/me/calendars/:calendarId', '/me/calendar']) {
      app.get(path, async (request) => ({
        '@odata.context': context('users/calendars/$entity'),
        ...calendarJson(entryOf(request, 'readCalendars')),
      }));
    }
    for (const path of CALENDARS) collectionRoutes(app, path);
    subscriptionRoutes(app, {
      subscriptions: state.subscriptions,
      caller: (request) => caller(request, 'readCalendars'),
      clientIdOf: (request) => callerOf(state, request)?.clientId ?? '',
      context,
    });
    await app.register(batchRoutes);
  };
}

/** The parameters of a request as the client spelled them. */
function originalQuery(request: FastifyRequest): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string()).catch({}).parse(request.query);
}

/** A query as Graph writes it: with the dollar signs as they are. */
function queryText(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString().replaceAll('%24', '$');
}
