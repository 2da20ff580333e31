import {
  escape as escapeText,
  ICalCalendar,
  ICalCalendarMethod,
  ICalEventBusyStatus,
  type ICalEventData,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator';
import type { Booking } from '../../shared/domain/booking.ts';
import type { EventTime } from '../../shared/domain/calendar-event.ts';
import type { Visibility } from '../../shared/domain/mapping.ts';
import { bookingTime, desiredEvent } from '../engine/planner/desired-event.ts';
import type { FeedBooking } from '../store/feed-bookings.ts';
import type { Zone } from '../time/zone.ts';
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
 */
export function feedText(facts: FeedFacts, bookings: readonly FeedBooking[]): string {
  const times = bookings.map(({ booking }) => bookingTime(booking));
  const calendar = new ICalCalendar({
    prodId: PRODUCT,
    method: ICalCalendarMethod.PUBLISH,
    name: escapeText(clean(facts.visibility === 'details' ? facts.name : 'Busy times'), false),
    ttl: REFRESH_SECONDS,
  });
  for (const [index, entry] of bookings.entries()) {
    const time = times[index];
    if (time !== undefined) calendar.createEvent(eventOf(facts, entry, time));
  }
  // The library ends its text with the last word; section 3.1 ends every line.
  return `${withZones(calendar, spanOf(times))}\r\n`;
}

/**
 * Section 3.4 has the properties of a calendar before its components. The library would write definitions of zones
 * before REFRESH-INTERVAL, so they are put where the events begin; no value can contain that line.
 */
function withZones(calendar: ICalCalendar, span: { readonly from: number; readonly to: number }): string {
  const zones = new Set(calendar.events().map((event) => event.timezone()));
  zones.delete(null);
  const definitions = [...zones].sort().map((id) => `${zoneDefinition(String(id), span.from, span.to)}\r\n`);
  return calendar.toString().replace(FIRST_EVENT, () => definitions.join('') + FIRST_EVENT);
}

const FIRST_EVENT = 'BEGIN:VEVENT\r\n';

function eventOf(
  { visibility, host }: FeedFacts,
  { booking, sequence, modifiedAt }: FeedBooking,
  time: EventTime,
): ICalEventData {
  const modified = new Date(modifiedAt);
  return {
    id: `${identifier(booking.id)}@${host}`,
    sequence,
    // When this version was made, not when it was asked for: the same version keeps the same bytes.
    stamp: modified,
    lastModified: modified,
    ...timeOf(time),
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
  const { title, location, description } = desiredEvent(booking);
  const link = booking.url ?? '';
  return {
    // Not every calendar app shows the status, and nobody shall drive to a job that is off.
    summary: clean(booking.status === 'cancelled' ? `Cancelled: ${title}` : title),
    ...(location !== '' && { location: clean(location) }),
    ...(description !== '' && { description: clean(description) }),
    ...(LINK.test(link) && { url: link.replaceAll(/[,;]/g, encodeURIComponent) }),
  };
}

/** What may stand in a URI without being encoded (RFC 3986). The library would put a \ before , and ; all the same. */
const LINK = /^https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+$/i;

function timeOf(time: EventTime): Pick<ICalEventData, 'start' | 'end' | 'allDay' | 'timezone'> {
  const start = Date.parse(time.start);
  const end = Date.parse(time.end);
  if (time.kind === 'all-day') {
    // Dates count as UTC; a day that does not end is one day long (section 3.6.1).
    return { allDay: true, start: new Date(start), end: new Date(Math.max(end, start + DAY_MS)) };
  }
  const zone = zoneOf(time.timeZone);
  const at = (instant: number): Date => (zone === null ? new Date(instant) : new ZonedDate(instant, zone));
  return {
    start: at(start),
    // DTEND must be later (section 3.8.2.2); without one it takes no time.
    ...(end > start && { end: at(end) }),
    ...(zone !== null && { timezone: zone.name }),
  };
}

/** Null where UTC has to do, because nobody here knows the zone. */
function zoneOf(name: string): Zone | null {
  const zone = zoneNamed(name);
  return zone === null || zone.name === 'UTC' ? null : zone;
}

/** What the definitions of zones have to cover: instants, with a day to spare for what is a date. */
function spanOf(times: readonly EventTime[]): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { start, end } of times) {
    from = Math.min(from, Date.parse(start));
    to = Math.max(to, Date.parse(end), Date.parse(start));
  }
  return { from: from - DAY_MS, to: to + DAY_MS };
}

/** Section 3.3.11 has no control characters but the line break and the tab, and half a character cannot be written. */
function clean(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return CONTROL.test(whole) ? whole.replaceAll(CONTROLS, '') : whole;
}

const CONTROL = /(?![\n\t])\p{Cc}/u;
const CONTROLS = /(?![\n\t])\p{Cc}/gu;

/** The library writes a UID as it is given; what could end its line, or be read as an escape, is encoded. */
function identifier(id: string): string {
  return PLAIN_ID.test(id) ? id : encodeURIComponent(id.toWellFormed());
}

const PLAIN_ID = /^[\w.~:+=!*()'-]+$/;
