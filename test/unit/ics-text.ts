/** Builds feeds as text, with the line ends that RFC 5545 section 3.1 wants. */
export const lines = (...parts: readonly string[]): string => `${parts.join('\r\n')}\r\n`;

/** A calendar around components or properties, each of which may be several lines. */
export function calendar(...parts: readonly string[]): string {
  return lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Feed//EN',
    ...parts.map((part) => part.trimEnd()),
    'END:VCALENDAR',
  );
}

/** A VEVENT on 24 November 2026 from 9 to 10 o'clock in Berlin, unless its properties say otherwise. */
export function event(uid: string | null, ...properties: readonly string[]): string {
  const says = (name: string): boolean =>
    properties.some((property) => /^[\w-]+/.exec(property)?.[0].toUpperCase() === name);
  const defaults = [
    ['DTSTAMP', 'DTSTAMP:20261101T080000Z'],
    ['DTSTART', 'DTSTART;TZID=Europe/Berlin:20261124T090000'],
    ['SUMMARY', 'SUMMARY:Dentist'],
  ].flatMap(([name = '', line = '']) => (says(name) ? [] : [line]));
  const isOpen = !says('DTSTART') && !says('DTEND') && !says('DURATION');
  return lines(
    'BEGIN:VEVENT',
    ...(uid === null ? [] : [`UID:${uid}`]),
    ...defaults,
    ...(isOpen ? ['DTEND;TZID=Europe/Berlin:20261124T100000'] : []),
    ...properties,
    'END:VEVENT',
  );
}

/** A VTIMEZONE with the rules of Central Europe under a name of its own. */
export function ownZone(name: string, ...properties: readonly string[]): string {
  return lines(
    'BEGIN:VTIMEZONE',
    `TZID:${name}`,
    ...properties,
    'BEGIN:STANDARD',
    'DTSTART:16011028T030000',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010325T020000',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  );
}
