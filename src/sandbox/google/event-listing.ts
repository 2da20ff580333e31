import { isWithin, type Window } from '../window.ts';
import { type CancelledEvent, cancelled, type GoogleEvent, type ListedEvent } from './event.ts';
import { type EventQuery, expansionWindowOf, isSynchronizable, windowOf } from './event-query.ts';
import type { Entry, EventStore } from './event-store.ts';
import { instantOfTime } from './event-time.ts';
import type { Place } from './listing-token.ts';
import { occurrenceOf } from './recurrence.ts';
import { instanceId, instanceOf, isSeries, occurrencesWithin, parseInstanceId } from './series.ts';

/** An item of a listing, with the place right behind it. */
export interface Placed {
  readonly item: ListedEvent;
  readonly place: Place;
}

const byId = (a: ListedEvent, b: ListedEvent): number => (a.id < b.id ? -1 : 1);

/**
 * A full listing in order of creation, from a place onwards. What is created while a client pages comes last; what is
 * changed meanwhile shows as it then is.
 * @param asOf the position in the change log that the calendar is read at
 */
export function* listAll(store: EventStore, query: EventQuery, from: Place, asOf: number): Generator<Placed> {
  for (let index = from.index; index < store.size; index += 1) {
    const entry = store.entryAt(index, asOf);
    if (entry === null || entry.detached) continue;
    const items = itemsOf(store, entry, query, asOf).filter((item) => matches(item, query));
    yield* placed(items, index, from);
  }
}

/**
 * An incremental listing: what the log's changes from `since` until `until` have touched, as it now is, cancelled
 * entries included. A changed single event shows wherever it now is, since a client must learn that it has left the
 * window; of a changed series the instances inside the window show.
 */
export function* listChanges(
  store: EventStore,
  query: EventQuery,
  { since, until }: { readonly since: number; readonly until: number },
  from: Place,
  asOf: number,
): Generator<Placed> {
  const changes = store.changedBetween(since, until);
  const told = new Set(changes.map(({ id }) => id));
  for (const { id, index } of changes) {
    const entry = index < from.index ? null : store.entry(id, asOf);
    // What has changed of a changed series is told with it.
    if (entry === null || (query.singleEvents && told.has(entry.event.recurringEventId ?? ''))) continue;
    const items = changedItems(store, entry, query, since, asOf);
    const wanted = items.filter((item) => item.status === 'cancelled' || isOfTypes(item, query));
    yield* placed(wanted, index, from);
  }
}

/** The instances of one series, as `events.instances` gives them. */
export function* listInstances(
  store: EventStore,
  series: GoogleEvent,
  query: EventQuery,
  from: Place,
): Generator<Placed> {
  const instances = instancesOf(store, series, expansionWindowOf(query), store.position);
  yield* placed(
    instances.filter(({ status }) => query.showDeleted || status !== 'cancelled'),
    0,
    from,
  );
}

function* placed(items: readonly ListedEvent[], index: number, from: Place): Generator<Placed> {
  for (const item of items) {
    if (index === from.index && from.after !== null && item.id <= from.after) continue;
    yield { item, place: { index, after: item.id } };
  }
}

function itemsOf(store: EventStore, entry: Entry, query: EventQuery, asOf: number): readonly ListedEvent[] {
  const { event } = entry;
  const window = windowOf(query);
  if (isSeries(event) && query.singleEvents) {
    if (event.status === 'cancelled' && !showsDeleted(event, query)) return [];
    const instances = instancesOf(store, event, expansionWindowOf(query), asOf);
    return instances.filter((instance) => instance.status !== 'cancelled' || showsDeleted(instance, query));
  }
  if (event.recurringEventId !== undefined) {
    // Expanded, an exception shows with its series.
    if (query.singleEvents || !isWithin(window, entry.start, entry.end)) return [];
    const series = store.entry(event.recurringEventId, asOf)?.event;
    if (series?.status === 'cancelled') return query.showDeleted ? [{ ...event, status: 'cancelled' }] : [];
    if (event.status !== 'cancelled' || query.showDeleted) return [event];
    // The rules alone do not tell that this occurrence is gone, so it shows without being asked for.
    return [cancelled(event)];
  }
  if (event.status === 'cancelled' && !showsDeleted(event, query)) return [];
  const touches = isSeries(event)
    ? seriesTouches(store, entry, query)
    : isWithin(window, entry.start, entry.end);
  return touches ? [event] : [];
}

function seriesTouches(store: EventStore, { event, start }: Entry, query: EventQuery): boolean {
  const { from, to } = expansionWindowOf(query);
  if (start >= windowOf(query).to) return false;
  if (query.timeMin === null || start >= from) return true;
  return occurrencesWithin(event, { from, to }, store.timeZone).length > 0;
}

/**
 * The instances of a series inside a window, by id, those that were edited or cancelled as they now are.
 * @param since those edited from this position on show wherever they are
 */
