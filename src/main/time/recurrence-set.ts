import { expandRule, type InstantSpan, isOverBefore, type RuleStart } from './rule.ts';
import { startOfDay, type WallTime } from './wall-time.ts';
import { toInstant, toWall } from './zone.ts';

/** When a series happens (RFC 5545 section 3.8.5). */
export interface RecurrenceSet extends RuleStart {
  /** Values of RRULE. */
  readonly rules: readonly string[];
  /** Values of EXRULE, which RFC 5545 no longer has and some calendars still write. */
  readonly exceptionRules: readonly string[];
  /** RDATE, as instants. */
  readonly dates: readonly number[];
  /** EXDATE, as instants. */
  readonly exceptions: ReadonlySet<number>;
  /** EXDATE without a time: nothing of that day, by the series' own clock. */
  readonly exceptionDays: ReadonlySet<WallTime>;
}

export interface Expansion {
  /** Instants within the span, ascending, each once. */
  readonly starts: readonly number[];
  /** Why rules could not be followed; the series then has its first start and its listed dates only. */
  readonly refused: readonly string[];
  /** How much work it was; 1 is what it takes to calculate a start. */
  readonly work: number;
}

/** One is what RFC 5545 asks for; some calendars write a few. */
const MAX_RULES = 8;

/**
 * The starts of a series within a span. DTSTART is always its first one, whether or not the rules yield it
 * (section 3.8.2.4), unless it is excepted or all rules are over before it: so Google writes a series of which
 * everything was moved to another one.
 */
export function expand(set: RecurrenceSet, span: InstantSpan): Expansion {
  const refused: string[] = [];
  let work = 1;
  const yielded = (rules: readonly string[]): readonly number[] =>
    rules.slice(0, MAX_RULES).flatMap((rule) => {
      const expansion = expandRule(rule, set, span);
      work += expansion.work;
      if (expansion.kind === 'starts') return expansion.starts;
      refused.push(expansion.reason);
      return [];
    });

  const isOver = set.rules.length > 0 && set.rules.every((rule) => isOverBefore(rule, set));
  const first = isOver ? [] : [toInstant(set.zone, set.start)];
  const starts = new Set([...first, ...set.dates, ...yielded(set.rules)]);
  for (const excepted of yielded(set.exceptionRules)) starts.delete(excepted);
  const kept = [...starts].filter(
    (start) => start >= span.from && start < span.to && !isExcepted(set, start),
  );
  return { starts: kept.sort((a, b) => a - b), refused, work };
}

function isExcepted({ exceptions, exceptionDays, zone }: RecurrenceSet, start: number): boolean {
  if (exceptions.has(start)) return true;
  return exceptionDays.size > 0 && exceptionDays.has(startOfDay(toWall(zone, start)));
}
