import type { OwnershipTag } from '../../../shared/domain/calendar-event.ts';

/** The value of our property in an event: readable, and without a character that iCalendar would have to escape. */
export function tagText(tag: OwnershipTag): string {
  return new URLSearchParams({
    booking: tag.bookingId,
    incarnation: String(tag.incarnation),
    self: tag.self,
    scope: tag.scope,
    sent: tag.sent,
  }).toString();
}

/** The tag in the property's value, or null when there is none that is whole. */
export function tagFrom(text: string): OwnershipTag | null {
  if (text === '') return null;
  // Some servers escape what needs no escaping.
  const values = new URLSearchParams(text.replaceAll('\\', ''));
  const [bookingId, incarnation, self, scope, sent] = ['booking', 'incarnation', 'self', 'scope', 'sent'].map(
    (name) => values.get(name) ?? undefined,
  );
  if (bookingId === undefined || self === undefined || scope === undefined || sent === undefined) return null;
  if (incarnation === undefined || !/^\d{1,9}$/.test(incarnation)) return null;
  return { bookingId, incarnation: Number(incarnation), self, scope, sent };
}
