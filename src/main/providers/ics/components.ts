import { sync } from 'node-ical';
import { z } from 'zod';
import { RAW } from './calendar-text.ts';
import { unreadable } from './ics-errors.ts';

/** A property's parameters and value as they stand in the feed, from the `;` or `:` after its name on. */
export type RawProperty = string;

/** A VEVENT (RFC 5545 section 3.6.1), its times and rules not yet read. */
export type EventComponent = Readonly<z.infer<typeof EventComponent>>;

/** A STANDARD or DAYLIGHT of a VTIMEZONE (section 3.6.5). */
export type ObservanceComponent = Readonly<z.infer<typeof ObservanceComponent>>;

export interface ZoneComponent {
  readonly id: string;
  /** `X-LIC-LOCATION`: its IANA name, as libical writes it. */
  readonly location: string;
  readonly observances: readonly ObservanceComponent[];
}

export interface CalendarComponent {
  /** `X-WR-CALNAME` or `NAME` (RFC 7986 section 5.1). */
  readonly name: string;
  /** `X-WR-TIMEZONE` */
  readonly timeZone: string;
  readonly zones: readonly ZoneComponent[];
  readonly events: readonly EventComponent[];
}

/** node-ical has text as a string, with parameters as an object, and several of the same name as an array of these. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value === 'object' && value !== null && 'val' in value) return texts(value.val);
  return [];
}

const firstText = (value: unknown): string => texts(value)[0] ?? '';

/** The first one where there should be one, and '' where there is none. */
const Text = z.unknown().optional().transform(firstText);
const Texts = z.unknown().optional().transform(texts);
const Whole = z.int().catch(0);

const EventComponent = z
  .object({
    summary: Text,
    description: Text,
    location: Text,
    status: Text,
    class: Text,
    transparency: Text,
    'MICROSOFT-CDO-BUSYSTATUS': Text,
    sequence: Whole,
    [`${RAW}UID`]: Text,
    [`${RAW}DTSTART`]: Text,
    [`${RAW}DTEND`]: Text,
    [`${RAW}DURATION`]: Text,
    [`${RAW}RRULE`]: Texts,
    [`${RAW}EXRULE`]: Texts,
    [`${RAW}RDATE`]: Texts,
    [`${RAW}EXDATE`]: Texts,
    [`${RAW}RECURRENCE-ID`]: Text,
  })
  .transform((found) => found);

const ObservanceComponent = z.object({});
void sync;
void unreadable;
