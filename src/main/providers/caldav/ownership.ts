import { z } from 'zod';
import type { OwnershipTag } from '../../../shared/domain/calendar-event.ts';

const StoredTag = z.object({
  bookingId: z.string(),
  incarnation: z.int().nonnegative(),
  self: z.string(),
  scope: z.string(),
  sent: z.string(),
});

/**
 * The value of our property in an event. In an alphabet that nobody escapes: Xandikos writes percent-encoded colons
 * out, others put backslashes before what they take for separators.
 */
export function tagText(tag: OwnershipTag): string {
  return Buffer.from(JSON.stringify(StoredTag.parse(tag))).toString('base64url');
}

/** The tag in the property's value, or null when there is none that is whole. */
export function tagFrom(text: string): OwnershipTag | null {
  if (text === '') return null;
  try {
    return StoredTag.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    return null;
  }
}
