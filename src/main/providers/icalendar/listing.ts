import { assertNever } from '../../../shared/assert-never.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import type { Duration } from '../../time/duration.ts';
import { expand } from '../../time/recurrence-set.ts';
import type { InstantSpan } from '../../time/rule.ts';
import { lastNotAfter } from '../../time/sorted.ts';
import { DAY_MS, startOfDay } from '../../time/wall-time.ts';
import { toInstant, toWall, UTC, type Zone } from '../../time/zone.ts';
import type { EventChange, EventLookup } from '../provider.ts';
import {
  type CalendarEntry,
  instanceKeyAt,
  keyFrom,
  occurrenceId,
  type ParsedCalendar,
  type SeriesEntry,
  type Turn,
} from './calendar.ts';
import { tooManyOccurrences } from './errors.ts';
import { endOf, firstStart, type ParsedEvent, timeFrom } from './event.ts';
import type { Notice } from './zones.ts';

/** What the rules of a calendar may take for one listing, in starts calculated: half a minute, and more than anybody has. */
const MAX_WORK = 3_000_000;

/**
 * What a calendar shows of a window, one by one, so that an endless series is never held in memory.
 * @param source whom to name in errors
 * @throws AppError PROVIDER_ERROR when its rules yield too much
 */
export function* listCalendar(
  calendar: ParsedCalendar,
  span: InstantSpan,
  source: string,
  notice: Notice,
  maxWork = MAX_WORK,
): Generator<EventChange> {
  let work = 0;
  for (const entry of calendar.entries) {
    if (entry.kind !== 'series') {
      if (overlaps(entry.event, firstStart(entry.event), span)) yield changeOf(entry);
      continue;
    }
    if (entry.event.cancelled) {
      yield { kind: 'removed', id: entry.id, seriesId: null, proof: 'cancelled' };
      continue;
    }
    const expansion = expandSeries(entry, span);
    for (const reason of expansion.refused) {
      notice(
        `The series ${entry.id} cannot be followed (${reason}): only its first and its listed dates are.`,
      );
    }
    work += expansion.work;
    if (work > maxWork) throw tooManyOccurrences(source);
    for (const occurrence of expansion.occurrences) {
      if (overlaps(occurrence.event, occurrence.start, span)) {
        yield { kind: 'event', event: occurrenceEvent(entry, occurrence) };
      }
    }
  }
}

/** What an event of the calendar looks like by itself, whatever window it is in. A series answers with its master. */
export function lookUp(calendar: ParsedCalendar, id: string): EventLookup {
  const entry = calendar.entries.find((candidate) => candidate.id === id);
  if (entry === undefined) return lookUpOccurrence(calendar, id);
  if (entry.event.cancelled) return { kind: 'cancelled', sent: null };
  return { kind: 'found', event: eventOf(entry) };
}

function lookUpOccurrence(calendar: ParsedCalendar, id: string): EventLookup {
  const key = id.slice(id.lastIndexOf('/') + 1);
  const at = Date.parse(key);
  if (Number.isNaN(at)) return { kind: 'missing' };
  for (const entry of calendar.entries) {
    if (entry.kind !== 'series' || id !== occurrenceId(entry.id, key)) continue;
    if (entry.event.cancelled) return { kind: 'cancelled', sent: null };
    const starts = expand(entry.recurrence, { from: at, to: at + 1 }).starts;
    if (entry.replaced.has(at) || starts.length === 0) return { kind: 'missing' };
    return { kind: 'found', event: occurrenceEvent(entry, occurrenceAt(entry, at)) };
  }
  return { kind: 'missing' };
}

function changeOf(entry: Exclude<CalendarEntry, SeriesEntry>): EventChange {
  if (!entry.event.cancelled) return { kind: 'event', event: eventOf(entry) };
  const seriesId = entry.kind === 'override' ? entry.seriesId : null;
  return { kind: 'removed', id: entry.id, seriesId, proof: 'cancelled' };
}

