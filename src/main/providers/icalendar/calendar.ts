import type { RecurrenceSet } from '../../time/recurrence-set.ts';
import { dateText, instantText } from '../../time/wall-time.ts';
import type { Zone } from '../../time/zone.ts';
import { zoneNamed } from '../../time/zone-name.ts';
import { wholeCalendars } from './calendar-text.ts';
import { type CalendarComponent, type EventComponent, parseCalendar } from './components.ts';
import { type EventContent, fingerprint, occurrenceStart, type ParsedEvent, parsedEvent } from './event.ts';
import { type Notice, zoneTable } from './zones.ts';

/** A calendar, read to its end. Windows and expansion come later: the same calendar answers for any window. */
export interface ParsedCalendar {
  /** What it calls itself, or null. */
  readonly name: string | null;
  /** The zone it says it is in, or the only one that it defines: a proposal for its floating times. */
  readonly timeZone: string | null;
  readonly entries: readonly CalendarEntry[];
}

export type CalendarEntry =
  | {
      readonly kind: 'single';
      readonly id: string;
      readonly iCalUid: string | null;
      readonly event: ParsedEvent;
    }
  | SeriesEntry
  | OverrideEntry;

export interface SeriesEntry {
  readonly kind: 'series';
  readonly id: string;
  readonly iCalUid: string | null;
  readonly event: ParsedEvent;
  readonly recurrence: RecurrenceSet;
  /** Starts that overrides stand for. */
  readonly replaced: ReadonlySet<number>;
  /** From where on the series is another (RANGE=THISANDFUTURE), ascending. */
  readonly turns: readonly Turn[];
}

export interface Turn {
  /** Start of the first occurrence that it holds for, as the series itself has it. */
  readonly at: number;
  readonly event: ParsedEvent;
}

/** An occurrence of a series that has its own VEVENT, with or without the series in the calendar. */
export interface OverrideEntry {
  readonly kind: 'override';
  readonly id: string;
  readonly iCalUid: string | null;
  readonly seriesId: string;
  readonly instanceKey: string;
  /** The start that it stands for. */
  readonly at: number;
  readonly event: ParsedEvent;
}

/** How a calendar is read where it is more than a feed. */
export interface Reading {
  /** The id of its event or series, where that is not the UID. */
  readonly id?: string;
  /** What an event says of itself beyond what every reader understands. */
  readonly content?: (component: EventComponent) => Partial<EventContent>;
}

/**
 * Reads the text of a calendar.
 * @param home where its floating times and whole days are lived
 * @param source whom to name in errors
 * @throws AppError PROVIDER_ERROR when it is not a whole calendar
 */
export function readCalendar(
  text: string,
  home: Zone,
  source: string,
  notice: Notice,
  reading: Reading = {},
): ParsedCalendar {
  const calendars = wholeCalendars(text, source).map((calendar) => parseCalendar(calendar, source));
  const events = calendars.flatMap((calendar) => eventsOf(calendar, home, notice, reading));
  return {
    name: calendars.map(({ name }) => name).find((name) => name !== '') ?? null,
    timeZone: proposedZone(calendars),
    entries: [...entriesOf(events, reading.id).values()],
  };
}

function eventsOf(
  calendar: CalendarComponent,
  home: Zone,
  notice: Notice,
  { content }: Reading,
): readonly ParsedEvent[] {
  const zones = zoneTable(calendar.zones, home, notice);
  return calendar.events.flatMap((component) => {
    const event = parsedEvent(component, zones, content);
    if (event !== null) return [event];
    notice(`The event ${component.uid || 'without UID'} has no start that can be read: it is left out.`);
    return [];
  });
}

function proposedZone(calendars: readonly CalendarComponent[]): string | null {
  const stated = calendars.map(({ timeZone }) => timeZone).find((timeZone) => timeZone !== '');
  const defined = new Set(calendars.flatMap(({ zones }) => zones.map(({ id }) => id)));
  const [name = ''] = stated === undefined && defined.size === 1 ? defined : [stated];
  return zoneNamed(name)?.name ?? null;
}

function entriesOf(
  events: readonly ParsedEvent[],
  id: string | undefined,
): ReadonlyMap<string, CalendarEntry> {
  const entries = new Map<string, CalendarEntry>();
  for (const [uid, group] of Map.groupBy(events, (event) => event.uid)) {
    const withId = uid === '' && id === undefined ? group.map(withoutUid) : sharedUid(uid, group, id ?? uid);
    for (const entry of withId) entries.set(entry.id, entry);
  }
  return entries;
}

