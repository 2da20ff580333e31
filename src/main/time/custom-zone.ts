import { expandRule } from './rule.ts';
import { lastNotAfter } from './sorted.ts';
import { DAY_MS, HOUR_MS, type WallTime } from './wall-time.ts';
import { fixedZone, type Zone } from './zone.ts';

/** One STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545 section 3.6.5). */
export interface Observance {
  /** When it first begins, by the clock before it. */
  readonly onset: WallTime;
  /** Milliseconds to add to an instant for the wall time, before and after. */
  readonly offsetFrom: number;
  readonly offsetTo: number;
  readonly rules: readonly string[];
  /** Further onsets. */
  readonly onsets: readonly WallTime[];
}

/** Definitions are expanded once and for all between these. */
const SPAN = { from: Date.UTC(1970, 0, 1), to: Date.UTC(2100, 0, 1) };

/** Nobody has changed their clocks as often; what comes after is no definition any more. */
const MAX_OBSERVANCES = 500;

interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/**
 * A zone as its definition says.
 * @param name the IANA zone to show its events in
 * @returns null when the definition is empty
 */
export function customZone(name: string, observances: readonly Observance[]): Zone | null {
  const changes = observances
    .slice(0, MAX_OBSERVANCES)
    .flatMap(changesOf)
    .sort((a, b) => a.at - b.at);
  const first = changes[0];
  if (first === undefined) return null;
  return {
    name,
    custom: true,
    offsetAt: (instant) => lastNotAfter(changes, instant)?.after ?? first.before,
  };
}

function changesOf(observance: Observance): readonly Change[] {
  const { onset, offsetFrom, offsetTo } = observance;
  const before = fixedZone('UTC', offsetFrom);
  const repeated = observance.rules.slice(0, 1).flatMap((rule) => {
    const expansion = expandRule(rule, { start: onset, zone: before, dated: false }, SPAN);
    return expansion.kind === 'starts' ? expansion.starts : [];
  });
  const single = [onset, ...observance.onsets].map((wall) => wall - offsetFrom);
  return [...new Set([...single, ...repeated])].map((at) => ({ at, before: offsetFrom, after: offsetTo }));
}

/**
 * RFC 5545 section 3.3.14, `+0100` or `-033045`, in milliseconds; null when it is none. Some programs leave out the
 * plus or the minutes, or write colons.
 */
export function parseOffset(text: string): number | null {
  const match = /^([+-]?)(\d{2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(text);
  if (match === null) return null;
  const [, sign, hours, minutes = '0', seconds = '0'] = match;
  const size = Number(hours) * HOUR_MS + Number(minutes) * 60_000 + Number(seconds) * 1000;
  if (size >= DAY_MS) return null;
  return sign === '-' ? -size : size;
}
