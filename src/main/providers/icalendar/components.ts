import { sync } from 'node-ical';
import { asMeant, OWNERSHIP_PROPERTY, type RawCalendar, type RawComponent } from './calendar-text.ts';
import { unreadable } from './errors.ts';
import { type RawProperty, ruleOf, uidOf } from './property.ts';

/** A VEVENT (RFC 5545 section 3.6.1). Its times are raw properties still, see `property.ts`. '' is what it lacks. */
export interface EventComponent {
  readonly uid: string;
  readonly summary: string;
  readonly description: string;
  readonly location: string;
  /** In capitals, like those that follow. */
  readonly status: string;
  readonly class: string;
  readonly transparency: string;
  readonly busyStatus: string;
  readonly sequence: number;
  readonly start: RawProperty;
  readonly end: RawProperty;
  readonly duration: string;
  readonly rules: readonly string[];
  readonly exceptionRules: readonly string[];
  readonly dates: readonly RawProperty[];
  readonly exceptions: readonly RawProperty[];
  readonly recurrenceId: RawProperty;
  readonly organizer: RawProperty;
  readonly attendees: readonly RawProperty[];
  /** As it was written. */
  readonly ownership: string;
}

/** A STANDARD or DAYLIGHT of a VTIMEZONE (section 3.6.5). */
export interface ObservanceComponent {
  readonly offsetFrom: string;
  readonly offsetTo: string;
  readonly start: RawProperty;
  readonly rules: readonly string[];
  readonly dates: readonly RawProperty[];
}

export interface ZoneComponent {
  readonly id: string;
  /** `X-LIC-LOCATION`, its IANA name where libical wrote it. */
  readonly location: string;
  readonly observances: readonly ObservanceComponent[];
}

export interface CalendarComponent {
  /** `X-WR-CALNAME` or `NAME` (RFC 7986 section 5.1), else ''. */
  readonly name: string;
  /** `X-WR-TIMEZONE`, else ''. */
  readonly timeZone: string;
  readonly zones: readonly ZoneComponent[];
  readonly events: readonly EventComponent[];
}

/**
 * A calendar with its texts read.
 * @throws AppError PROVIDER_ERROR when node-ical cannot read them
 */
export function parseCalendar({ component, texts }: RawCalendar, source: string): CalendarComponent {
  const read = texts === '' ? {} : textsIn(texts, source);
  // Properties without parameters stand apart, those with parameters between the components.
  const own = { ...fieldsOf(read.vcalendar), ...read };
  return {
    name: textOf(component, 'X-WR-CALNAME', own['WR-CALNAME']) || textOf(component, 'NAME', own.name),
    timeZone: textOf(component, 'X-WR-TIMEZONE', own['WR-TIMEZONE']),
    zones: childrenOf(component, 'VTIMEZONE').map(zoneComponent),
    events: childrenOf(component, 'VEVENT').map((event, place) =>
      eventComponent(event, fieldsOf(read[place])),
    ),
  };
}

/** What node-ical makes of something, by name. Its values may be anything. */
type Fields = Readonly<Record<string, unknown>>;

function textsIn(calendar: string, source: string): Fields {
  try {
    return fieldsOf(sync.parseICS(calendar));
  } catch (error) {
    throw unreadable(source, 'damaged', error);
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** It has text as a string, with parameters as an object, and several of the same name as an array of these. */
function readText(read: unknown): string {
  if (typeof read === 'string') return asMeant(read);
  if (Array.isArray(read)) return readText(read[0]);
  return isFields(read) && 'val' in read ? readText(read.val) : '';
}

/**
 * The first text of that name, and '' where there is none: what a calendar says wrongly must not cost the rest of it.
 * @param read by node-ical, unless the text is plain
 */
const textOf = ({ properties }: RawComponent, name: string, read: unknown): string =>
  (properties.get(name)?.[0]?.slice(1) ?? readText(read)).trim();

function eventComponent(component: RawComponent, texts: Fields): EventComponent {
  return {
    uid: uidOf(firstOf(component, 'UID')),
    summary: textOf(component, 'SUMMARY', texts.summary),
    description: textOf(component, 'DESCRIPTION', texts.description),
    location: textOf(component, 'LOCATION', texts.location),
    status: wordOf(component, 'STATUS'),
    class: wordOf(component, 'CLASS'),
    transparency: wordOf(component, 'TRANSP'),
    busyStatus: wordOf(component, 'X-MICROSOFT-CDO-BUSYSTATUS'),
    sequence: Number(/^\d+$/.exec(wordOf(component, 'SEQUENCE'))?.[0] ?? 0),
    start: firstOf(component, 'DTSTART'),
    end: firstOf(component, 'DTEND'),
    duration: ruleOf(firstOf(component, 'DURATION')),
    rules: allOf(component, 'RRULE').map(ruleOf),
    exceptionRules: allOf(component, 'EXRULE').map(ruleOf),
    dates: allOf(component, 'RDATE'),
    exceptions: allOf(component, 'EXDATE'),
    recurrenceId: firstOf(component, 'RECURRENCE-ID'),
    organizer: firstOf(component, 'ORGANIZER'),
    attendees: allOf(component, 'ATTENDEE'),
    ownership: ruleOf(firstOf(component, OWNERSHIP_PROPERTY)),
  };
}

function zoneComponent(component: RawComponent): ZoneComponent {
  const observances = [...childrenOf(component, 'STANDARD'), ...childrenOf(component, 'DAYLIGHT')];
  return {
    id: uidOf(firstOf(component, 'TZID')),
    location: uidOf(firstOf(component, 'X-LIC-LOCATION')),
    observances: observances.map(observanceComponent),
  };
}

const observanceComponent = (component: RawComponent): ObservanceComponent => ({
  offsetFrom: ruleOf(firstOf(component, 'TZOFFSETFROM')),
  offsetTo: ruleOf(firstOf(component, 'TZOFFSETTO')),
  start: firstOf(component, 'DTSTART'),
  rules: allOf(component, 'RRULE').map(ruleOf),
  dates: allOf(component, 'RDATE'),
});

const childrenOf = ({ children }: RawComponent, kind: string): readonly RawComponent[] =>
  children.filter((child) => child.kind === kind);

const NONE: readonly RawProperty[] = [];

const allOf = ({ properties }: RawComponent, name: string): readonly RawProperty[] =>
  properties.get(name) ?? NONE;

const firstOf = (component: RawComponent, name: string): RawProperty => allOf(component, name)[0] ?? '';

const wordOf = (component: RawComponent, name: string): string =>
  ruleOf(firstOf(component, name)).toUpperCase();