function instancesOf(
  store: EventStore,
  series: GoogleEvent,
  window: Window,
  asOf: number,
  since = Number.POSITIVE_INFINITY,
): readonly GoogleEvent[] {
  const exceptions = store.exceptionsOf(series.id, asOf).filter(({ detached }) => !detached);
  const touched = new Set(exceptions.map(({ event }) => event.id));
  const untouched = occurrencesWithin(series, window, store.timeZone)
    .filter(({ key }) => !touched.has(instanceId(series.id, key)))
    .map((occurrence) => instanceOf(series, occurrence, store.timeZone));
  const edited = exceptions
    .filter(({ start, end, change }) => change >= since || isWithin(window, start, end))
    .map(({ event }) => (series.status === 'cancelled' ? { ...event, status: series.status } : event));
  return edited.length === 0 ? untouched : [...untouched, ...edited].sort(byId);
}

function changedItems(
  store: EventStore,
  entry: Entry,
  query: EventQuery,
  since: number,
  asOf: number,
): readonly ListedEvent[] {
  const { event } = entry;
  if (!query.singleEvents) return [shown(event, query)];
  if (event.recurringEventId !== undefined) {
    const series = store.entry(event.recurringEventId, asOf)?.event;
    return [shown(series?.status === 'cancelled' ? { ...event, status: series.status } : event, query)];
  }
  const former = store.formerSeries(event.id, since);
  if (!isSeries(event) && former.length === 0) return [shown(event, query)];

  const window = expansionWindowOf(query);
  const instances = isSeries(event) ? instancesOf(store, event, window, asOf, since) : [];
  const known = instances
    .filter((instance) => !wasCancelledBefore(store, instance.id, since))
    .map((instance) => shown(instance, query));
  const present = new Set(instances.map(({ id }) => id));
  const vanished = former
    .flatMap((series) => formerInstances(store, series, window))
    .filter(({ id }) => !present.has(id) && !wasCancelledBefore(store, id, since));
  const itself = isSeries(event) && event.status !== 'cancelled' ? [] : [shown(event, query)];
  const items = new Map([...vanished, ...known, ...itself].map((item) => [item.id, item]));
  return [...items.values()].sort(byId);
}

/** What a client may hold of a series whose rules have changed, reported as gone. */
function formerInstances(store: EventStore, series: GoogleEvent, window: Window): readonly CancelledEvent[] {
  const occurrences = new Map(
    occurrencesWithin(series, window, store.timeZone).map((occurrence) => [occurrence.key, occurrence]),
  );
  // An occurrence that was moved into the window is not found by its rules.
  for (const { event } of store.exceptionsOf(series.id)) {
    const key = parseInstanceId(event.id)?.key ?? '';
    const occurrence = occurrenceOf(series, key, store.timeZone);
    if (occurrence !== null) occurrences.set(key, occurrence);
  }
  return [...occurrences.values()].map((occurrence) =>
    cancelled(instanceOf(series, occurrence, store.timeZone)),
  );
}

/** Whether a client whose token stood at `since` had already been told that this instance is gone. */
function wasCancelledBefore(store: EventStore, id: string, since: number): boolean {
  const entry = store.entry(id);
  return entry !== null && !entry.detached && entry.event.status === 'cancelled' && entry.change < since;
}

function shown(event: GoogleEvent, query: EventQuery): ListedEvent {
  return event.status === 'cancelled' && !query.showDeleted ? cancelled(event) : event;
}

/** `updatedMin` shows what was deleted since, too. */
function showsDeleted(event: GoogleEvent, query: EventQuery): boolean {
  return query.showDeleted || (query.updatedMin !== null && Date.parse(event.updated) >= query.updatedMin);
}

function matches(item: ListedEvent, query: EventQuery): boolean {
  if (!('updated' in item)) return isSynchronizable(query);
  const { private: privately, shared } = item.extendedProperties ?? {};
  return (
    isOfTypes(item, query) &&
    (query.iCalUID === null || item.iCalUID === query.iCalUID) &&
    (query.updatedMin === null || Date.parse(item.updated) >= query.updatedMin) &&
    (query.q === null || mentions(item, query.q)) &&
    hasProperties(privately, query.privateExtendedProperty) &&
    hasProperties(shared, query.sharedExtendedProperty)
  );
}

function isOfTypes(item: ListedEvent, { eventTypes }: EventQuery): boolean {
  return eventTypes.length === 0 || ('eventType' in item && eventTypes.includes(item.eventType));
}

function hasProperties(
  properties: Readonly<Record<string, string>> | undefined,
  constraints: readonly string[],
): boolean {
  return constraints.every((constraint) => {
    const equals = constraint.indexOf('=');
    return properties?.[constraint.slice(0, equals)] === constraint.slice(equals + 1);
  });
}

function mentions(event: GoogleEvent, q: string): boolean {
  const { summary, description, location, attendees = [], organizer } = event;
  const people = [...attendees, organizer].flatMap((person) => [person?.email, person?.displayName]);
  const text = [summary, description, location, ...people].join('\n').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((term) => text.includes(term));
}

/** What a listing is sorted by: the start or the last change, then the id. */
export function sortKey(item: ListedEvent, orderBy: 'startTime' | 'updated', calendarZone: string): string {
  if (!('start' in item)) return item.id;
  const instant = orderBy === 'updated' ? Date.parse(item.updated) : instantOfTime(item.start, calendarZone);
  return `${new Date(instant).toISOString()} ${item.id}`;
}
