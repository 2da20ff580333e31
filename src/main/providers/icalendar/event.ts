import { hash } from 'node:crypto';
import type { CalendarEvent, EventTime } from '../../../shared/domain/calendar-event.ts';
import { type Duration, endAfter, parseDuration } from '../../time/duration.ts';
import type { RecurrenceSet } from '../../time/recurrence-set.ts';
import { DAY_MS, dateText, instantText, startOfDay } from '../../time/wall-time.ts';
import { toInstant, UTC, type Zone } from '../../time/zone.ts';
import type { EventComponent } from './components.ts';
import {
  dayOf,
  instantOf,
  isFloating,
  isThisAndFuture,
  type Moment,
  parseAddedMoments,
  parseMoment,
  parseMoments,
  type ZoneTable,
} from './property.ts';

/** What an event says beside which one it is and when. */
export type EventContent = Omit<
  CalendarEvent,
  'id' | 'seriesId' | 'instanceKey' | 'iCalUid' | 'time' | 'form'
>;

/** A VEVENT with its times read. */
export interface ParsedEvent {
  /** '' where it has none. */
  readonly uid: string;
  readonly sequence: number;
  readonly cancelled: boolean;
  readonly start: Moment;
  readonly length: Duration;
  /** Where its days are lived. */
  readonly home: Zone;
  readonly recurrence: RecurrenceSet | null;
  /** Lengths of those of its dates that have their own, by their start. */
  readonly lengths: ReadonlyMap<number, Duration>;
  /** The occurrence that it stands for, and whether also for all that follow. */
  readonly replaces: { readonly moment: Moment; readonly following: boolean } | null;
  readonly content: EventContent;
  readonly component: EventComponent;
}

/**
 * A component as an event, or null when it has no start that can be read.
 * @param more what it says of itself beyond what every reader understands
 */
export function parsedEvent(
  component: EventComponent,
  zones: ZoneTable,
  more?: (component: EventComponent) => Partial<EventContent>,
): ParsedEvent | null {
  const cancelled = component.status === 'CANCELLED';
  // What is cancelled need not say when it would have been (RFC 5546 section 3.2.5).
  const start = parseMoment(component.start || (cancelled ? component.recurrenceId : ''), zones);
  if (start === null) return null;
  // What is floating beside a start with a zone is meant in that zone.
  const beside = { ...zones, home: start.kind === 'time' ? start.zone : zones.home };
  const replaced = parseMoment(component.recurrenceId, beside);
  const repeats = component.rules.length > 0 || component.dates.length > 0;
  const added = repeats ? addedStarts(component, start, beside, zones.home) : [];
  return {
    uid: component.uid,
    sequence: component.sequence,
    cancelled,
    start,
    length: lengthOf(component, start, beside),
    home: zones.home,
    recurrence: repeats ? recurrenceOf(component, start, beside, zones.home, added) : null,
    lengths: new Map(added.flatMap(({ at, length }) => (length === null ? [] : [[at, length] as const]))),
    replaces:
      replaced === null ? null : { moment: replaced, following: isThisAndFuture(component.recurrenceId) },
    content: more === undefined ? contentOf(component) : { ...contentOf(component), ...more(component) },
    component,
  };
}

function lengthOf(component: EventComponent, start: Moment, zones: ZoneTable): Duration {
  const end = parseMoment(component.end, zones);
  if (end !== null) return lengthUntil(end, start, zones.home);
  const duration = parseDuration(component.duration);
  if (start.kind === 'date') {
    const days = duration === null ? 1 : duration.days + Math.ceil(duration.milliseconds / DAY_MS);
    return { days: Math.max(1, days), milliseconds: 0 };
  }
  return duration ?? { days: 0, milliseconds: 0 };
}

/** As long as the first occurrence is, exactly, all others are (RFC 5545 section 3.8.5.3); days are whole, at least one. */
function lengthUntil(end: Moment, start: Moment, home: Zone): Duration {
  if (start.kind === 'date') {
    const days = Math.ceil((end.wall - start.wall) / DAY_MS);
    return { days: Math.max(1, days), milliseconds: 0 };
  }
  return { days: 0, milliseconds: Math.max(0, instantOf(end, home) - instantOf(start, home)) };
}

interface AddedStart {
  readonly at: number;
  readonly length: Duration | null;
}

