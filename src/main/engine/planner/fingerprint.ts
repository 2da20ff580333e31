import { hash } from 'node:crypto';
import type { CalendarEvent, DesiredEvent, EventTime } from '../../../shared/domain/calendar-event.ts';

/** The fields of an exported event that we answer for. Everything else on it belongs to the technician. */
export const OWNED_FIELDS = ['time', 'title', 'description', 'location', 'status'] as const;
export type OwnedField = (typeof OWNED_FIELDS)[number];

/** What of an event counts when it is compared. */
export type OwnedContent = Pick<DesiredEvent, OwnedField>;

/**
 * A fingerprint per owned field, joined by dots in the order of `OWNED_FIELDS`. Short enough for an ownership tag,
 * so that the base of a merge survives the loss of the local database.
 */
export type Fingerprint = string;

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 10);

/** Any text's short fingerprint. */
export const textPrint = digest;

/**
 * Instants or dates only: providers rename zones, and the same instants in another zone are the same appointment.
 */
export function timePrint(time: EventTime): string {
  return digest(`${time.kind} ${time.start} ${time.end}`);
}

/** The fingerprint of an event's owned content. */
export function fingerprint(content: OwnedContent): Fingerprint {
  return [
    timePrint(content.time),
    digest(content.title),
    digest(content.description),
    digest(content.location),
    digest(content.status),
  ].join('.');
}

/** Whether an event is there as it was sent: with the same content, and once, which no series is. */
export const isAsSent = (event: OwnedContent & Pick<CalendarEvent, 'form'>, sent: Fingerprint): boolean =>
  event.form === 'single' && fingerprint(event) === sent;

/** The fields in which two fingerprints differ; all of them when either is not a fingerprint. */
export function changedFields(before: Fingerprint, after: Fingerprint): ReadonlySet<OwnedField> {
  if (before === after) return new Set();
  const was = before.split('.');
  const is = after.split('.');
  return new Set(OWNED_FIELDS.filter((_, index) => was[index] === undefined || was[index] !== is[index]));
}

/** `print` with one field taken from `from`. */
export function withField(print: Fingerprint, field: OwnedField, from: Fingerprint): Fingerprint {
  const index = OWNED_FIELDS.indexOf(field);
  const parts = print.split('.');
  parts[index] = from.split('.')[index] ?? '';
  return parts.join('.');
}
