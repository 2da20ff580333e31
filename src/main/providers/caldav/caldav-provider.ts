import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import { elaborated, toAppError } from '../../../shared/rpc/errors.ts';
import type { Clock, Fetch, Log } from '../../ports.ts';
import type { InstantSpan } from '../../time/rule.ts';
import { ianaZone, UTC, type Zone } from '../../time/zone.ts';
import type { CalendarProvider, EventChange, PreparedWrite, PullPage } from '../provider.ts';
import { readCursor, readingOf, writeCursor } from './caldav-cursor.ts';
import { refused, taken, takenBy, unreadable } from './caldav-errors.ts';
import { calendarsIn } from './calendar-list.ts';
import { type CalendarObject, changesIn, lookUpIn, type ObjectReading } from './calendar-object.ts';
import { type CollectionState, objectsAt, objectWithUid, stateOf } from './collection.ts';
import { allObjects, changesSince, positionAfter } from './collection-changes.ts';
import { createDavClient } from './dav-client.ts';
import type { CaldavHome } from './discovery.ts';
import { eventUid, nameFor, objectOf, uidFor, urlOf } from './event-name.ts';
import { editedObject, newObject, preparedWrite } from './event-to-ical.ts';

export interface CaldavProviderOptions extends CaldavHome {
  /** Authorizes, retries and limits. Does not follow redirects when asked not to. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** IANA zone of calendars that do not say theirs. */
  readonly timeZone: string;
  readonly log?: Log;
}

/** Personal servers are small, and the large ones count requests. */
export const CALDAV_CONCURRENCY = 4;

