import { z } from 'zod';
import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import type { Fetch } from '../../ports.ts';
import type { CalendarProvider, EventLookup, PreparedWrite } from '../provider.ts';
import { eventFrom, GraphEvent, lookupFrom, occurrenceOf } from './event-from-graph.ts';
import { listEvents } from './event-listing.ts';
import { createBody, updateBody } from './event-to-graph.ts';
import { readMany } from './graph-batch.ts';
import { createGraphClient, type GraphAnswer } from './graph-client.ts';
import { pages } from './graph-pages.ts';
import { accepted, isMissing, read, unreadable } from './microsoft-errors.ts';
import { EXPAND_TAG, ExtendedProperty, filterByTransaction, parseTransactionId } from './ownership.ts';

export interface MicrosoftProviderOptions {
  /** What precedes `/v1.0`. */
  readonly baseUrl: string;
  /** Authorizes, retries and limits; see `authorizedFetch` and `createHttp`. */
  readonly fetch: Fetch;
}

/** https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits */
export const MICROSOFT_CONCURRENCY = 4;

/** https://learn.microsoft.com/en-us/graph/api/resources/calendar */
const GraphCalendar = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  isDefaultCalendar: z.boolean().nullish(),
  canEdit: z.boolean().nullish(),
});

const calendarPath = (calendarId: string): string => `/me/calendars/${encodeURIComponent(calendarId)}`;

const eventPath = (calendarId: string, eventId: string): string =>
  `${calendarPath(calendarId)}/events/${encodeURIComponent(eventId)}`;

/** Outlook calendars by Microsoft Graph v1.0 behind the provider port. */
export function createMicrosoftProvider(options: MicrosoftProviderOptions): CalendarProvider {
  const client = createGraphClient(options.baseUrl, options.fetch);

  async function readEvents(
    calendarId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, GraphEvent | null>> {
    const answers = await readMany(
      client,
      ids.map((id) => `${eventPath(calendarId, id)}?${EXPAND_TAG}`),
    );
    return new Map(
      answers.map((answer, index) => [
        ids[index] ?? '',
        isMissing(answer) ? null : read(GraphEvent, accepted(answer), 'event'),
      ]),
    );
  }

  async function readEvent(calendarId: string, eventId: string): Promise<GraphEvent | null> {
    return (await readEvents(calendarId, [eventId])).get(eventId) ?? null;
  }

  /** An event whose id is not known yet, by the transaction id it was created under. */
  async function findCreated(calendarId: string, transactionId: string): Promise<GraphEvent | null> {
    const first = `${calendarPath(calendarId)}/events?${filterByTransaction(transactionId)}&${EXPAND_TAG}`;
    for await (const page of pages(client, first)) {
      if (page === 'cursor-refused') continue;
      const events = page.value.map((item) => read(GraphEvent, item, 'event'));
      // A copy carries the property, but not the transaction id itself.
      const created = events.find((event) => event.transactionId === transactionId);
      if (created !== undefined) return created;
    }
    return null;
  }

  async function lookUp(calendarId: string, eventId: string): Promise<EventLookup> {
    const isName = parseTransactionId(eventId) !== null;
    const event = await (isName ? findCreated(calendarId, eventId) : readEvent(calendarId, eventId));
    if (event?.seriesMasterId === undefined) return event === null ? { kind: 'missing' } : lookupFrom(event);
    const master = await readEvent(calendarId, event.seriesMasterId);
    return master === null ? { kind: 'missing' } : lookupFrom(occurrenceOf(master, event));
  }

  return {
    capabilities: {
      write: true,
      incremental: true,
      watch: false,
      ownId: false,
      concurrency: MICROSOFT_CONCURRENCY,
    },

    async listCalendars() {
      const calendars: CalendarListEntry[] = [];
      for await (const page of pages(client, '/me/calendars')) {
        if (page === 'cursor-refused') continue;
        for (const item of page.value) {
          const { id, name, isDefaultCalendar, canEdit } = read(GraphCalendar, item, 'calendar');
          calendars.push({
            id,
            name: name ?? id,
            // Graph tells the zone of a mailbox only to who may read its settings. Every event names its own.
            timeZone: 'UTC',
            primary: isDefaultCalendar === true,
            writable: canEdit === true,
          });
        }
      }
      return calendars;
    },

    pull: (calendarId, cursor, window) =>
      listEvents(client, calendarPath(calendarId), (ids) => readEvents(calendarId, ids), cursor, window),

    get: lookUp,

    prepareCreate: createBody,

    prepareUpdate: updateBody,

    async create(calendarId, prepared) {
      const { body } = prepared;
      const target = `${calendarPath(calendarId)}/events`;
      return stored(await client.send({ method: 'POST', target, body }), prepared);
    },

    async update(calendarId, prepared, etag) {
      const { body } = prepared;
      const target = eventPath(calendarId, prepared.eventId);
      return stored(await client.send({ method: 'PATCH', target, body, etag }), prepared);
    },

    async delete(calendarId, eventId, etag) {
      const answer = await client.send({ method: 'DELETE', target: eventPath(calendarId, eventId), etag });
      if (!isMissing(answer)) accepted(answer);
    },
  };
}

const WrittenProperties = z.object({ singleValueExtendedProperties: z.array(ExtendedProperty) });

/** What was stored. Answers to writes do not show extended properties, but those are what was sent. */
function stored(answer: GraphAnswer, { body }: PreparedWrite): CalendarEvent {
  const event = read(GraphEvent, accepted(answer), 'event');
  const written = WrittenProperties.safeParse(JSON.parse(body));
  if (!written.success) throw unreadable('what was sent', written.error);
  return eventFrom({ ...event, ...written.data });
}
