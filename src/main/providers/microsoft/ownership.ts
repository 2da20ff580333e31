import { createHmac, hash } from 'node:crypto';
import { z } from 'zod';
import type { OwnershipTag } from '../../../shared/domain/calendar-event.ts';

/**
 * Graph assigns event ids, so what proves an event to be ours is its transaction id: we choose it, nobody can change
 * it, and every listing shows it. It says which event it is: booking and incarnation. What changes with each write
 * (`sent`) and what may be long (`scope`) is in an extended property, which is shown on request only and not in delta
 * listings. It also gives away a copy, should that take the transaction id over: the tag names the id of the event
 * that it was written to.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/event (transactionId)
 */
const PREFIX = 'cs1';
const SEPARATOR = '.';

export interface TransactionName {
  readonly bookingId: string;
  readonly incarnation: number;
}

/** The same for the same booking, calendar and incarnation on every computer: a second create finds the first. */
export function transactionId(calendarId: string, { bookingId, incarnation }: TransactionName): string {
  const named = [
    PREFIX,
    Buffer.from(bookingId).toString('base64url'),
    String(incarnation),
    // One mailbox may show the same booking in two of its calendars, and transaction ids are the mailbox's.
    hash('sha256', calendarId, 'base64url').slice(0, 8),
  ].join(SEPARATOR);
  return `${named}${SEPARATOR}${check(named)}`;
}

/** What one of our transaction ids says, or null when it is somebody else's. */
export function parseTransactionId(text: string | undefined): TransactionName | null {
  const [prefix, booking, incarnation, calendar, seal, ...rest] = text?.split(SEPARATOR) ?? [];
  if (prefix !== PREFIX || booking === undefined || incarnation === undefined || rest.length > 0) return null;
  if (
    !/^\d{1,9}$/.test(incarnation) ||
    seal !== check([prefix, booking, incarnation, calendar].join(SEPARATOR))
  )
    return null;
  return { bookingId: Buffer.from(booking, 'base64url').toString(), incarnation: Number(incarnation) };
}

/** Against accidents, not against forgers: those could write to the calendar anyway. */
function check(named: string): string {
  return createHmac('sha256', 'calendar-sync transaction id').update(named).digest('base64url').slice(0, 10);
}

/** A single-value extended property, https://learn.microsoft.com/en-us/graph/api/resources/singlevaluelegacyextendedproperty */
export const ExtendedProperty = z.object({ id: z.string(), value: z.string().nullish() });
export type ExtendedProperty = Readonly<z.infer<typeof ExtendedProperty>>;

const property = (name: string): string => `String {5d1c4b0e-64f3-4f0c-9a2e-8f7b1c2d6e90} Name ${name}`;
const TAG = property('CalendarSyncTag');
const TRANSACTION = property('CalendarSyncTransaction');

const StoredTag = z.object({
  bookingId: z.string(),
  incarnation: z.int(),
  self: z.string(),
  scope: z.string(),
  sent: z.string(),
});

/**
 * The ownership tag as a property.
 * @param tag `self` is '' while the event has no id yet
 */
export function tagProperty({ bookingId, incarnation, self, scope, sent }: OwnershipTag): ExtendedProperty {
  return { id: TAG, value: JSON.stringify({ bookingId, incarnation, self, scope, sent }) };
}

/** The tag of an event that has just been created: only now there is an id for it to name. */
export function sealedTag(eventId: string, properties: readonly ExtendedProperty[]): ExtendedProperty | null {
  const tag = storedTag(properties);
  return tag === null ? null : tagProperty({ ...tag, self: eventId });
}

/** The transaction id once more, since events can be looked for by their properties but not by their transaction id. */
export const transactionProperty = (id: string): ExtendedProperty => ({ id: TRANSACTION, value: id });

/** Query of a read by id that is to show the ownership tag. */
export const EXPAND_TAG = `$expand=${encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${TAG}')`)}`;

/** Query of a listing that is to show the event created under a transaction id. */
export function filterByTransaction(id: string): string {
  const filter = `singleValueExtendedProperties/Any(ep: ep/id eq '${TRANSACTION}' and ep/value eq '${id}')`;
  return `$filter=${encodeURIComponent(filter)}`;
}

/**
 * Query of a listing that is to show every event created by us that begins at an instant or later, and copies of such.
 *
 * https://learn.microsoft.com/en-us/graph/api/singlevaluelegacyextendedproperty-get
 */
export function filterCreatedFrom(instant: string): string {
  const isOurs = `singleValueExtendedProperties/Any(ep: ep/id eq '${TRANSACTION}' and ep/value ne null)`;
  return `$filter=${encodeURIComponent(`start/dateTime ge '${instant.slice(0, 19)}' and ${isOurs}`)}`;
}

/**
 * The ownership tag of an event, or null when it is not ours.
 * @param ownId its id, or for an occurrence its series' id, for an event whose tag is not shown
 * @param properties with the tag, where it was asked for; without it the tag says nothing of scope and content
 */
export function tagFrom(
  ownId: string,
  id: string | undefined,
  properties: readonly ExtendedProperty[] | undefined,
): OwnershipTag | null {
  const name = parseTransactionId(id);
  if (name === null) return null;
  const stored = storedTag(properties);
  if (stored?.bookingId !== name.bookingId || stored.incarnation !== name.incarnation) {
    return { ...name, self: ownId, scope: '', sent: '' };
  }
  return stored;
}

function storedTag(properties: readonly ExtendedProperty[] | undefined): OwnershipTag | null {
  const value = properties?.find(({ id }) => sameProperty(id, TAG))?.value;
  if (value == null) return null;
  try {
    return StoredTag.safeParse(JSON.parse(value)).data ?? null;
  } catch {
    return null;
  }
}

/** Exchange gives the GUID back in the case it likes. */
const sameProperty = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
