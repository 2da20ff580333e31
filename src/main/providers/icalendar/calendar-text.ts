import { type Unreadable, unreadable } from './errors.ts';

/** The property in which we write of whom an event is, where we write events. */
export const OWNERSHIP_PROPERTY = 'X-CALENDAR-SYNC';

/** What stands for a backslash that was escaped as two until node-ical is through: a character that no text may have. */
const BACKSLASH = '\u001a';

/**
 * The whole calendars in a text, each as node-ical can read it. A text may hold several (RFC 5545
 * section 3.4), of which node-ical keeps only the last.
 * @param source whom to name in errors
 * @throws AppError PROVIDER_ERROR when the text is not a whole calendar, from its first BEGIN to its last END
 */
export function wholeCalendars(text: string, source: string): readonly string[] {
  const problem = obviousProblem(text);
  if (problem !== null) throw unreadable(source, problem);
  const calendars = usedLines(unfolded(text));
  if (calendars === null) throw unreadable(source, 'damaged');
  return calendars.map((lines) => lines.join('\n'));
}

/** A text as it was meant that node-ical has read out of what `wholeCalendars` prepared. */
export function asMeant(text: string): string {
  return text.includes(BACKSLASH) ? text.replaceAll(BACKSLASH, '\\') : text;
}

function obviousProblem(text: string): Unreadable | null {
  const start = text.slice(0, 1024).trimStart();
  if (start === '') return 'empty';
  if (start.startsWith('<')) return 'web-page';
  if (!/^BEGIN:VCALENDAR\s/i.test(start)) return 'no-calendar';
  return /(?:^|[\r\n])END:VCALENDAR\s*$/i.test(text.slice(-1024)) ? null : 'cut-off';
}

/**
 * RFC 5545 section 3.1, whatever ends the lines. Separators that JavaScript alone takes for line ends are escaped. Of
 * two backslashes before an n, node-ical 0.27 would take the second for the beginning of a new line (section 3.3.11).
 */
function unfolded(text: string): string {
  return text
    .trim()
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .replace(/[\u2028\u2029]/g, '\\n')
    .replace(/\\\\/g, BACKSLASH);
}

/** What we read ourselves, see `usedLines`. */
const RAW_PROPERTIES = [
  'UID',
  'DTSTART',
  'DTEND',
  'DURATION',
  'RRULE',
  'EXRULE',
  'RDATE',
  'EXDATE',
  'RECURRENCE-ID',
  'ORGANIZER',
  'ATTENDEE',
  OWNERSHIP_PROPERTY,
];

/** What node-ical reads for us. */
const TEXT_PROPERTIES = [
  'BEGIN',
  'END',
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'STATUS',
  'CLASS',
  'TRANSP',
  'SEQUENCE',
  'X-MICROSOFT-CDO-BUSYSTATUS',
  'TZID',
  'TZOFFSETFROM',
  'TZOFFSETTO',
  'X-LIC-LOCATION',
  'X-WR-CALNAME',
  'X-WR-TIMEZONE',
  'NAME',
];

/** By the names of properties, how their lines begin for node-ical. */
const BEGINNINGS: ReadonlyMap<string, string> = new Map([
  ...RAW_PROPERTIES.map((name) => [name, `X-RAW-${name}:`] as const),
  ...TEXT_PROPERTIES.map((name) => [name, name] as const),
]);

/**
 * The lines of each calendar as far as they are used, with times, rules and identity out of node-ical's reach: an
 * extension property it keeps as it is written, so `DTSTART;X=Y:Z` becomes `X-RAW-DTSTART:;X=Y:Z`. Read by node-ical
 * 0.27 itself,
 * - a floating time is in the zone of this computer, or in the first one defined in the calendar,
 * - a time that happens twice is the second (RFC 5545 section 3.3.5: the first),
 * - RANGE=THISANDFUTURE is lost, and so are events that share a UID,
 * - one rule that it cannot read, or a second DTSTART, makes the whole calendar unreadable,
 * - each of n floating times looks through all n events.
 *
 * Null where something begins and does not end, in order: node-ical would drop or mix events of a text with a piece
 * missing. Names are written in capitals, the only ones it knows.
 */
function usedLines(text: string): readonly (readonly string[])[] | null {
  const calendars: string[][] = [];
  const open: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const nameEnds = line.search(/[;:]/);
    if (nameEnds === -1) continue;
    const written = line.slice(0, nameEnds);
    const name = BEGINNINGS.has(written) ? written : written.toUpperCase();
    const beginning = BEGINNINGS.get(name);
    if (beginning === undefined) continue;
    if ((name !== 'BEGIN' && name !== 'END') || line[nameEnds] === ';') {
      lines.push(beginning === written ? line : beginning + line.slice(nameEnds));
      continue;
    }
    const component = line
      .slice(nameEnds + 1)
      .trim()
      .toUpperCase();
    if (name === 'BEGIN') {
      // A calendar within something is as wrong as something outside of a calendar.
      if ((component === 'VCALENDAR') !== (open.length === 0)) return null;
      if (component === 'VCALENDAR') {
        lines = [];
        calendars.push(lines);
      }
      open.push(component);
    } else if (open.pop() !== component) return null;
    lines.push(`${name}:${component}`);
  }
  return open.length === 0 ? calendars : null;
}
