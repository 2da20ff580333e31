import { sync } from 'node-ical';
import { z } from 'zod';
import { asMeant, OWNERSHIP_PROPERTY } from './calendar-text.ts';
import { unreadable } from './errors.ts';
import { ruleOf, uidOf } from './property.ts';

/** A VEVENT (RFC 5545 section 3.6.1). Its times are raw properties still, see `property.ts`. */
export type EventComponent = Readonly<z.infer<typeof EventComponent>>;

/** A STANDARD or DAYLIGHT of a VTIMEZONE (section 3.6.5). */
export type ObservanceComponent = Readonly<z.infer<typeof ObservanceComponent>>;

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

/** node-ical has text as a string, with parameters as an object, and several of the same name as an array of these. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [asMeant(value)];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value === 'object' && value !== null && 'val' in value) return texts(value.val);
  return [];
}

const firstText = (value: unknown): string => texts(value)[0]?.trim() ?? '';

/** The first of that name, and '' where there is none: what a calendar says wrongly must not cost the rest of it. */
const Text = z.unknown().optional().transform(firstText);
const Texts = z.unknown().optional().transform(texts);

const EventComponent = z
  .object({
    summary: Text,
    description: Text,
    location: Text,
    status: Text,
    class: Text,
    transparency: Text,
    'MICROSOFT-CDO-BUSYSTATUS': Text,
    sequence: z.int().catch(0),
    'RAW-UID': Text,
    'RAW-DTSTART': Text,
    'RAW-DTEND': Text,
    'RAW-DURATION': Text,
    'RAW-RRULE': Texts,
    'RAW-EXRULE': Texts,
    'RAW-RDATE': Texts,
    'RAW-EXDATE': Texts,
    'RAW-RECURRENCE-ID': Text,
    'RAW-ORGANIZER': Text,
    'RAW-ATTENDEE': Texts,
    [`RAW-${OWNERSHIP_PROPERTY}`]: Text,
  })
  .transform((event) => ({
    summary: event.summary,
    description: event.description,
    location: event.location,
    status: event.status.toUpperCase(),
    class: event.class.toUpperCase(),
    transparency: event.transparency.toUpperCase(),
    busyStatus: event['MICROSOFT-CDO-BUSYSTATUS'].toUpperCase(),
    sequence: event.sequence,
    /** '' where there is none. */
    uid: uidOf(event['RAW-UID']),
    start: event['RAW-DTSTART'],
    end: event['RAW-DTEND'],
    duration: ruleOf(event['RAW-DURATION']),
    rules: event['RAW-RRULE'].map(ruleOf),
    exceptionRules: event['RAW-EXRULE'].map(ruleOf),
    dates: event['RAW-RDATE'],
    exceptions: event['RAW-EXDATE'],
    recurrenceId: event['RAW-RECURRENCE-ID'],
    organizer: event['RAW-ORGANIZER'],
    attendees: event['RAW-ATTENDEE'],
    /** As it was written, or ''. */
    ownership: ruleOf(event[`RAW-${OWNERSHIP_PROPERTY}`] ?? ''),
  }));

const ObservanceComponent = z
  .object({
    tzoffsetfrom: Text,
    tzoffsetto: Text,
    'RAW-DTSTART': Text,
    'RAW-RRULE': Texts,
    'RAW-RDATE': Texts,
  })
  .transform((observance) => ({
    offsetFrom: observance.tzoffsetfrom,
    offsetTo: observance.tzoffsetto,
    start: observance['RAW-DTSTART'],
    rules: observance['RAW-RRULE'].map(ruleOf),
    dates: observance['RAW-RDATE'],
  }));

const Zone = z.object({ tzid: Text, 'LIC-LOCATION': Text });

const Calendar = z.record(z.string(), z.unknown());
const CalendarProperties = z.object({ 'WR-CALNAME': Text, 'WR-TIMEZONE': Text, name: Text });

/**
 * A calendar that `wholeCalendars` has prepared, as its components.
 * @throws AppError PROVIDER_ERROR when node-ical cannot read it
 */
export function parseCalendar(calendar: string, source: string): CalendarComponent {
  let parsed: z.infer<typeof Calendar>;
  try {
    parsed = Calendar.parse(sync.parseICS(calendar));
  } catch (error) {
    throw unreadable(source, 'damaged', error);
  }
  // Properties that are plain text stand apart, those with parameters between the components.
  const properties = CalendarProperties.parse({ ...parsed, ...Calendar.safeParse(parsed.vcalendar).data });
  return {
    name: properties['WR-CALNAME'] || properties.name,
    timeZone: properties['WR-TIMEZONE'],
    zones: childrenOf(parsed, 'VTIMEZONE').map(zoneComponent),
    events: childrenOf(parsed, 'VEVENT').map((event) => EventComponent.parse(event)),
  };
}

function zoneComponent(component: object): ZoneComponent {
  const { tzid, 'LIC-LOCATION': location } = Zone.parse(component);
  const observances = [...childrenOf(component, 'STANDARD'), ...childrenOf(component, 'DAYLIGHT')];
  return { id: tzid, location, observances: observances.map((child) => ObservanceComponent.parse(child)) };
}

/** The components of that kind within another. A TYPE property of theirs stands behind the kind itself. */
function childrenOf(component: object, kind: string): readonly object[] {
  return Object.values(component).filter(
    (child: unknown): child is object =>
      typeof child === 'object' && child !== null && 'type' in child && firstText(child.type) === kind,
  );
}
