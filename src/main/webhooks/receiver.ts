import type { Clock, Log } from '../ports.ts';
import type { Channel } from '../store/channel-repository.ts';
import type { Store } from '../store/store.ts';
import { isSecret, type Notice, noticesOf, type Posted } from './notification.ts';

/** What whoever posted is answered: an HTTP status. */
export type Verdict = 202 | 400 | 403 | 404 | 429;

export interface ReceiverPorts {
  readonly store: Pick<Store, 'channels'>;
  readonly clock: Clock;
  readonly log: Log;
  /** A calendar is to be read. */
  readonly onChanged: () => void;
}

/** How long to wait for more about the same calendar: one edit is often several notifications. */
const DEBOUNCE_MS = 5_000;
const MINUTE_MS = 60_000;
/** What providers send in a minute on a busy day is far less. */
const NOTIFICATIONS_A_MINUTE = 1_000;
/** Whoever knows a channel and its secret is refused nothing. */
const REFUSALS_A_MINUTE = 60;
/** Changes remembered for each channel, so that one told twice is taken once. */
const REMEMBERED = 500;

/**
 * Takes notifications in, by the relay and directly alike. What they say is never more than that a calendar should be
 * read, and it is read once for all that arrive within five seconds.
 */
export class Receiver {
  readonly #ports: ReceiverPorts;
  readonly #taken = new Map<string, Set<string>>();
  /** Of each calendar that is to be read: the run that had begun when its latest notification came. */
  readonly #waiting = new Map<string, number>();
  /** Counts the runs that have begun. */
  #runs = 0;
  readonly #accepted: Allowance;
  readonly #refused: Allowance;

  constructor(ports: ReceiverPorts) {
    this.#ports = ports;
    this.#accepted = new Allowance(ports.clock, NOTIFICATIONS_A_MINUTE);
    this.#refused = new Allowance(ports.clock, REFUSALS_A_MINUTE);
  }

  /** A run begins: what has been told by now it will see. */
  runBegins(): void {
    this.#runs += 1;
  }

  /** The run that began last has read a calendar to its end. */
  runHasRead(accountId: string, calendarId: string): void {
    const calendar = JSON.stringify([accountId, calendarId]);
    // What came while it ran may have come after the calendar was read.
    if (this.#waiting.get(calendar) !== this.#runs) this.#waiting.delete(calendar);
  }

  receive(posted: Posted): Verdict {
    if (!this.#accepted.take()) return 429;
    const notices = noticesOf(posted);
    if (notices === null) return this.#refuse(400, posted);
    const known = notices.flatMap((notice) => {
      const channel = this.#channelOf(posted, notice);
      return channel === null ? [] : [{ notice, channel }];
    });
    if (known.length === 0) return this.#refuse(404, posted);
    const genuine = known.filter(({ notice, channel }) => isSecret(notice.secret, channel.secretHash));
    if (genuine.length === 0) return this.#refuse(403, posted);
    for (const { notice, channel } of genuine) this.#take(notice, channel);
    return 202;
  }

  #channelOf({ provider, headers }: Posted, { channel: name }: Notice): Channel | null {
    const { channels } = this.#ports.store;
    if (provider === 'microsoft') return channels.byRemoteId(name);
    const channel = channels.get(name);
    // The first message may be here before the answer that names the resource.
    if (channel?.remoteId == null) return channel;
    return channel.remoteId === headers['x-goog-resource-id'] ? channel : null;
  }

  #refuse(verdict: 400 | 403 | 404, { provider }: Posted): Verdict {
    if (!this.#refused.take()) return 429;
    this.#ports.log('warn', 'webhooks', 'A notification was refused', { provider, status: verdict });
    return verdict;
  }

  #take({ event, message, key }: Notice, channel: Channel): void {
    const { channels } = this.#ports.store;
    if (message !== null) {
      if (message <= channel.lastMessage) return;
      channels.update(channel.id, { lastMessage: message });
    }
    switch (event) {
      case 'opened':
        return;
      case 'changed':
        if (message !== null || this.#isNew(channel.id, key)) this.#wait(channel);
        return;
      case 'missed':
        this.#wait(channel);
        return;
      case 'reauthorize':
        // Renewing is what reauthorizes, and is done before the next run.
        channels.update(channel.id, { renewAt: this.#ports.clock.now().toISOString() });
        this.#wait(channel);
        return;
      case 'removed':
        channels.remove(channel.id);
        this.#wait(channel);
        return;
    }
  }

  #isNew(channelId: string, key: string): boolean {
    const taken = this.#taken.get(channelId) ?? new Set<string>();
    if (taken.has(key)) return false;
    if (taken.size >= REMEMBERED) taken.clear();
    this.#taken.set(channelId, taken.add(key));
    return true;
  }

  #wait(channel: Channel): void {
    const calendar = JSON.stringify([channel.accountId, channel.calendarId]);
    const isFirst = !this.#waiting.has(calendar);
    this.#waiting.set(calendar, this.#runs);
    if (!isFirst) return;
    void this.#ports.clock.sleep(DEBOUNCE_MS).then(() => this.#settle(calendar));
  }

  #settle(calendar: string): void {
    // Providers tell of our own writing as well, and nobody can say which of their notifications do: read once more.
    if (this.#waiting.delete(calendar)) this.#ports.onChanged();
  }
}

/** At most so many in a minute. */
class Allowance {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #from = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  take(): boolean {
    const now = this.#clock.now().getTime();
    if (now - this.#from >= MINUTE_MS || now < this.#from) {
      this.#from = now;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#perMinute;
  }
}
