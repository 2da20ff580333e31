import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import { titleMatcher } from '../../title-pattern.ts';
import { overlaps, type Span } from './selection.ts';

/** Why a personal event does not become a busy block. A sentence each: shown by `explain` and on screen. */
export const SKIP_REASONS = {
  ours: 'It is one of our own exported bookings.',
  cancelled: 'It was cancelled.',
  'not-imported': 'This mapping does not import.',
  free: 'It is marked as free time.',
  declined: 'You declined it.',
  'working-location': 'It only says where you work.',
  birthday: 'It is a birthday.',
  'no-time': 'It takes no time: it ends when it begins.',
  'out-of-window': 'It lies outside the days that this mapping keeps in step.',
  'all-day': 'This mapping leaves out all-day events.',
  tentative: 'This mapping leaves out tentative events.',
  private: 'This mapping leaves out private events.',
  title: 'Its title matches what this mapping leaves out.',
  copy: 'The same meeting already blocks this time from another calendar.',
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;

/** The title filter as a matcher. Patterns are checked when a mapping is saved, so a bad one matches nothing. */
export function titleFilter(pattern: string | null): (title: string) => boolean {
  if (pattern === null || pattern === '') return () => false;
  try {
    return titleMatcher(pattern);
  } catch {
    return () => false;
  }
}

/** UTC instants between which an event blocks time. A date counts as that date in UTC: close enough for windows. */
export function eventSpan(event: Pick<CalendarEvent, 'time'>): Span {
  const instant = (text: string): string => (text.length === 10 ? `${text}T00:00:00.000Z` : text);
  return { from: instant(event.time.start), to: instant(event.time.end) };
}

/**
 * Why an event does not block time, or null when it does.
 * @param ours whether it is one of our own exports, seen in any calendar of any account
 */
export function skipReason(
  event: CalendarEvent,
  mapping: Mapping,
  context: {
    readonly ours: boolean;
    readonly window: Span;
    readonly titleMatches: (title: string) => boolean;
  },
): SkipReason | null {
  if (context.ours) return 'ours';
  const span = eventSpan(event);
  return (
    ownReason(event, span) ??
    (overlaps(span.from, span.to, context.window) ? null : 'out-of-window') ??
    mappingReason(event, mapping, context.titleMatches)
  );
}

/** What the event says of itself. */
function ownReason(event: CalendarEvent, span: Span): SkipReason | null {
  if (event.kind === 'working-location') return 'working-location';
  if (event.kind === 'birthday') return 'birthday';
  if (event.transparency === 'free') return 'free';
  if (event.response === 'declined') return 'declined';
  // A reminder rather than an appointment; no slot could be closed by it.
  return span.to <= span.from ? 'no-time' : null;
}

/** What the mapping leaves out. */
function mappingReason(
  event: CalendarEvent,
  { skip }: Mapping,
  titleMatches: (title: string) => boolean,
): SkipReason | null {
  const isTentative = event.status === 'tentative' || event.response === 'tentative';
  if (skip.includes('all-day') && event.time.kind === 'all-day') return 'all-day';
  if (skip.includes('tentative') && isTentative) return 'tentative';
  if (skip.includes('private') && event.visibility === 'private') return 'private';
  return titleMatches(event.title) ? 'title' : null;
}
