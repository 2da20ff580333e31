import { type Unreadable, unreadable } from './errors.ts';

/** The property in which we write of whom an event is, where we write events. */
export const OWNERSHIP_PROPERTY = 'X-CALENDAR-SYNC';

/**
 * The whole calendars in a text, each as node-ical can read it. A text may hold several (RFC 5545
 * section 3.4), of which node-ical keeps only the last.
 * @param source whom to name in errors
 * @throws AppError PROVIDER_ERROR when the text is not a whole calendar, from its first BEGIN to its last END
 */
export function wholeCalendars(text: string, source: string): readonly string[] {
  const problem = obviousProblem(text);
  if (problem !== null) throw unreadable(source, problem);
  const lines = nested(unfolded(text), source);
  return lines.split(/^(?=BEGIN:VCALENDAR$)/m).map(forNodeIcal);
}

function obviousProblem(text: string): Unreadable | null {
  const start = text.slice(0, 1024).trimStart();
  if (start === '') return 'empty';
  if (start.startsWith('<')) return 'web-page';
  if (!/^BEGIN:VCALENDAR\s/i.test(start)) return 'no-calendar';
  return /(?:^|[\r\n])END:VCALENDAR\s*$/i.test(text.slice(-1024)) ? null : 'cut-off';
}

/** RFC 5545 section 3.1, whatever ends the lines. Separators that JavaScript alone takes for line ends are escaped. */
function unfolded(text: string): string {
  return text
    .trim()
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .replace(/[\u2028\u2029]/g, '\\n');
}

/**
 * Checks that what begins also ends, in order: node-ical would drop or mix events of a text with a piece missing.
 * Writes the names in capitals, the only ones it knows.
 */
function nested(text: string, source: string): string {
  const open: string[] = [];
  const checked = text.replace(/^(BEGIN|END):(.*)$/gim, (_, word: string, component: string) => {
    const edge = word.toUpperCase();
    const name = component.trim().toUpperCase();
    // A calendar within something is as wrong as something outside of a calendar.
    if (edge === 'BEGIN' && (name === 'VCALENDAR') === (open.length === 0)) open.push(name);
    else if (edge === 'BEGIN' || open.pop() !== name) throw unreadable(source, 'damaged');
    return `${edge}:${name}`;
  });
  if (open.length > 0) throw unreadable(source, 'damaged');
  return checked;
}

/** What we read ourselves, see `forNodeIcal`. */
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

const RAW_NAMES: ReadonlySet<string> = new Set(RAW_PROPERTIES);
const LINE = new RegExp(`^(?:${[...RAW_PROPERTIES, ...TEXT_PROPERTIES].join('|')})[;:].*$`, 'gim');

/**
 * A calendar's lines as far as they are used, with times, rules and identity out of node-ical's reach: an extension
 * property it keeps as it is written, so `DTSTART;X=Y:Z` becomes `X-RAW-DTSTART:;X=Y:Z`. Read by node-ical 0.27 itself,
 * - a floating time is in the zone of this computer, or in the first one defined in the calendar,
 * - a time that happens twice is the second (RFC 5545 section 3.3.5: the first),
 * - RANGE=THISANDFUTURE is lost, and so are events that share a UID,
 * - one rule that it cannot read, or a second DTSTART, makes the whole calendar unreadable,
 * - each of n floating times looks through all n events.
 */
function forNodeIcal(calendar: string): string {
  const lines = calendar.match(LINE) ?? [];
  return lines.map(withKnownName).join('\n');
}

/** Names mean the same in any case; node-ical knows them in capitals. */
function withKnownName(line: string): string {
  return line.replace(/^[^;:]+/, (written) => {
    const name = written.toUpperCase();
    return RAW_NAMES.has(name) ? `X-RAW-${name}:` : name;
  });
}
