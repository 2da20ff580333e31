import { createHash } from 'node:crypto';
import { base32hex } from 'rfc4648';

const UNIT_SEPARATOR = '\u001f';

/**
 * The id of the event that a booking has in a calendar: the same on every computer, so that creating it twice is a
 * conflict and not a second event. Base32hex in lower case (RFC 4648 section 7), the alphabet Google allows.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events#id
 *
 * @param incarnation counts up when the event is created anew, since a deleted id stays taken
 */
export function eventId(subject: string, calendarId: string, bookingId: string, incarnation: number): string {
  const name = [subject, calendarId, bookingId, incarnation].join(UNIT_SEPARATOR);
  return base32hex.stringify(createHash('sha256').update(name).digest(), { pad: false }).toLowerCase();
}
