import type { EventChange, PullPage, Window } from '../provider.ts';
import { changeFrom, GraphEvent, occurrenceOf } from './event-from-graph.ts';
import { type GraphClient, Link } from './graph-client.ts';
import { CursorRefused, type GraphPage, pages } from './graph-pages.ts';
import { read, unreadable } from './microsoft-errors.ts';
import { parseTransactionId } from './ownership.ts';

/** So many pages in a row without anything new, and a listing does not end. A few empty or repeated ones are usual. */
const MAX_IDLE_PAGES = 20;

/** Reads events by their ids, with their ownership tags; null for those that are gone. */
export type ReadEvents = (ids: readonly string[]) => Promise<ReadonlyMap<string, GraphEvent | null>>;

/**
 * A calendar by `calendarView/delta`: what overlaps the window, and then what has changed.
 *
 * https://learn.microsoft.com/en-us/graph/api/event-delta
 *
 * @param calendarPath what follows `/v1.0`, encoded
 * @param cursor a delta link
 */
export async function* listEvents(
  client: GraphClient,
  calendarPath: string,
  readEvents: ReadEvents,
  cursor: string | null,
  window: Window,
): AsyncGenerator<PullPage> {
  const range = new URLSearchParams({ startDateTime: window.from, endDateTime: window.to });
  const first = cursor === null ? `${calendarPath}/calendarView/delta?${range}` : new Link(cursor);
  const changesOf = createCompletion(readEvents, cursor !== null);
  const note = createProgress();
  try {
    if (first instanceof Link && !client.reaches(first)) throw new CursorRefused();
    for await (const page of pages(client, first)) {
      const events = page.value.map((item) => read(GraphEvent, item, 'event'));
      note(events);
      yield { kind: 'page', changes: await changesOf(events), nextCursor: cursorOf(page) };
    }
  } catch (thrown) {
    if (!(thrown instanceof CursorRefused)) throw thrown;
    yield { kind: 'cursor-expired' };
  }
}

/** On the last page only; without it there is no telling whether that was all. */
function cursorOf({ more, deltaLink }: GraphPage): string | null {
  if (more) return null;
  if (deltaLink === null) throw unreadable('the listing is incomplete');
  return deltaLink;
}

/**
 * Turns the pages of one listing into changes. Occurrences say little there, so they are completed from their series,
 * which is listed beside them or read once; series themselves are not passed on. Our own events are read by id, since
 * a delta listing cannot show their ownership tag. So are removed ones, since they may only have left the window, and
 * since of a deleted series nothing else is told: once it is known to be gone, its occurrences are.
 */
function createCompletion(readEvents: ReadEvents, isIncremental: boolean) {
  /** Series, and what was read by id; null for what is gone. */
  const known = new Map<string, GraphEvent | null>();

  /** What has to be read to understand an entry. */
  function wanted(event: GraphEvent): string | null {
    const { id, seriesMasterId } = event;
    if (isRemoved(event)) return isIncremental ? id : null;
    if (isSeries(event)) return null;
    if (seriesMasterId === undefined) return isOurs(event) ? id : null;
    return known.has(seriesMasterId) ? null : seriesMasterId;
  }

  function changesOf(event: GraphEvent): readonly EventChange[] {
    const { id, seriesMasterId } = event;
    if (isRemoved(event)) return [gone(event, known.get(id) === null ? 'cancelled' : 'unlisted')];
    if (isSeries(event)) return [];
    if (seriesMasterId === undefined && !isOurs(event)) return [changeFrom(event)];
    const read = known.get(seriesMasterId ?? id) ?? null;
    if (read === null) return [gone(event, 'unlisted')];
    return [changeFrom(seriesMasterId === undefined ? read : occurrenceOf(read, event))];
  }

  return async (listed: readonly GraphEvent[]): Promise<readonly EventChange[]> => {
    // What is listed twice is meant as it stands last.
    const events = [...new Map(listed.map((event) => [event.id, event])).values()];
    for (const event of events) if (isSeries(event) && !isOurs(event)) known.set(event.id, event);
    const ids = new Set(events.map(wanted).filter((id) => id !== null));
    for (const [id, event] of await readEvents([...ids])) known.set(id, event);
    return events.flatMap(changesOf);
  };
}

function gone({ id, seriesMasterId }: GraphEvent, proof: 'cancelled' | 'unlisted'): EventChange {
  return { kind: 'removed', id, seriesId: seriesMasterId ?? null, proof };
}

const isRemoved = (event: GraphEvent): boolean => event['@removed'] !== undefined;
const isSeries = (event: GraphEvent): boolean => event.type === 'seriesMaster' && !isRemoved(event);
const isOurs = ({ transactionId }: Pick<GraphEvent, 'transactionId'>): boolean =>
  parseTransactionId(transactionId) !== null;

/** Delta listings may repeat what they have listed, and have been seen to do so for ever. */
function createProgress() {
  const seen = new Set<string>();
  let idle = 0;
  return (events: readonly GraphEvent[]): void => {
    const before = seen.size;
    for (const event of events)
      seen.add(`${event.id} ${isRemoved(event) ? 'removed' : (event['@odata.etag'] ?? '')}`);
    idle = seen.size > before ? 0 : idle + 1;
    if (idle > MAX_IDLE_PAGES) throw unreadable('the listing does not end');
  };
}