/** A CalDAV account (RFC 4791, RFC 6578) behind the provider port. Calendars are known by their URLs. */
export function createCaldavProvider(options: CaldavProviderOptions): CalendarProvider {
  const { clock } = options;
  const client = createDavClient(options.fetch);
  const addresses = new Set(options.addresses);
  const zones = new Map<string, Zone>();

  async function stateAndZone(calendarId: string): Promise<CollectionState & { readonly home: Zone }> {
    const state = await stateOf(client, new URL(calendarId));
    const home = state.zone ?? ianaZone(options.timeZone) ?? UTC;
    zones.set(calendarId, home);
    return { ...state, home };
  }

  async function readingOfObjects(calendarId: string): Promise<ObjectReading> {
    const home = zones.get(calendarId) ?? (await stateAndZone(calendarId)).home;
    const source = new URL(calendarId).host;
    const notice = (text: string): void => options.log?.('warn', 'caldav', text, { source });
    return { home, source, addresses, notice };
  }

  /** Null for one that cannot be read: it must not keep all the others from being synced. */
  function changesOf(
    object: CalendarObject,
    span: InstantSpan,
    anywhere: boolean,
    reading: ObjectReading,
  ): readonly EventChange[] | null {
    try {
      return changesIn(object, span, anywhere, reading);
    } catch (error) {
      const fields = { source: reading.source, event: object.name, error };
      options.log?.('warn', 'caldav', 'An event cannot be read and is left out.', fields);
      return null;
    }
  }

  /** By a report rather than GET: listings then name the same etag, whatever a proxy does to headers. */
  async function objectNamed(calendarId: string, name: string): Promise<CalendarObject | null> {
    const url = urlOf(calendarId, name);
    const { objects, gone } = await objectsAt(client, new URL(calendarId), [url]);
    const [object] = objects;
    if (object !== undefined) return object;
    if (gone.has(name)) return null;
    throw refused(url, new Response(null, { status: 403 }));
  }

  /** What is there after a write. A server may have given another name to what was created. */
  async function writtenAs(
    calendarId: string,
    name: string,
    before: string | null,
  ): Promise<CalendarObject | null> {
    const object = await objectNamed(calendarId, name);
    if (object !== null || before !== null) return object;
    return objectWithUid(client, new URL(calendarId), uidFor(name));
  }

  /**
   * Writes an object and answers with the event as it is there now. When that has another etag than the write was
   * answered with, somebody has changed it since: then it is what was written, so that their change is seen as one.
   * @param before what was there, or null for nothing
   */
  async function put(
    calendarId: string,
    name: string,
    text: string,
    condition: Readonly<Record<string, string>>,
    before: string | null,
  ): Promise<CalendarEvent> {
    const url = urlOf(calendarId, name);
    const headers = { 'content-type': 'text/calendar; charset=utf-8', ...condition };
    const response = await client.send(url, { method: 'PUT', headers, body: text });
    const etag = response.headers.get('etag');
    const stored = await writtenAs(calendarId, name, before).catch((error: unknown) => {
      // It is written, whatever became of the look at it.
      throw elaborated(toAppError(error), { effect: 'unknown' });
    });
    // Said to be written by somebody who is not the server: without an etag, and nothing is there or as it was.
    const isAsBefore = stored === null ? before === null : stored.text === before && before !== text;
    if (etag === null && isAsBefore) throw unreadable(url, 'a page for a change that it did not make');
    const isAsWritten = stored !== null && (etag === null || stored.etag === null || stored.etag === etag);
    const written = isAsWritten ? stored : { name, etag, text };
    const found = lookUpIn(written, written.name, await readingOfObjects(calendarId));
    if (found.kind === 'found') return found.event;
    throw unreadable(url, 'the event that was just written');
  }

  return {
    capabilities: {
      write: true,
      incremental: true,
      watch: false,
      ownId: true,
      readAfterWrite: true,
      concurrency: CALDAV_CONCURRENCY,
    },

    async listCalendars() {
      const homes = [options.home, ...options.otherHomes].map((url) => new URL(url));
      return calendarsIn(client, homes, options.timeZone, (home, error) => {
        const fields = { source: home.host, error };
        options.log?.('warn', 'caldav', 'One of several places with calendars cannot be read.', fields);
      });
    },

    async *pull(calendarId, cursorText, window): AsyncGenerator<PullPage> {
      const calendar = new URL(calendarId);
      const state = await stateAndZone(calendarId);
      const reading = await readingOfObjects(calendarId);
      const position = readingOf(reading.home.name);
      const span = { from: Date.parse(window.from), to: Date.parse(window.to) };
      if (cursorText === null) {
        const objects = await allObjects(client, calendar, state);
        const changes = objects.flatMap((object) => changesOf(object, span, false, reading) ?? []);
        const next = positionAfter(objects, state.ctag, position);
        yield { kind: 'page', changes, nextCursor: writeCursor(next) };
        return;
      }
      const cursor = readCursor(cursorText, position);
      const since = cursor === null ? null : await changesSince(client, calendar, state, cursor);
      if (since === null) {
        yield { kind: 'cursor-expired' };
        return;
      }
      const changes: EventChange[] = since.removed.map(
        (id): EventChange => ({ kind: 'removed', id, seriesId: null, proof: 'cancelled' }),
      );
      const relisted: string[] = [];
      for (const object of since.objects) {
        const shown = changesOf(object, span, true, reading);
        if (shown === null) continue;
        changes.push(...shown);
        relisted.push(object.name);
      }
      yield { kind: 'page', changes, nextCursor: writeCursor(since.next), relisted };
    },

    async get(calendarId, eventId) {
      const object = await objectNamed(calendarId, objectOf(eventId));
      if (object === null) return { kind: 'missing' };
      return lookUpIn(object, eventId, await readingOfObjects(calendarId));
    },

    prepareCreate(calendarId, desired, identity) {
      const uid = eventUid(options.principal, calendarId, identity.bookingId, identity.incarnation);
      return preparedWrite(nameFor(uid), desired, identity);
    },

    prepareUpdate: preparedWrite,

    async create(calendarId, prepared) {
      const text = newObject(prepared, clock.now());
      try {
        return await put(calendarId, prepared.eventId, text, { 'if-none-match': '*' }, null);
      } catch (error) {
        const by = takenBy(error);
        throw by === null ? error : taken(urlOf(calendarId, prepared.eventId), by, error);
      }
    },

    async update(calendarId, prepared, etag) {
      const object = await objectNamed(calendarId, prepared.eventId);
      const url = urlOf(calendarId, prepared.eventId);
      if (object === null) throw refused(url, new Response(null, { status: 404 }));
      const seen = etag ?? object.etag;
      const condition: Record<string, string> = seen === null ? {} : { 'if-match': seen };
      const text = edited(url, object, prepared, clock.now());
      return put(calendarId, prepared.eventId, text, condition, object.text);
    },

    async delete(calendarId, eventId, etag) {
      const headers: Record<string, string> = etag === null ? {} : { 'if-match': etag };
      const url = urlOf(calendarId, eventId);
      const { status, headers: said } = await client.send(
        url,
        { method: 'DELETE', headers },
        [404, 410, 412],
      );
      if (status === 412) {
        // What is not there meets no condition either (RFC 9110 section 13.1.1).
        if ((await objectNamed(calendarId, eventId)) === null) return;
        throw refused(url, new Response(null, { status }));
      }
      // A sign-in page of some network between us has deleted nothing.
      if (status === 200 && said.get('content-type')?.startsWith('text/html'))
        throw unreadable(url, 'deletion');
    },
  };
}

function edited(url: URL, object: CalendarObject, prepared: PreparedWrite, now: Date): string {
  try {
    return editedObject(object.text, prepared, now);
  } catch (error) {
    throw unreadable(url, 'the event as it is there', error);
  }
}
