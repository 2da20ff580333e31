import type { OwnershipTag } from '../../../shared/domain/calendar-event.ts';

/** Private extended properties: seen by this calendar's API clients only, kept through edits and copies. */
type Properties = Readonly<Record<string, string>>;

const BOOKING = 'calendarSyncBooking';
const INCARNATION = 'calendarSyncIncarnation';
const SELF = 'calendarSyncSelf';
const SCOPE = 'calendarSyncScope';
const SENT = 'calendarSyncSent';

export function tagProperties(tag: OwnershipTag): Properties {
  return {
    [BOOKING]: tag.bookingId,
    [INCARNATION]: String(tag.incarnation),
    [SELF]: tag.self,
    [SCOPE]: tag.scope,
    [SENT]: tag.sent,
  };
}

/** The tag among an event's private properties, or null when there is none that is whole. */
export function tagFrom(properties: Properties | undefined): OwnershipTag | null {
  const bookingId = properties?.[BOOKING];
  const incarnation = properties?.[INCARNATION];
  const self = properties?.[SELF];
  const scope = properties?.[SCOPE];
  const sent = properties?.[SENT];
  if (bookingId === undefined || self === undefined || scope === undefined || sent === undefined) return null;
  if (incarnation === undefined || !/^\d{1,9}$/.test(incarnation)) return null;
  return { bookingId, incarnation: Number(incarnation), self, scope, sent };
}
