import { Temporal } from 'temporal-polyfill';
import { DAY_MS, HOUR_MS, stampText } from './wall-time.ts';

/** When a zone's clocks change: an instant, and what is added to instants before and from then on. Milliseconds. */
interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Where nothing is known of an earlier change. */
const BEGINNING = 0;

/**
 * The definition of a zone that is true between two instants: a VTIMEZONE (RFC 5545 section 3.6.5) with an observance
 * for each change of the clocks. Changes are listed instead of summed up in a rule, because some have none
 * (Morocco's follow the moon) and some end.
 * @param id IANA name, as `ianaZone` writes it
 * @param from instants in milliseconds
 */
export function zoneDefinition(id: string, from: number, to: number): string {
  const observances = changesBetween(id, from, to).map((change) => {
    const kind = change.isSummer ? 'DAYLIGHT' : 'STANDARD';
    return [
      `BEGIN:${kind}`,
      `DTSTART:${stampText(change.at + change.before)}`,
      `TZOFFSETFROM:${offsetText(change.before)}`,
      `TZOFFSETTO:${offsetText(change.after)}`,
      `TZNAME:${nameText(change.after)}`,
      `END:${kind}`,
    ];
  });
  return ['BEGIN:VTIMEZONE', `TZID:${id}`, ...observances.flat(), 'END:VTIMEZONE'].join('\r\n');
}

interface Season extends Change {
  /** The clocks are put back within a year. What stays is the standard time, however the clocks came to it. */
  readonly isSummer: boolean;
}

/**
 * The last change not after `from`, and those up to `to`. A summer alone has its end with it: Outlook and others want
 * a standard time in each definition.
 */
function changesBetween(id: string, from: number, to: number): readonly Season[] {
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(id);
  // The change before an instant does not include one at that very instant.
  const last = start.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const changes = [last === null ? always(offsetOf(start)) : changeAt(last)];
  let next = start.getTimeZoneTransition('next');
  for (; next !== null && next.epochMilliseconds <= to; next = next.getTimeZoneTransition('next')) {
    changes.push(changeAt(next));
  }
  if (next !== null) changes.push(changeAt(next));
  const seasons = changes.map((change, place) => ({
    ...change,
    isSummer: isSummer(change, changes[place + 1]),
  }));
  const within = seasons.filter(({ at }) => at <= to);
  return within.every((season) => season.isSummer) ? seasons : within;
}

const isSummer = (change: Change, next: Change | undefined): boolean =>
  change.after > change.before &&
  next !== undefined &&
  next.after < next.before &&
  next.at - change.at < 365 * DAY_MS;

const always = (offset: number): Change => ({ at: BEGINNING - offset, before: offset, after: offset });

const changeAt = (transition: Temporal.ZonedDateTime): Change => ({
  at: transition.epochMilliseconds,
  before: offsetOf(transition.subtract({ nanoseconds: 1 })),
  after: offsetOf(transition),
});

const offsetOf = (time: Temporal.ZonedDateTime): number => time.offsetNanoseconds / 1_000_000;

/** RFC 5545 section 3.3.14: `+0100`, with seconds only where there are any. */
function offsetText(offset: number): string {
  const { sign, hours, minutes, seconds } = parts(offset);
  return `${sign}${two(hours)}${two(minutes)}${seconds === 0 ? '' : two(seconds)}`;
}

/** As the tz database names what has no abbreviation of its own: `+01`, `+0545`. */
function nameText(offset: number): string {
  const { sign, hours, minutes } = parts(offset);
  return `${sign}${two(hours)}${minutes === 0 ? '' : two(minutes)}`;
}

function parts(offset: number): { sign: string; hours: number; minutes: number; seconds: number } {
  const size = Math.abs(offset);
  return {
    sign: offset < 0 ? '-' : '+',
    hours: Math.floor(size / HOUR_MS),
    minutes: Math.floor((size % HOUR_MS) / 60_000),
    seconds: Math.floor((size % 60_000) / 1000),
  };
}

const two = (number: number): string => String(number).padStart(2, '0');
