import { type Unreadable, unreadable } from './errors.ts';
import type { RawProperty } from './property.ts';

/** The property in which we write of whom an event is, where we write events. */
export const OWNERSHIP_PROPERTY = 'X-CALENDAR-SYNC';

/** A component as it is written (RFC 5545 section 3.6). */
export interface RawComponent {
  /** In capitals, e.g. `VEVENT`. */
  readonly kind: string;
  /** Those that are used, by their names in capitals; of a text that node-ical is to read, none. */
  readonly properties: ReadonlyMap<string, readonly RawProperty[]>;
  readonly children: readonly RawComponent[];
}

/** A calendar as it is written, and what of it node-ical is to read. */
export interface RawCalendar {
  readonly component: RawComponent;
  /**
   * A calendar of the texts that are not simply what is written, in which the UID of each event is its place among the
   * events of `component`; '' where there are none.
   */
  readonly texts: string;
}

/** What stands for a backslash that was escaped as two until the text is read. */
const BACKSLASH = '\u001a';

/**
 * The whole calendars in a text. There may be several (RFC 5545 section 3.4), of which node-ical keeps only the last.
 * @param source whom to name in errors
 * @throws AppError PROVIDER_ERROR when the text is not a whole calendar, from its first BEGIN to its last END
 */
export function wholeCalendars(text: string, source: string): readonly RawCalendar[] {
  const problem = obviousProblem(text);
  if (problem !== null) throw unreadable(source, problem);
  const calendars = calendarsIn(unfolded(text));
  if (calendars === null) throw unreadable(source, 'damaged');
  return calendars;
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
 * RFC 5545 section 3.1, whatever ends the lines, be it twice. Separators that JavaScript alone takes for line ends are escaped. Of
 * two backslashes before an n, node-ical 0.27 would take the second for the beginning of a new line (section 3.3.11).
 */
function unfolded(text: string): string {
  return text
    .trim()
    .replace(/[\r\n]+/g, '\n')
    .replace(/\n[ \t]/g, '')
    .replace(/[\u2028\u2029]/g, '\\n')
    .replace(/\\\\/g, BACKSLASH);
}

/** What node-ical reads for us where it is not plain. */
const TEXTS: ReadonlySet<string> = new Set([
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'NAME',
  'X-WR-CALNAME',
  'X-WR-TIMEZONE',
]);

/** What in a text might stand for something else, beside the escapes of section 3.3.11: quotes, and other backslashes. */
const NOT_PLAIN = new RegExp(`["${BACKSLASH}]|\\\\(?![,;nN])`);

/** Whether a text has no parameters and says what `plainText` reads out of it. */
const isPlain = (rest: RawProperty): boolean => rest.startsWith(':') && !NOT_PLAIN.test(rest);

const plainText = (rest: RawProperty): RawProperty =>
  rest.replace(/\\([,;nN])/g, (_, escaped: string) => (escaped === ',' || escaped === ';' ? escaped : '\n'));

/**
 * What is left as it is written: times, rules, identity, and what is one of a few words. Read by node-ical 0.27,
 * - a floating time is in the zone of this computer, or in the first one defined in the calendar,
 * - a time that happens twice is the second (RFC 5545 section 3.3.5: the first),
 * - RANGE=THISANDFUTURE is lost, and so are events that share a UID,
 * - one rule that it cannot read, or a second DTSTART, makes the whole calendar unreadable,
 * - each of n floating times looks through all n events.
 */
const RAW: ReadonlySet<string> = new Set([
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
  'STATUS',
  'CLASS',
  'TRANSP',
  'SEQUENCE',
  'X-MICROSOFT-CDO-BUSYSTATUS',
  'TZID',
  'TZOFFSETFROM',
  'TZOFFSETTO',
  'X-LIC-LOCATION',
]);

interface OpenComponent extends RawComponent {
  readonly properties: Map<string, RawProperty[]>;
  readonly children: OpenComponent[];
}

/** Null where something begins and does not end: events of a text with a piece missing would be dropped or mixed. */
function calendarsIn(text: string): readonly RawCalendar[] | null {
  const reader = new LineReader();
  for (const line of text.split('\n')) {
    const nameEnds = line.search(/[;:]/);
    if (nameEnds === -1) continue;
    const name = line.slice(0, nameEnds).toUpperCase();
    const rest = line.slice(nameEnds);
    if ((name !== 'BEGIN' && name !== 'END') || rest.startsWith(';')) {
      reader.add(name, rest);
      continue;
    }
    const kind = rest.slice(1).trim().toUpperCase();
    const isInOrder = name === 'BEGIN' ? reader.begin(kind) : reader.end(kind);
    if (!isInOrder) return null;
  }
  return reader.isInside ? null : reader.calendars;
}

class LineReader {
  readonly calendars: RawCalendar[] = [];
  readonly #open: OpenComponent[] = [];
  #texts: string[] = [];
  #eventTexts: string[] = [];
  #events = 0;

  get isInside(): boolean {
    return this.#open.length > 0;
  }

  /** An event within something else is nobody's. */
  get #isInEvent(): boolean {
    return this.#open.length === 2 && this.#open[1]?.kind === 'VEVENT';
  }

  begin(kind: string): boolean {
    // A calendar within something is as wrong as something outside of a calendar.
    if ((kind === 'VCALENDAR') === this.isInside) return false;
    const component: OpenComponent = { kind, properties: new Map(), children: [] };
    this.#open.at(-1)?.children.push(component);
    this.#open.push(component);
    if (kind === 'VCALENDAR') {
      this.#texts = [];
      this.#events = 0;
    }
    return true;
  }

  end(kind: string): boolean {
    if (this.#isInEvent) this.#endEvent();
    const component = this.#open.pop();
    if (component?.kind !== kind) return false;
    if (this.isInside) return true;
    const texts = this.#texts.length === 0 ? [] : ['BEGIN:VCALENDAR', ...this.#texts, 'END:VCALENDAR'];
    this.calendars.push({ component, texts: texts.join('\n') });
    return true;
  }

  #endEvent(): void {
    if (this.#eventTexts.length > 0) {
      this.#texts.push('BEGIN:VEVENT', `UID:${this.#events}`, ...this.#eventTexts, 'END:VEVENT');
      this.#eventTexts = [];
    }
    this.#events += 1;
  }

  /** @param rest from the `;` or `:` behind the name on */
  add(name: string, rest: string): void {
    const component = this.#open.at(-1);
    if (component === undefined) return;
    const others = component.properties.get(name);
    if (RAW.has(name)) {
      const property = unescaped(rest);
      if (others === undefined) component.properties.set(name, [property]);
      else others.push(property);
    } else if (others === undefined && TEXTS.has(name)) {
      const plain = isPlain(rest);
      component.properties.set(name, plain ? [plainText(rest)] : []);
      if (plain) return;
      if (this.#isInEvent) this.#eventTexts.push(name + rest);
      else if (this.#open.length === 1) this.#texts.push(name + rest);
    }
  }
}

/** Some programs escape what no text is. */
const unescaped = (property: RawProperty): RawProperty => asMeant(property.replace(/\\([,;])/g, '$1'));
