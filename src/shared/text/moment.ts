/** For whom times are written: what the host knows of its user. */
export interface Reader {
  /** BCP 47, e.g. `en-GB`. */
  readonly locale: string;
  /** IANA name, e.g. `Europe/London`. */
  readonly timeZone: string;
  /** UTC instant. */
  readonly now: Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const NEAR_DAYS = 6;

/** `09:42`, or `9:42 AM`, in the reader's zone and habit. */
export function timeText(instant: string, { locale, timeZone }: Reader): string {
  return format(locale, { timeZone, timeStyle: 'short' }, instant);
}

/** As short as the distance allows: `09:42` today, `Tue 09:42` within six days, else `3 Dec, 09:42`. */
export function momentText(instant: string, reader: Reader): string {
  const time = timeText(instant, reader);
  const distance = Math.abs(dayNumber(instant, reader) - dayNumber(reader.now.toISOString(), reader));
  if (distance === 0) return time;
  const { locale, timeZone } = reader;
  if (distance <= NEAR_DAYS) return `${format(locale, { timeZone, weekday: 'short' }, instant)} ${time}`;
  return `${format(locale, { timeZone, day: 'numeric', month: 'short' }, instant)}, ${time}`;
}

/** Days since 1970 of the reader's calendar day, so that two instants can be compared by day. */
function dayNumber(instant: string, { timeZone }: Reader): number {
  const options = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const parts = format('en-CA', options, instant).slice(0, 'YYYY-MM-DD'.length);
  return Date.parse(`${parts}T00:00:00Z`) / DAY_MS;
}

const format = (locale: string, options: Intl.DateTimeFormatOptions, instant: string): string =>
  formatter(locale, options).format(new Date(instant));

/** Making one takes a hundred times as long as using it, and a log writes thousands of times in few ways. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
}

/** RFC 3339 in UTC, as the log and reasons name times: they are written where nobody knows who will read them. */
const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z/g;

/** A sentence of the program with its times as its reader writes them. */
export const withTimes = (sentence: string, write: (instant: string) => string): string =>
  sentence.replaceAll(INSTANT, write);
