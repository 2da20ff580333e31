import { base32hex } from 'rfc4648';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import type { GoogleEvent } from './event.ts';
import { type EventContent, eventContent } from './event-content.ts';
import { EventStore } from './event-store.ts';
import { GoogleError, invalid } from './google-error.ts';
import { isJsonObject, mergePatch } from './merge-patch.ts';
import { occurrenceOf } from './recurrence.ts';
import { instanceOf, isSeries, parseInstanceId } from './series.ts';

const EVENT_ID = /^[a-v0-9]{5,1024}$/;

/** Who writes to a calendar. */
export interface Writer {
  readonly email: string;
  readonly displayName?: string | undefined;
  /**
   * `client`: through the API, which keeps some fields to itself. `seed`: may set any field, so that events can be
   * placed that only others or Google itself could have made.
   */
  readonly kind: 'client' | 'seed';
}

export interface CalendarDescription {
  /** The owner's address for a primary calendar, else an address of its own. */
  readonly id: string;
  readonly summary: string;
  /** IANA. */
  readonly timeZone: string;
  readonly primary?: boolean | undefined;
}

/** The fields that no client may set. */
function reservedFields({ creator, organizer, hangoutLink, locked, privateCopy }: Partial<EventContent>) {
  return { creator, organizer, hangoutLink, locked, privateCopy };
}

/**
 * One calendar: the rules of the events resource, over a store of what was written.
 *
 * https://developers.google.com/workspace/calendar/api/v3/reference/events
 */
export class GoogleCalendar {
  readonly id: string;
  readonly summary: string;
  readonly timeZone: string;
  readonly primary: boolean;
  readonly events: EventStore;
  /** Sync tokens of an earlier epoch have expired. */
  #epoch = 0;
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;

  constructor(
    description: CalendarDescription,
    clock: SandboxClock,
    random: SandboxRandom,
    onWrite: () => void,
  ) {
    this.id = description.id;
    this.summary = description.summary;
    this.timeZone = description.timeZone;
    this.primary = description.primary ?? false;
    this.events = new EventStore(description.timeZone, onWrite);
    this.#clock = clock;
    this.#random = random;
  }

  get epoch(): number {
    return this.#epoch;
  }

  expireSyncTokens(): void {
    this.#epoch += 1;
  }

  /** An event, a series, or one instance of a series, deleted ones too; null when there never was one. */
  find(id: string, position = this.events.position): GoogleEvent | null {
    const entry = this.events.entry(id, position);
    const instance = parseInstanceId(id);
    if (instance === null) return entry?.event ?? null;
    const series = this.events.entry(instance.seriesId, position)?.event;
    if (entry !== null && !entry.detached) {
      return series?.status === 'cancelled' ? { ...entry.event, status: 'cancelled' } : entry.event;
    }
    const occurrence =
      series !== undefined && isSeries(series) ? occurrenceOf(series, instance.key, this.timeZone) : null;
    if (series === undefined || occurrence === null) return entry?.event ?? null;
    return instanceOf(series, occurrence, this.timeZone);
  }

  /** @throws GoogleError 404 `notFound` */
  get(id: string): GoogleEvent {
    const event = this.find(id);
    if (event === null) throw new GoogleError(404);
    return event;
  }

