import {
  escape as escapeText,
  foldLines,
  ICalCalendar,
  ICalCalendarMethod,
  ICalEvent,
  ICalEventBusyStatus,
  type ICalEventData,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator';
import type { Booking } from '../../shared/domain/booking.ts';
import type { Visibility } from '../../shared/domain/mapping.ts';
import { writable } from '../../shared/text/writable.ts';
import { eventText } from '../engine/planner/desired-event.ts';
import type { FeedBooking } from '../store/feed-bookings.ts';
import { happensTwice, toWall, type Zone } from '../time/zone.ts';
import { zoneDefinition } from '../time/zone-definition.ts';
import { zoneNamed } from '../time/zone-name.ts';
import { ZonedDate } from './zoned-date.ts';

export interface FeedFacts {
  readonly visibility: Visibility;
  /** Of the technician or project; shown only with details. */
  readonly name: string;
  /** Of the booking system: what makes a booking's id unique in the world. */
  readonly host: string;
}

/** How often a calendar app is asked to look again: seconds. */
const REFRESH_SECONDS = 15 * 60;
const DAY_MS = 86_400_000;

const PRODUCT = { company: 'Calendar Sync', product: 'Feed', language: 'EN' };

/**
 * The text of a feed (RFC 5545, with the properties of RFC 7986): the same bookings give the same bytes, whenever and
 * wherever it is built. Of a busy-only feed only times, status and the ids of bookings can be told.
 *
 * Put together from what the library writes of each part: by itself it would keep all events until the end, write the
 * definitions of zones before the last properties of the calendar (section 3.4 has it the other way round), and leave
 * the last line without its end.
 */
export function feedText(facts: FeedFacts, bookings: readonly FeedBooking[]): string {
  const calendar = new ICalCalendar({
    prodId: PRODUCT,
    method: ICalCalendarMethod.PUBLISH,
    name: escapeText(writable(facts.visibility === 'details' ? facts.name : 'Busy times'), false),
    ttl: REFRESH_SECONDS,
  });
  const zones = new Map<string, Span>();
  const events = bookings.map((entry) => {
    const time = timeOf(entry.booking);
    if (time.zone !== null) zones.set(time.zone.name, spanWith(zones.get(time.zone.name), time));
    return foldLines(new ICalEvent(eventOf(facts, entry, time), calendar).toString());
  });
  const definitions = [...zones].map(([id, { from, to }]) => `${zoneDefinition(id, from, to)}\r\n`).sort();
  const end = 'END:VCALENDAR';
  return [calendar.toString().slice(0, -end.length), ...definitions, ...events, end, '\r\n'].join('');
}

function eventOf(
  { visibility, host }: FeedFacts,
  { booking, sequence, modifiedAt }: FeedBooking,
  time: Time,
): ICalEventData {
  const modified = new Date(modifiedAt);
  return {
    id: `${identifier(booking.id)}@${host}`,
    sequence,
    // When this version was made, not when it was asked for: the same version keeps the same bytes.
    stamp: modified,
    lastModified: modified,
    ...timeFields(time),
    ...STATUS[booking.status],
    ...(visibility === 'details' ? detailsOf(booking) : { summary: BUSY_TITLE[booking.status] }),
  };
}

const STATUS = {
  confirmed: {
    status: ICalEventStatus.CONFIRMED,
    transparency: ICalEventTransparency.OPAQUE,
    busystatus: ICalEventBusyStatus.BUSY,
  },
  tentative: {
    status: ICalEventStatus.TENTATIVE,
    transparency: ICalEventTransparency.OPAQUE,
    busystatus: ICalEventBusyStatus.TENTATIVE,
  },
  // Told instead of left out, so that whoever has the event learns of it.
  cancelled: {
    status: ICalEventStatus.CANCELLED,
    transparency: ICalEventTransparency.TRANSPARENT,
    busystatus: ICalEventBusyStatus.FREE,
  },
} as const;

const BUSY_TITLE = { confirmed: 'Busy', tentative: 'Busy', cancelled: 'Cancelled' } as const;

function detailsOf(booking: Booking): Partial<ICalEventData> {
  const { title, location, description } = eventText(booking);
  const link = booking.url ?? '';
  return {
    // Not every calendar app shows the status, and nobody shall drive to a job that is off.
    summary: writable(booking.status === 'cancelled' ? `Cancelled: ${title}` : title),
    ...(location !== '' && { location: writable(location) }),
    ...(description !== '' && { description: writable(description) }),
    ...(LINK.test(link) && { url: link.replaceAll(/[,;]/g, encodeURIComponent) }),
  };
}

/** What may stand in a URI without being encoded (RFC 3986). The library would put a \ before , and ; all the same. */
const LINK = /^https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+$/i;

/** When a booking is, in milliseconds; dates count as UTC. */
interface Time extends Span {
  readonly allDay: boolean;
  /** Null where UTC has to do. */
  readonly zone: Zone | null;
}

/** From inclusive, to exclusive: instants in milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

function timeOf(booking: Booking): Time {
  const from = Date.parse(booking.start);
  const to = Date.parse(booking.end);
  // A day that does not end is one day long (section 3.6.1).
  if (isDate(booking.start) && isDate(booking.end))
    return { allDay: true, zone: null, from, to: Math.max(to, from + DAY_MS) };
  return { allDay: false, zone: zoneFor(booking.timeZone, from, to), from, to };
}

const isDate = (text: string): boolean => text.length === 10;

function timeFields({
  allDay,
  zone,
  from,
  to,
}: Time): Pick<ICalEventData, 'start' | 'end' | 'allDay' | 'timezone'> {
  const at = (instant: number): Date => (zone === null ? new Date(instant) : new ZonedDate(instant, zone));
  const start = at(from);
  // DTEND must be later (section 3.8.2.2); without one it takes no time.
  const end = to > from ? at(to) : null;
  return { allDay, start, end, timezone: zone?.name ?? null };
}

/** Null where UTC has to do: nobody here knows the zone, or its clocks show one of the times twice. */
function zoneFor(name: string, from: number, to: number): Zone | null {
  const zone = zoneNamed(name);
  if (zone === null || zone.name === 'UTC') return null;
  return happensTwice(zone, toWall(zone, from)) || happensTwice(zone, toWall(zone, to)) ? null : zone;
}

function spanWith(span: Span | undefined, { from, to }: Span): Span {
  return { from: Math.min(span?.from ?? from, from), to: Math.max(span?.to ?? to, to, from) };
}

/** The library writes a UID as it is given; what could end its line, or be read as an escape, is encoded. */
function identifier(id: string): string {
  return PLAIN_ID.test(id) ? id : encodeURIComponent(id.toWellFormed());
}

const PLAIN_ID = /^[\w.~:+=!*()'-]+$/;
