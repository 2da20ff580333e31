import { hash } from 'node:crypto';
import type { SandboxClock, SandboxRandom } from '../ports.ts';
import { calendarText } from './calendar-text.ts';
import type { EventChanges, EventDraft, PublishedEvent } from './published-event.ts';

const PUBLISHER = 'Heat and Meter Ltd';
const TOKEN_BYTES = 16;

export interface FeedSettings {
  readonly id: string;
  readonly name: string;
  /** What the publisher says of the zone of times without one. */
  readonly timeZone?: string | undefined;
  /** VTIMEZONE components as they are published. */
  readonly zones?: readonly string[] | undefined;
  /** The secret part of its address. Default: a fresh one. */
  readonly token?: string | undefined;
}

/** A feed as its server sends it. */
export interface PublishedFeed {
  readonly text: string;
  readonly etag: string;
  /** Whole seconds, as HTTP dates are. */
  readonly lastModified: Date;
}

interface Feed {
  readonly settings: FeedSettings;
  token: string;
  events: readonly PublishedEvent[];
  /** What is published instead of the events, word for word. */
  text: string | null;
  modifiedAt: Date;
}

/** Without what is not said. */
const given = (changes: EventChanges): Partial<PublishedEvent> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

/** Who publishes calendars, and what is in them. */
export class IcsState {
  readonly #clock: SandboxClock;
  readonly #random: SandboxRandom;
  readonly #feeds = new Map<string, Feed>();

  constructor(clock: SandboxClock, random: SandboxRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  addFeed(settings: FeedSettings): void {
    const token = settings.token ?? this.#freshToken();
    this.#feeds.set(settings.id, { settings, token, events: [], text: null, modifiedAt: this.#clock.now() });
  }

  /** Ids, in the order in which they were published. */
  feeds(): readonly string[] {
    return [...this.#feeds.keys()];
  }

  name(id: string): string {
    return this.#feed(id).settings.name;
  }

  /** Path of a feed below the service: whoever knows it may read it. */
  path(id: string): string {
    return `/calendars/${encodeURIComponent(id)}/private-${this.#feed(id).token}/basic.ics`;
  }

  /** The feed of that path, or null when there is none or its token is an old one. */
  published(id: string, token: string): PublishedFeed | null {
    const feed = this.#feeds.get(id);
    if (feed === undefined || feed.token !== token) return null;
    const text = this.text(id);
    const lastModified = new Date(Math.floor(feed.modifiedAt.getTime() / 1000) * 1000);
    return { text, etag: `"${hash('sha256', text, 'base64url').slice(0, 22)}"`, lastModified };
  }

  /** What the feed says now. */
  text(id: string): string {
    const { text, settings, events } = this.#feed(id);
    const { name, timeZone = null, zones = [] } = settings;
    return text ?? calendarText({ name, timeZone, zones, events }, PUBLISHER);
  }

  /** Publishes this instead of the events, or with null the events again. */
  replaceText(id: string, text: string | null): void {
    this.#feed(id).text = text;
    this.#touch(id);
  }

  /** Gives the feed a new address; the old one leads nowhere. */
  rotate(id: string): void {
    this.#feed(id).token = this.#freshToken();
  }

  events(id: string): readonly PublishedEvent[] {
    return this.#feed(id).events;
  }

  addEvent(id: string, { uid, recurrence, transparent, ...draft }: EventDraft): PublishedEvent {
    const event: PublishedEvent = {
      ...draft,
      uid: uid ?? `${this.#random.uuid()}@heatandmeter.example`,
      recurrence: recurrence ?? [],
      transparent: transparent ?? false,
      sequence: 0,
      modifiedAt: this.#clock.now().toISOString(),
    };
    const feed = this.#feed(id);
    feed.events = [...feed.events, event];
    this.#touch(id);
    return event;
  }

  /**
   * Changes the event or series of that UID; occurrences with an entry of their own stay as they are.
   * @throws RangeError when there is none
   */
  editEvent(id: string, uid: string, changes: EventChanges): PublishedEvent {
    const feed = this.#feed(id);
    const before = feed.events.find((event) => event.uid === uid && event.recurrenceId === undefined);
    if (before === undefined) throw new RangeError(`The feed ${id} has no event ${uid}.`);
    const after: PublishedEvent = {
      ...before,
      ...given(changes),
      sequence: before.sequence + 1,
      modifiedAt: this.#clock.now().toISOString(),
    };
    feed.events = feed.events.map((event) => (event === before ? after : event));
    this.#touch(id);
    return after;
  }

  /** Takes an event out of the feed, a series with all of its occurrences. */
  deleteEvent(id: string, uid: string): void {
    const feed = this.#feed(id);
    feed.events = feed.events.filter((event) => event.uid !== uid);
    this.#touch(id);
  }

  /** Takes out everything: a calendar with nothing in it is published. */
  clear(id: string): void {
    this.#feed(id).events = [];
    this.#touch(id);
  }

  #touch(id: string): void {
    this.#feed(id).modifiedAt = this.#clock.now();
  }

  #freshToken(): string {
    return Buffer.from(this.#random.bytes(TOKEN_BYTES)).toString('hex');
  }

  #feed(id: string): Feed {
    const feed = this.#feeds.get(id);
    if (feed === undefined) throw new RangeError(`There is no feed ${id}.`);
    return feed;
  }
}
