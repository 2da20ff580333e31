import type { Booking } from '../../../shared/domain/booking.ts';
import type { DesiredEvent, EventTime } from '../../../shared/domain/calendar-event.ts';

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/** A booking's time: dates stay dates, instants become UTC with the booking's zone beside them. */
export function bookingTime(booking: Pick<Booking, 'start' | 'end' | 'timeZone'>): EventTime {
  if (DATE_ONLY.test(booking.start) && DATE_ONLY.test(booking.end)) {
    return { kind: 'all-day', start: booking.start, end: booking.end, timeZone: booking.timeZone };
  }
  return {
    kind: 'timed',
    start: new Date(booking.start).toISOString(),
    end: new Date(booking.end).toISOString(),
    timeZone: booking.timeZone,
  };
}

/** Google takes 8,192 characters of description; nobody reads a title or an address anywhere near this long. */
const MAX_DESCRIPTION = 8_000;
const MAX_LINE = 1_000;

/** Line ends and outer blanks are what providers change; sending them changed already keeps both sides equal. */
const tidy = (text: string | null | undefined): string => (text ?? '').replace(/\r\n?/g, '\n').trim();

/** Cut between characters, not inside one: half an emoji is not valid text. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

function contact({ customer, url }: Booking): string {
  const whom = customer ? [customer.name, customer.phone, customer.email].filter(Boolean).join(' · ') : '';
  return tidy([whom, tidy(url)].filter(Boolean).join('\n\n'));
}

/** What of an event's notes is the booking's own description: all but the contact that is written below it. */
export function bookingNotes(notes: string, booking: Booking): string {
  const below = contact(booking);
  return below !== '' && notes.endsWith(below) ? notes.slice(0, -below.length).trimEnd() : notes;
}

/** The contact stands last and is needed most: where it gets too long, the description gives way. */
function eventNotes(booking: Booking): string {
  const below = contact(booking);
  const description = clip(tidy(booking.description), Math.max(0, MAX_DESCRIPTION - below.length - 2));
  return clip([description, below].filter(Boolean).join('\n\n'), MAX_DESCRIPTION);
}

/** What a booking's event says: job, place, and in the notes the customer to call and the link to the job. */
export function desiredEvent(booking: Booking): DesiredEvent {
  return {
    time: bookingTime(booking),
    ...eventText(booking),
    status: booking.status === 'tentative' ? 'tentative' : 'confirmed',
  };
}

/** The same without when, and whether it is certain. */
export function eventText(booking: Booking): Pick<DesiredEvent, 'title' | 'description' | 'location'> {
  return {
    title: clip(tidy(booking.title), MAX_LINE) || 'Booking',
    description: eventNotes(booking),
    location: clip(tidy(booking.location), MAX_LINE),
  };
}