function eventOf(entry: CalendarEntry): CalendarEvent {
  const { id, iCalUid, event } = entry;
  const base = { ...event.content, id, iCalUid, time: timeFrom(event, firstStart(event)) };
  switch (entry.kind) {
    case 'single':
      return { ...base, seriesId: null, instanceKey: '', form: 'single' };
    case 'series':
      return { ...base, seriesId: null, instanceKey: '', form: 'series' };
    case 'override':
      return { ...base, seriesId: entry.seriesId, instanceKey: entry.instanceKey, form: 'occurrence' };
    default:
      return assertNever(entry);
  }
}

/** One time of a series: where its rules have it, and what and when it is since the last turn of the series. */
interface Occurrence {
  readonly at: number;
  readonly start: number;
  readonly event: ParsedEvent;
}

function occurrenceEvent(series: SeriesEntry, { at, start, event }: Occurrence): CalendarEvent {
  const time = timeFrom(event, start);
  const dated = series.event.start.kind === 'date';
  // Writing instants out is the most of the work, so that the key is taken from the time where it is the same.
  const instanceKey =
    at === start && dated === (time.kind === 'all-day') ? keyFrom(time.start) : instanceKeyAt(at, dated);
  return {
    ...event.content,
    id: occurrenceId(series.id, instanceKey),
    seriesId: series.id,
    instanceKey,
    iCalUid: series.iCalUid,
    time,
    form: 'occurrence',
  };
}

interface SeriesExpansion {
  readonly occurrences: readonly Occurrence[];
  readonly refused: readonly string[];
  readonly work: number;
}

/** All occurrences that reach into the span, and perhaps a few more. */
function expandSeries(series: SeriesEntry, span: InstantSpan): SeriesExpansion {
  const shifts = series.turns.map(({ at, event }) => firstStart(event) - at);
  const longest = largest([series.event, ...series.turns.map(({ event }) => event)].map(longestOf));
  const { starts, refused, work } = expand(series.recurrence, {
    from: span.from - longest - largest(shifts) - DAY_MS,
    to: span.to + largest(shifts.map((shift) => -shift)) + DAY_MS,
  });
  const occurrences = starts
    .filter((at) => !series.replaced.has(at))
    .map((at) => occurrenceAt(series, at))
    .filter(({ event }) => !event.cancelled);
  return { occurrences, refused, work };
}

function longestOf({ length, lengths }: ParsedEvent): number {
  const inAll = ({ days, milliseconds }: Duration): number => days * DAY_MS + milliseconds;
  return largest([length, ...lengths.values()].map(inAll));
}

/** The largest of them, at least 0. As arguments of `Math.max` they could be too many. */
const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, next) => Math.max(most, next), 0);

function occurrenceAt(series: SeriesEntry, at: number): Occurrence {
  const turn = lastNotAfter(series.turns, at);
  if (turn === undefined) return { at, start: at, event: series.event };
  return { at, start: startAfterTurn(series.event, turn, at), event: turn.event };
}

/** As far from its old place by the clock as the first occurrence that was moved (RFC 5545 section 3.2.13). */
function startAfterTurn(original: ParsedEvent, turn: Turn, at: number): number {
  const before = zoneOf(original);
  const bothTimed = original.start.kind === 'time' && turn.event.start.kind === 'time';
  const after = bothTimed ? before : zoneOf(turn.event);
  const moved = bothTimed ? toWall(after, firstStart(turn.event)) : turn.event.start.wall;
  const wall = toWall(before, at) + moved - toWall(before, turn.at);
  return toInstant(after, turn.event.start.kind === 'date' ? startOfDay(wall) : wall);
}

const zoneOf = ({ start }: ParsedEvent): Zone => (start.kind === 'date' ? UTC : start.zone);

function overlaps(event: ParsedEvent, start: number, span: InstantSpan): boolean {
  return start < span.to && (start >= span.from || endOf(event, start) > span.from);
}
