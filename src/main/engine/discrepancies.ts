import { assertNever } from '../../shared/assert-never.ts';
import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import type { Discrepancy } from '../../shared/domain/discrepancy.ts';
import { type Mapping, writesEvents } from '../../shared/domain/mapping.ts';
import type { LostLinkRow, OwnEventRow } from '../store/discrepancy-repository.ts';
import { eventFromRow } from '../store/observed-row.ts';
import type { Store } from '../store/store.ts';
import { exportScope } from './planner/selection.ts';

/** A discrepancy with what its repair needs to know. */
export interface Found extends Omit<Discrepancy, 'message' | 'held'> {
  readonly calendar: number;
  /** The event, where it is there. */
  readonly row: OwnEventRow | null;
  /** The link, where it is there. */
  readonly linkId: number | null;
}

/** One of our events; occurrences of a series that the technician made of it count as it. */
interface OwnEvent {
  readonly row: OwnEventRow;
  readonly event: CalendarEvent;
  /** The id that our tag says it has. */
  readonly self: string;
  readonly scope: string;
}

/**
 * Where what is known here and the pictures of the calendars disagree, as they were last read: a run finds changes, and
 * this finds what no change tells of. Asks nobody. An event whose tag names somebody for whom nothing is exported here
 * is another installation's, and no discrepancy.
 */
export function findDiscrepancies(store: Store): readonly Found[] {
  const mappings = store.mappings.list().map((mapping) => ({
    mapping,
    calendar: store.mappings.calendarOf(mapping.id),
  }));
  const byId = new Map(mappings.map((one) => [one.mapping.id, one]));
  const lost = (kind: Found['kind'], rows: readonly LostLinkRow[]): readonly Found[] =>
    rows.flatMap(({ link_id, mapping_id, source_id, event_id }) => {
      const owner = byId.get(mapping_id);
      if (owner === undefined) return [];
      const { mapping, calendar } = owner;
      const where = { calendar, row: null, linkId: link_id, ...placeOf(mapping) };
      return [{ kind, ...where, eventId: event_id, sourceId: source_id, title: '', start: '' }];
    });
  return [
    ...unexpectedEvents(store, mappings),
    ...lost('link-without-event', store.discrepancies.lostExports()),
    ...lost('block-without-event', store.discrepancies.lostBlocks()),
  ];
}

interface MappedCalendar {
  readonly mapping: Mapping;
  readonly calendar: number;
}

const placeOf = ({ id, accountId, calendarId }: Mapping) => ({ mappingId: id, accountId, calendarId });

/** Our own events that no link knows, or that are one too many, calendar by calendar. */
function unexpectedEvents(store: Store, mappings: readonly MappedCalendar[]): readonly Found[] {
  const linked = store.discrepancies.linkedEvents();
  const scopes = new Set(mappings.map(({ mapping }) => exportScope(mapping)));
  const byCalendar = Map.groupBy(ownEvents(store), ({ row }) => row.calendar);
  return [...byCalendar].flatMap(([calendar, events]) => {
    const here = mappings.filter((one) => one.calendar === calendar).map(({ mapping }) => mapping);
    const writer = here.find(({ direction }) => writesEvents(direction));
    const known = linked.get(calendar) ?? new Set<string>();
    const exported = events.filter(({ scope }) => writer !== undefined && scope === exportScope(writer));
    const owner = writer ?? here[0];
    if (owner === undefined) return [];
    const leftBehind = events.filter(
      (one) => scopes.has(one.scope) && !exported.includes(one) && !known.has(one.self),
    );
    return [
      ...(writer?.enabled === true ? unlinked(store, writer, exported, known) : []),
      ...leftBehind.map((one) => foundEvent('left-behind', one, owner)),
    ];
  });
}

function unlinked(
  { discrepancies }: Store,
  writer: Mapping,
  exported: readonly OwnEvent[],
  known: ReadonlySet<string>,
): readonly Found[] {
  return [...Map.groupBy(exported, ({ row }) => row.booking_id)].flatMap(([bookingId, twins]) => {
    if (discrepancies.isTouched(writer.id, bookingId)) return [];
    const strangers = twins.filter(({ self }) => !known.has(self));
    // Where none of them is known, one becomes the booking's event.
    const kept = strangers.length === twins.length ? strangers[0] : undefined;
    return strangers.map((one) =>
      foundEvent(one === kept ? 'event-without-link' : 'duplicate-event', one, writer),
    );
  });
}

function ownEvents(store: Store): readonly OwnEvent[] {
  const events = new Map<string, OwnEvent>();
  for (const row of store.discrepancies.ownEvents()) {
    const event = eventFromRow(row);
    if (event.tag === null) continue;
    const { self, scope } = event.tag;
    const key = `${row.calendar}\u001f${self}`;
    if (!events.has(key)) events.set(key, { row, event, self, scope });
  }
  return [...events.values()];
}

function foundEvent(kind: Found['kind'], { row, event, self }: OwnEvent, mapping: Mapping): Found {
  return {
    kind,
    calendar: row.calendar,
    row,
    linkId: null,
    ...placeOf(mapping),
    eventId: self,
    sourceId: row.booking_id,
    title: event.title,
    start: event.time.start,
  };
}

/** What is wrong, and what a repair does about it. */
export function discrepancyText({ kind }: Pick<Found, 'kind'>): string {
  switch (kind) {
    case 'event-without-link':
      return 'This exported event is not known here any more: it is recognised, and brought up to date with its booking.';
    case 'duplicate-event':
      return 'The booking has another event in this calendar: this one is removed.';
    case 'left-behind':
      return 'It was exported earlier, or by another device, and this device exports nothing to this calendar in that way: it is removed.';
    case 'link-without-event':
      return 'Its event is not in the calendar: it is looked for, and if it was deleted the mapping decides what follows.';
    case 'block-without-event':
      return 'The event of this busy time is not in the calendar: the busy time is removed.';
    default:
      return assertNever(kind);
  }
}
