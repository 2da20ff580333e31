import { hash } from 'node:crypto';
import { base32hex } from 'rfc4648';

const UNIT_SEPARATOR = '\u001f';

/**
 * The UID of the event that a booking has in a calendar: the same on every computer, so that creating it twice is a
 * conflict and not a second event.
 * @param principal whose calendar it is
 * @param incarnation counts up when the event is created anew
 */
export function eventUid(
  principal: string,
  calendarId: string,
  bookingId: string,
  incarnation: number,
): string {
  // The same calendar under another name of the host is the same calendar.
  const paths = [principal, calendarId].map((address) => new URL(address).pathname);
  const name = [...paths, bookingId, incarnation].join(UNIT_SEPARATOR);
  const digest = Buffer.from(hash('sha256', name, 'hex'), 'hex');
  return base32hex.stringify(digest, { pad: false }).toLowerCase();
}

/** What an object is called that we create: some servers want it to be its UID. */
export const nameFor = (uid: string): string => `${uid}.ics`;

/** The UID of an event that is created under that name. */
export const uidFor = (name: string): string => name.replace(/\.ics$/, '');

/**
 * The id of an event: the last part of its URL. Calendar collections hold no collections (RFC 4791 section 4.2), so
 * that it says all, and a server that is reached by another name has the same.
 */
export function nameOf(url: URL): string {
  const segment = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(segment).replaceAll('/', ENCODED_SLASH);
  } catch {
    return segment;
  }
}

/** The one character that is left as it is written: decoded, it would be another path, and part an occurrence's id. */
const ENCODED_SLASH = '%2F';

/** Where the event of that id is. */
export const urlOf = (calendarId: string, name: string): URL =>
  new URL(encodeURIComponent(name).replaceAll('%252F', ENCODED_SLASH), calendarId);

/** The object that holds an event or an occurrence: occurrences are called `NAME/INSTANCE`. */
export const objectOf = (eventId: string): string => eventId.split('/')[0] ?? eventId;