function addedStarts(
  component: EventComponent,
  start: Moment,
  zones: ZoneTable,
  home: Zone,
): readonly AddedStart[] {
  return parseAddedMoments(component.dates, zones).map(({ start: moment, length }) => ({
    at: occurrenceStart(moment, start, home),
    // A date added to a series of times has nothing to say of how long they are.
    length: start.kind === 'date' ? null : length,
  }));
}

/**
 * The start of the occurrence that a RDATE or RECURRENCE-ID means, as an instant; for a series of days, midnight of
 * its day in UTC. Where its form is not that of the series, it is the one of that day.
 */
export function occurrenceStart(moment: Moment, start: Moment, home: Zone): number {
  if (start.kind === 'date') return dayOf(moment, home);
  if (moment.kind === 'time') return instantOf(moment, home);
  return toInstant(start.zone, moment.wall + (start.wall - startOfDay(start.wall)));
}

function recurrenceOf(
  component: EventComponent,
  start: Moment,
  zones: ZoneTable,
  home: Zone,
  added: readonly AddedStart[],
): RecurrenceSet {
  const exceptions = parseMoments(component.exceptions, zones);
  const dated = start.kind === 'date';
  return {
    start: start.wall,
    zone: dated ? UTC : start.zone,
    dated,
    home,
    rules: component.rules,
    exceptionRules: component.exceptionRules,
    dates: added.map(({ at }) => at),
    exceptions: new Set(
      exceptions.flatMap((moment) =>
        isDayIn(moment, dated) ? [] : [instantOf(moment, home), ...meantLocally(moment, component, start)],
      ),
    ),
    exceptionDays: new Set(
      exceptions.flatMap((moment) => (isDayIn(moment, dated) ? [dayOf(moment, home)] : [])),
    ),
  };
}

/** To times without a zone some programs write exceptions with a Z that means nothing. */
function meantLocally(moment: Moment, component: EventComponent, start: Moment): readonly number[] {
  const isMixed = moment.kind === 'time' && moment.zone === UTC && isFloating(component.start);
  return isMixed && start.kind === 'time' ? [toInstant(start.zone, moment.wall)] : [];
}

const isDayIn = (moment: Moment, dated: boolean): boolean => dated || moment.kind === 'date';

/** The first start, as `RecurrenceSet` counts them: an instant, or for days midnight in UTC. */
export function firstStart({ start }: ParsedEvent): number {
  return start.kind === 'date' ? start.wall : toInstant(start.zone, start.wall);
}

/** The end of the occurrence that starts there, counted likewise. */
export function endOf(event: ParsedEvent, start: number): number {
  const zone = event.start.kind === 'date' ? UTC : event.start.zone;
  return endAfter(start, event.lengths.get(start) ?? event.length, zone);
}

/** The time of the occurrence that starts there. */
export function timeFrom(event: ParsedEvent, start: number): EventTime {
  const end = endOf(event, start);
  if (event.start.kind === 'date') {
    return { kind: 'all-day', start: dateText(start), end: dateText(end), timeZone: event.home.name };
  }
  return {
    kind: 'timed',
    start: instantText(start),
    end: instantText(end),
    timeZone: event.start.zone.name,
  };
}

/**
 * Identifies an event by when and what it is, where its UID does not: without it or shared with others. What changes
 * by itself from one fetch to the next, such as DTSTAMP or a description, is left out.
 */
export function fingerprint({ component }: ParsedEvent): string {
  const { uid, start, end, duration, rules, dates, recurrenceId, summary, location } = component;
  const text = JSON.stringify([uid, start, end, duration, rules, dates, recurrenceId, summary, location]);
  return `event-${hash('sha256', text, 'hex').slice(0, 32)}`;
}

/**
 * Outlook says more exactly than TRANSP what a time is kept for: somebody working elsewhere can be booked.
 *
 * https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxcical (X-MICROSOFT-CDO-BUSYSTATUS)
 */
function contentOf(component: EventComponent): EventContent {
  const { busyStatus } = component;
  const isFree = component.transparency === 'TRANSPARENT' || /^(FREE|WORKINGELSEWHERE)$/.test(busyStatus);
  return {
    status: component.status === 'TENTATIVE' ? 'tentative' : 'confirmed',
    transparency: isFree ? 'free' : 'busy',
    response: busyStatus === 'TENTATIVE' ? 'tentative' : 'accepted',
    visibility: /^(PRIVATE|CONFIDENTIAL)$/.test(component.class) ? 'private' : 'default',
    kind: busyStatus === 'OOF' ? 'out-of-office' : 'default',
    title: component.summary,
    description: component.description,
    location: component.location,
    etag: null,
    tag: null,
  };
}
