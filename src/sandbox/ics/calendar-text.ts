import type { PublishedEvent, PublishedTime } from './published-event.ts';

const LINE_OCTETS = 75;

export interface CalendarText {
  readonly name: string;
  /** What the publisher says of the zone of times without one, or null. */
  readonly timeZone: string | null;
  /** VTIMEZONE components as they are published. */
  readonly zones: readonly string[];
  readonly events: readonly PublishedEvent[];
}

/** A calendar as publishers write it (RFC 5545): folded lines, CRLF, a name for whoever subscribes. */
export function calendarText({ name, timeZone, zones, events }: CalendarText, publisher: string): string {
  return lines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${publisher}//Calendar//EN`,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(name)}`,
    ...(timeZone === null ? [] : [`X-WR-TIMEZONE:${timeZone}`]),
    ...zones.flatMap((zone) => zone.trim().split(/\r?\n/)),
    ...events.flatMap(eventLines),
    'END:VCALENDAR',
  ]);
}

function eventLines(event: PublishedEvent): readonly string[] {
  const { recurrenceId, end, duration, location, description, status, classification } = event;
  return [
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    `DTSTAMP:${compact(event.modifiedAt)}`,
    `LAST-MODIFIED:${compact(event.modifiedAt)}`,
    `SEQUENCE:${event.sequence}`,
    timeLine('DTSTART', event.start),
    ...(end === undefined ? [] : [timeLine('DTEND', end)]),
    ...(duration === undefined ? [] : [`DURATION:${duration}`]),
    ...(recurrenceId === undefined ? [] : [timeLine('RECURRENCE-ID', recurrenceId)]),
    `SUMMARY:${escaped(event.summary)}`,
    ...(location === undefined ? [] : [`LOCATION:${escaped(location)}`]),
    ...(description === undefined ? [] : [`DESCRIPTION:${escaped(description)}`]),
    ...(status === undefined ? [] : [`STATUS:${status}`]),
    `TRANSP:${event.transparent ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...(classification === undefined ? [] : [`CLASS:${classification}`]),
    ...event.recurrence,
    'END:VEVENT',
  ];
}

function timeLine(name: string, time: PublishedTime): string {
  if ('date' in time) return `${name};VALUE=DATE:${time.date.replaceAll('-', '')}`;
  const { dateTime, timeZone } = time;
  const zone = timeZone === undefined ? '' : `;TZID=${timeZone}`;
  return `${name}${zone}:${compact(dateTime)}`;
}

/** `2026-11-24T09:00:00Z` as `20261124T090000Z`. */
const compact = (dateTime: string): string => dateTime.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');

/** RFC 5545 section 3.3.11. */
const escaped = (text: string): string =>
  text.replaceAll(/[\\;,]/g, (character) => `\\${character}`).replaceAll('\n', '\\n');

const lines = (parts: readonly string[]): string => parts.map((part) => `${folded(part)}\r\n`).join('');

/** At most 75 octets a line, never inside a character (section 3.1). */
function folded(line: string): string {
  let text = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      text += '\r\n ';
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
