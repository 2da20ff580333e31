import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { SandboxClock } from '../ports.ts';
import { ACCESS_ROLES, assertMayWrite, assertScope, type Door, shownTo } from './access.ts';
import { type CalendarEntry, calendarEntry, calendarList, type GoogleAccount } from './account.ts';
import type { Writer } from './calendar.ts';
import { channelRoutes } from './channel-routes.ts';
import type { GoogleEvent } from './event.ts';
import { eventPage, instancePage, type ListingFaults } from './event-page.ts';
import { pageSize, parametersOf, parsePageOptions, single } from './event-query.ts';
import { GoogleError, googleErrorBody, invalid } from './google-error.ts';
import type { GoogleState } from './state.ts';

export interface CalendarRoutesOptions {
  readonly state: GoogleState;
  readonly clock: SandboxClock;
  readonly faults: Pick<Faults, 'takeHook'>;
}

const CalendarPath = z.object({ calendarId: z.string() });
const EventPath = z.object({ calendarId: z.string(), eventId: z.string() });

const CALENDAR_LIST_PAGE = { standard: 100, largest: 250 };

/**
 * The part of the Google Calendar API v3 that the sandbox offers, under `/calendar/v3`.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference
 */
export function calendarRoutes({ state, clock, faults }: CalendarRoutesOptions): FastifyPluginAsync {
  /** Who calls, if the access token opens this door. */
  function caller(request: FastifyRequest, door: Door): GoogleAccount {
    const [, token = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const grant = state.grants.accessGrant(token);
    const account = grant === null ? null : state.account(grant.email);
    if (grant === null || account === null) throw new GoogleError(401);
    assertScope(grant.scopes, door);
    return account;
  }

  function calendarOf(account: GoogleAccount, calendarId: string): CalendarEntry {
    const entry = calendarEntry(account, calendarId);
    if (entry === null) throw new GoogleError(404);
    return entry;
  }

  function readable(request: FastifyRequest): CalendarEntry {
    return calendarOf(caller(request, 'readEvents'), CalendarPath.parse(request.params).calendarId);
  }

  function writable(request: FastifyRequest): CalendarEntry & { readonly writer: Writer } {
    const account = caller(request, 'writeEvents');
    const entry = calendarOf(account, CalendarPath.parse(request.params).calendarId);
    assertMayWrite(entry.accessRole);
    return { ...entry, writer: { email: account.email, displayName: account.name, kind: 'client' } };
  }

  const eventIdOf = (request: FastifyRequest): string => EventPath.parse(request.params).eventId;

  function isHooked(name: string, request: FastifyRequest): boolean {
    return faults.takeHook('google', name, { method: request.method, url: request.url }) !== null;
  }

  function listingFaults(request: FastifyRequest): ListingFaults {
    return {
      repeatPage: isHooked('repeat-page', request),
      endlessPages: isHooked('endless-pages', request),
      emptyListing: isHooked('empty-listing', request),
      staleRead: isHooked('stale-read', request),
    };
  }

  function send(reply: FastifyReply, { accessRole }: CalendarEntry, event: GoogleEvent): FastifyReply {
    const { timeZone } = parsePageOptions(parametersOf(reply.request.query));
    return reply.header('etag', event.etag).send(shownTo(accessRole, timeZone, event));
  }

  return async (app) => {
    app.get('/users/me/calendarList', async (request) => {
      const account = caller(request, 'calendarList');
      const parameters = parametersOf(request.query);
      if (single(parameters, 'syncToken') !== null) throw new GoogleError(410, 'fullSyncRequired');
      const role = z.enum(ACCESS_ROLES).optional().safeParse(parameters.minAccessRole?.[0]);
      if (!role.success) throw invalid('Invalid value for minAccessRole.', 'minAccessRole');
      const start = Number(single(parameters, 'pageToken') ?? 0);
      if (!Number.isSafeInteger(start)) throw invalid('Invalid Value', 'pageToken');
      const entries = calendarList(account, role.data);
      const end = start + pageSize(parameters, CALENDAR_LIST_PAGE.standard, CALENDAR_LIST_PAGE.largest);
      return {
        kind: 'calendar#calendarList',
        etag: `"${entries.length}"`,
        items: entries.slice(start, end),
        ...(end < entries.length ? { nextPageToken: String(end) } : {}),
      };
    });

    app.get('/users/me/calendarList/:calendarId', async (request) => {
      const account = caller(request, 'calendarList');
      const { calendar } = calendarOf(account, CalendarPath.parse(request.params).calendarId);
      return calendarList(account).find(({ id }) => id === calendar.id);
    });

    app.get('/calendars/:calendarId/events', async (request) => {
      const entry = readable(request);
      if (isHooked('expire-sync-tokens', request)) entry.calendar.expireSyncTokens();
      const parameters = parametersOf(request.query);
      const page = eventPage(entry.calendar, parameters, clock.now().getTime(), listingFaults(request));
      return { ...collection(entry), ...shownPage(entry, parameters, page) };
    });

    app.get('/calendars/:calendarId/events/:eventId/instances', async (request) => {
      const entry = readable(request);
      const parameters = parametersOf(request.query);
      const page = instancePage(entry.calendar, eventIdOf(request), parameters, clock.now().getTime());
      return { ...collection(entry), ...shownPage(entry, parameters, page) };
    });

    app.get('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      const entry = readable(request);
      const store = entry.calendar.events;
      const asOf = isHooked('stale-read', request) ? store.positionBefore : store.position;
      const event = entry.calendar.find(eventIdOf(request), asOf);
      if (event === null) throw new GoogleError(404);
      if (request.headers['if-none-match'] === event.etag) return reply.code(304).send();
      return send(reply, entry, event);
    });

    app.post('/calendars/:calendarId/events', async (request, reply) => {
      const entry = writable(request);
      return send(reply, entry, entry.calendar.insert(request.body, entry.writer));
    });

    app.put('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      const entry = writable(request);
      const ifMatch = request.headers['if-match'];
      return send(
        reply,
        entry,
        entry.calendar.update(eventIdOf(request), request.body, entry.writer, ifMatch),
      );
    });

    app.patch('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      const entry = writable(request);
      const ifMatch = request.headers['if-match'];
      return send(
        reply,
        entry,
        entry.calendar.patch(eventIdOf(request), request.body, entry.writer, ifMatch),
      );
    });

    app.delete('/calendars/:calendarId/events/:eventId', async (request, reply) => {
      writable(request).calendar.delete(eventIdOf(request), request.headers['if-match']);
      return reply.code(204).send();
    });

    channelRoutes(app, {
      channels: state.channels,
      caller: (request) => caller(request, 'readEvents'),
      calendarOf: (request, account) => calendarOf(account, CalendarPath.parse(request.params).calendarId),
    });

    answerLikeGoogle(app);
  };
}