function withoutUid(event: ParsedEvent): CalendarEntry {
  return masterEntry(fingerprint(event), null, event, UNCHANGED);
}

/** The events of one UID: at best one event or series, and the overrides of its occurrences. */
function sharedUid(uid: string, group: readonly ParsedEvent[], id: string): readonly CalendarEntry[] {
  const candidates = mastersAmong(group);
  const masters = distinct(latestRevision(candidates));
  const only = masters.length === 1 ? masters[0] : undefined;
  // Several meetings under one UID are several: it does not say whose copies they are.
  const iCalUid = masters.length > 1 || uid === '' ? null : uid;
  const overrides = overridesOf(id, iCalUid, without(group, candidates), only);
  const changes = changesBy(overrides);
  const entries = masters.map((event) =>
    masterEntry(only === undefined ? fingerprint(event) : id, iCalUid, event, changes),
  );
  return [...entries, ...overrides];
}

/**
 * What stands for an occurrence and repeats itself goes on where a series was changed (so does Notes), and is the
 * series where the rest of it is not at hand.
 */
function mastersAmong(group: readonly ParsedEvent[]): readonly ParsedEvent[] {
  const masters = group.filter(({ replaces }) => replaces === null);
  return masters.length > 0 ? masters : group.filter(({ recurrence }) => recurrence !== null);
}

function without(events: readonly ParsedEvent[], left: readonly ParsedEvent[]): readonly ParsedEvent[] {
  const leftOut = new Set(left);
  return events.filter((event) => !leftOut.has(event));
}

function distinct(events: readonly ParsedEvent[]): readonly ParsedEvent[] {
  if (events.length < 2) return events;
  return [...new Map(events.map((event) => [fingerprint(event), event])).values()];
}

/** RFC 5545 section 3.8.7.4: what has a lower SEQUENCE has been superseded. */
function latestRevision(events: readonly ParsedEvent[]): readonly ParsedEvent[] {
  if (events.length < 2) return events;
  const latest = events.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
  return events.filter(({ sequence }) => sequence >= latest);
}

function masterEntry(
  id: string,
  iCalUid: string | null,
  event: ParsedEvent,
  changes: SeriesChanges,
): CalendarEntry {
  const { recurrence } = event;
  if (recurrence === null) return { kind: 'single', id, iCalUid, event };
  return { kind: 'series', id, iCalUid, event, recurrence, ...changes };
}

type SeriesChanges = Pick<SeriesEntry, 'replaced' | 'turns'>;

const UNCHANGED: SeriesChanges = { replaced: new Set(), turns: [] };

function changesBy(overrides: readonly OverrideEntry[]): SeriesChanges {
  return {
    replaced: new Set(overrides.map(({ at }) => at)),
    turns: overrides
      .filter(({ event }) => event.replaces?.following === true)
      .map(({ at, event }) => ({ at, event }))
      .sort((a, b) => a.at - b.at),
  };
}

function overridesOf(
  seriesId: string,
  iCalUid: string | null,
  group: readonly ParsedEvent[],
  series: ParsedEvent | undefined,
): readonly OverrideEntry[] {
  const overrides = new Map<string, OverrideEntry>();
  for (const event of group) {
    if (event.replaces === null) continue;
    const start = series?.start ?? event.replaces.moment;
    const at = occurrenceStart(event.replaces.moment, start, event.home);
    const instanceKey = instanceKeyAt(at, start.kind === 'date');
    const earlier = overrides.get(instanceKey);
    if (earlier !== undefined && earlier.event.sequence > event.sequence) continue;
    const id = occurrenceId(seriesId, instanceKey);
    overrides.set(instanceKey, { kind: 'override', id, iCalUid, seriesId, instanceKey, at, event });
  }
  return [...overrides.values()];
}

/** Where its series has an occurrence: UTC instant without milliseconds, or date. */
export function instanceKeyAt(start: number, dated: boolean): string {
  return keyFrom(dated ? dateText(start) : instantText(start));
}

/** The same from the text of a date or of a UTC instant. */
export function keyFrom(start: string): string {
  return start.length === 10 ? start : `${start.slice(0, 19)}Z`;
}

export function occurrenceId(seriesId: string, instanceKey: string): string {
  return `${seriesId}/${instanceKey}`;
}