  /**
   * Creates an event, under the client's own id if it names one.
   * @throws GoogleError 400 when Google would not take it, 409 `duplicate` when the id is or ever was taken
   */
  insert(resource: unknown, writer: Writer): GoogleEvent {
    const content = this.#content(resource, writer);
    if (writer.kind === 'client') this.#assertCreatable(content);
    const id = content.id ?? this.#freshId();
    if (!EVENT_ID.test(id)) throw invalid('Invalid resource id value.', 'resource.id');
    if (this.events.entry(id) !== null) throw new GoogleError(409);
    const now = this.#now();
    const creator = { email: writer.email, displayName: writer.displayName };
    const organizer = { email: this.id, displayName: this.primary ? undefined : this.summary };
    return this.#write({
      ...content,
      kind: 'calendar#event',
      etag: '',
      id,
      htmlLink: this.#link(id),
      created: now,
      updated: now,
      iCalUID: content.iCalUID ?? `${id}@google.com`,
      creator: this.#withSelf(content.creator ?? creator),
      organizer: this.#withSelf(content.organizer ?? organizer),
    });
  }

  /**
   * Replaces what a client may say of an event. An update that does not say otherwise brings a deleted one back.
   * @param ifMatch the etag it must still have
   * @throws GoogleError 400, 403 `forbidden`, 404 `notFound`, 412 `conditionNotMet`
   */
  update(id: string, resource: unknown, writer: Writer, ifMatch?: string): GoogleEvent {
    const present = this.#present(id, ifMatch);
    const given = isJsonObject(resource) ? { eventType: present.eventType, ...resource } : resource;
    return this.#replace(present, given, writer);
  }

  /** As `update`, but leaves alone what `patch` does not name; null removes a field (RFC 7396). */
  patch(id: string, patch: unknown, writer: Writer, ifMatch?: string): GoogleEvent {
    const present = this.#present(id, ifMatch);
    return this.#replace(present, mergePatch(present, patch), writer);
  }

  /**
   * Deletes an event, a whole series, or one instance of a series.
   * @throws GoogleError 404 `notFound`, 410 `deleted` when it already is, 412 `conditionNotMet`
   */
  delete(id: string, ifMatch?: string): void {
    const present = this.get(id);
    if (present.status === 'cancelled') throw new GoogleError(410);
    this.#assertMatch(present, ifMatch);
    this.#write({
      ...present,
      status: 'cancelled',
      sequence: present.sequence + 1,
      updated: this.#now(),
    });
  }

  #present(id: string, ifMatch: string | undefined): GoogleEvent {
    const present = this.get(id);
    this.#assertMatch(present, ifMatch);
    // An occurrence that its series no longer has cannot come back by itself.
    if (present.status === 'cancelled' && this.events.entry(id)?.detached) throw new GoogleError(403);
    return present;
  }

  #assertMatch(event: GoogleEvent, ifMatch: string | undefined): void {
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== event.etag) throw new GoogleError(412);
  }

  #replace(present: GoogleEvent, resource: unknown, writer: Writer): GoogleEvent {
    const content = this.#content(resource, writer);
    const { recurringEventId, originalStartTime } = present;
    if (recurringEventId !== undefined && content.recurrence !== undefined) {
      throw invalid('An instance of a recurring event cannot recur itself.', 'recurrence');
    }
    if (writer.kind === 'client' && content.eventType !== present.eventType) {
      throw invalid('The event type cannot be changed.', 'eventType');
    }
    if (isJsonObject(resource) && 'sequence' in resource && content.sequence < present.sequence) {
      throw invalid(
        'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.',
        'sequence',
      );
    }
    const timed = (event: EventContent): string =>
      JSON.stringify([event.start, event.end, event.recurrence, event.status]);
    const sequence = Math.max(content.sequence, present.sequence);
    const replacement: GoogleEvent = {
      ...content,
      ...(writer.kind === 'client' ? reservedFields(present) : {}),
      kind: present.kind,
      etag: '',
      id: present.id,
      htmlLink: present.htmlLink,
      created: present.created,
      updated: this.#now(),
      iCalUID: present.iCalUID,
      sequence: timed(content) === timed(present) ? sequence : sequence + 1,
      recurringEventId,
      originalStartTime,
    };
    return this.#write(replacement, this.#detachedBy(replacement));
  }

  /** The edited and cancelled occurrences that a series no longer has, as they are left. */
  #detachedBy(series: GoogleEvent): readonly GoogleEvent[] {
    return this.events
      .exceptionsOf(series.id)
      .filter(({ event, detached }) => {
        const key = parseInstanceId(event.id)?.key ?? '';
        return !detached && !(isSeries(series) && occurrenceOf(series, key, this.timeZone) !== null);
      })
      .map(({ event }) => ({ ...event, status: 'cancelled', updated: series.updated }));
  }

  #content(resource: unknown, writer: Writer): EventContent {
    const content = eventContent(resource, this.timeZone);
    const withPeople = { ...content, attendees: this.#attendees(content) };
    return writer.kind === 'seed' ? withPeople : { ...withPeople, ...reservedFields({}) };
  }

  #attendees(content: EventContent): EventContent['attendees'] {
    return content.attendees?.map((attendee) => {
      const isSelf = attendee.email.toLowerCase() === this.id.toLowerCase();
      return { ...attendee, self: isSelf ? true : undefined };
    });
  }

  #assertCreatable({ eventType }: EventContent): void {
    if (eventType === 'default' || (this.primary && eventType !== 'fromGmail')) return;
    throw invalid(`An event of type ${eventType} cannot be created on this calendar.`, 'eventType');
  }

  #withSelf(person: NonNullable<GoogleEvent['creator']>): NonNullable<GoogleEvent['creator']> {
    return { ...person, self: person.email?.toLowerCase() === this.id.toLowerCase() ? true : undefined };
  }

  #write(event: GoogleEvent, detached: readonly GoogleEvent[] = []): GoogleEvent {
    const change = String(this.events.position).padStart(6, '0');
    const etag = `"${Date.parse(event.updated)}${change}"`;
    const written = { ...event, etag };
    this.events.write(
      written,
      detached.map((exception) => ({ ...exception, etag })),
    );
    return written;
  }

  #freshId(): string {
    return base32hex.stringify(this.#random.bytes(16), { pad: false }).toLowerCase();
  }

  #link(id: string): string {
    return `https://www.google.com/calendar/event?eid=${Buffer.from(`${id} ${this.id}`).toString('base64url')}`;
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}