function collection({ calendar, accessRole }: CalendarEntry) {
  const last = calendar.events.lastChanged;
  return {
    kind: 'calendar#events',
    etag: last?.etag ?? '"0"',
    summary: calendar.summary,
    updated: last?.updated,
    timeZone: calendar.timeZone,
    accessRole,
    defaultReminders: [],
  };
}

function shownPage(
  { accessRole }: CalendarEntry,
  parameters: ReturnType<typeof parametersOf>,
  page: ReturnType<typeof eventPage>,
) {
  const { timeZone } = parsePageOptions(parameters);
  return { ...page, items: page.items.map((event) => shownTo(accessRole, timeZone, event)) };
}

/** Refusals, unknown paths and bodies that are no JSON come in Google's own error format. */
function answerLikeGoogle(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new GoogleError(400, 'parseError'));
    }
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(googleErrorBody(404)));
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof GoogleError) {
      if (error.status === 401) {
        reply.header(
          'www-authenticate',
          'Bearer realm="https://accounts.google.com/", error="invalid_token"',
        );
      }
      return reply.code(error.status).send(error.body);
    }
    const { statusCode = 500 } = error instanceof Error ? (error as { statusCode?: number }) : {};
    if (statusCode >= 500) request.log.error(error);
    return reply.code(statusCode).send(googleErrorBody(statusCode));
  });
}
