import { z } from 'zod';
import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import { pathSegment } from '../../path-segment.ts';
import type { Fetch } from '../../ports.ts';
import type { CalendarProvider, EventLookup } from '../provider.ts';
import { LARGEST_BATCH } from './batch-message.ts';
import { eventFrom, GraphEvent, lookupFrom, occurrenceOf } from './event-from-graph.ts';
import { listEvents } from './event-listing.ts';
import { createBody, updateBody } from './event-to-graph.ts';
import { createGraphClient } from './graph-client.ts';
import { pages } from './graph-pages.ts';
import { graphNotifications } from './graph-subscriptions.ts';
import {
  accepted,
  asksForPause,
  createdBefore,
  createdBeforePause,
  isMissing,
  read,
  unreadable,
} from './microsoft-errors.ts';
import {
  EXPAND_TAG,
  filterByTransaction,
  filterCreatedFrom,
  parseTransactionId,
  tagFrom,
} from './ownership.ts';
import { asCreated, isAsSent, sealBody, storedEvent } from './stored-event.ts';

export interface MicrosoftProviderOptions {
  /** What precedes `/v1.0`. */
  readonly baseUrl: string;
  /** Authorizes, retries, limits and puts into batches; see `authorizedFetch`, `createHttp` and `batchedFetch`. */
  readonly fetch: Fetch;
}

/** As many as one batch carries; of those Graph serves at once what the mailbox allows. See `batchedFetch`. */
export const MICROSOFT_CONCURRENCY = LARGEST_BATCH;

/** https://learn.microsoft.com/en-us/graph/api/resources/calendar */
const GraphCalendar = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  isDefaultCalendar: z.boolean().nullish(),
  canEdit: z.boolean().nullish(),
});

const calendarPath = (calendarId: string): string =>
  `/me/calendars/${encodeURIComponent(pathSegment(calendarId, 'calendar'))}`;

const eventPath = (calendarId: string, eventId: string): string =>
  `${calendarPath(calendarId)}/events/${encodeURIComponent(pathSegment(eventId, 'event'))}`;

/** Outlook calendars by Microsoft Graph v1.0 behind the provider port. */
export function createMicrosoftProvider(options: MicrosoftProviderOptions): CalendarProvider {
  const client = createGraphClient(options.baseUrl, options.fetch);

  async function readEvents(
    calendarId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, GraphEvent | null>> {
    const answers = await Promise.all(
      ids.map((id) => client.send({ method: 'GET', target: `${eventPath(calendarId, id)}?${EXPAND_TAG}` })),
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
    const unnamed: GraphEvent[] = [];
    for await (const page of pages(client, first)) {
      const events = page.value.map((item) => read(GraphEvent, item, 'event'));
      // A copy carries the same property.
      const created = events.find((event) => selfUnder(event, transactionId) === event.id);
      if (created !== undefined) return created;
      unnamed.push(...events.filter((event) => selfUnder(event, transactionId) === ''));
    }
    // The tag was not completed, and so copies have it, too: they are younger.
    return unnamed.sort((a, b) => createdAt(a).localeCompare(createdAt(b)))[0] ?? null;
  }

  async function ownAhead(calendarId: string, instant: string): Promise<readonly CalendarEvent[]> {
    const first = `${calendarPath(calendarId)}/events?${filterCreatedFrom(instant)}&${EXPAND_TAG}`;
    const events: CalendarEvent[] = [];
    for await (const page of pages(client, first)) {
      const listed = page.value.map((item) => read(GraphEvent, item, 'event'));
      events.push(...listed.filter(({ isCancelled }) => isCancelled !== true).map(eventFrom));
    }
    return events;
  }

  async function lookUp(calendarId: string, eventId: string): Promise<EventLookup> {
    const isName = parseTransactionId(eventId) !== null;
    const event = await (isName ? findCreated(calendarId, eventId) : readEvent(calendarId, eventId));
    if (event?.seriesMasterId === undefined) return event === null ? { kind: 'missing' } : lookupFrom(event);
    const master = await readEvent(calendarId, event.seriesMasterId);
    return master === null ? { kind: 'missing' } : lookupFrom(occurrenceOf(master, event));
  }

  return {
    notifications: graphNotifications(client, calendarPath),

    capabilities: {
      write: true,
      incremental: true,
      watch: true,
      ownId: false,
      concurrency: MICROSOFT_CONCURRENCY,
    },

    async listCalendars() {
      const calendars: CalendarListEntry[] = [];
      for await (const page of pages(client, '/me/calendars')) {
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

    ownAhead,

    prepareCreate: createBody,

    prepareUpdate: updateBody,

    async create(calendarId, prepared) {
      const { body } = prepared;
      const target = `${calendarPath(calendarId)}/events`;
      const created = storedEvent(await client.send({ method: 'POST', target, body }), body);
      if (!isAsSent(created, body)) throw createdBefore();
      const seal = sealBody(created.id, body);
      const sealed = await client.send({
        method: 'PATCH',
        target: eventPath(calendarId, created.id),
        body: seal,
      });
      if (sealed.status === 200) return asCreated(created, storedEvent(sealed, seal));
      // Then the tag says so itself, and is completed by an update.
      if (!asksForPause(sealed)) return created;
      throw createdBeforePause(sealed);
    },

    async update(calendarId, prepared, etag) {
      const { body } = prepared;
      const target = eventPath(calendarId, prepared.eventId);
      return storedEvent(await client.send({ method: 'PATCH', target, body, etag }), body);
    },

    async delete(calendarId, eventId, etag) {
      const answer = await client.send({ method: 'DELETE', target: eventPath(calendarId, eventId), etag });
      if (isMissing(answer)) return;
      const said = accepted(answer);
      // Graph says nothing; a sign-in page of some network between us does, and has deleted nothing.
      if (typeof said === 'string' && said !== '') throw unreadable('deletion');
    },
  };
}

/** Which event the tag of one with this transaction id names: '' for none yet, null for one with another id. */
function selfUnder(event: GraphEvent, transactionId: string): string | null {
  const tag = tagFrom(event.id, event.transactionId, event.singleValueExtendedProperties);
  return event.transactionId === transactionId ? (tag?.self ?? null) : null;
}

/** UTC, and always as many digits. */
const createdAt = ({ createdDateTime = '' }: GraphEvent): string => createdDateTime;
