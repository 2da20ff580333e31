import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { BookingChanged, RelayedWebhook } from '../../shared/domain/push-event.ts';
import type { Clock, Fetch, Log, Random } from '../ports.ts';
import { retryAfter } from './booking-error.ts';

/** Where the booking system pushes from, and who asks. */
export interface EventSource {
  /** `BASE/events` */
  readonly url: string;
  readonly token: string;
  readonly userAgent: string;
}

export interface EventStreamOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Unwrapped: an answer that never ends cannot be read to its end, nor tried again as a whole. */
  readonly fetch: Fetch;
  /** Null while there is nothing to listen to: not enrolled, or the booking system pushes nothing. */
  readonly source: () => Promise<EventSource | null>;
  /** Listening from now on. What happened before may have been missed. */
  readonly onOpen: () => void;
  readonly onBookingChanged: (change: BookingChanged) => void;
  readonly onWebhook: (webhook: RelayedWebhook) => void;
}

/** A comment comes every 15 s: three missed, and nobody is there. */
const SILENCE_MS = 45_000;
/** How long the answer may keep us waiting: some servers send its head together with the first line, 15 s later. */
const CONNECT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/**
 * Where nobody answers, asking burdens nobody, and it is how the end of an outage shows that the machine does not
 * tell of: a router without its line, a tunnel that is down. Still gentler than a browser's own event source.
 */
const LONGEST_UNREACHABLE_WAIT_MS = 10_000;
/**
 * A stream that told of something new, or on which a word came this long after it was asked for, was a good one: the next
 * wait is the first again. Many a proxy cuts whatever is older than half a minute.
 */
const GOOD_MS = 15_000;
/** How soon to look again whether there is something to listen to. */
const NOTHING_WAIT_MS = 10 * 60_000;
/** What one event may take: a provider's notification is a few kilobytes. */
const MAX_EVENT_CHARS = 1024 * 1024;

/** How listening came to its end. */
type Ending =
  | { readonly kind: 'nothing' | 'refused'; readonly waitMs: number }
  /** Nobody answered, or what had been opened broke off. */
  | { readonly kind: 'unreachable' | 'cut'; readonly error: unknown };

/**
 * Listens to the booking system's server-sent events (`GET /events`) until it is stopped. Goes on after the last
 * event it heard; comes back with exponential back-off and full jitter, since a server that restarts cuts all its
 * devices off at once.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  #stopping: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** Ends the present stream, or the wait for the next one. */
  #again = new AbortController();
  #lastEventId = '';
  #isOpen = false;
  /** When something came at last: milliseconds since the epoch, infinite where it was a new event. */
  #wordAt = 0;
  readonly #tried = Promise.withResolvers<void>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Whether the booking system can reach us now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves once the first attempt is through: listening, or not for now. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  start(): void {
    if (this.#stopping !== null) return;
    this.#stopping = new AbortController();
    this.#ended = this.#listen(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping?.abort(STOPPED);
    this.#stopping = null;
    await this.#ended;
  }

  /** Connects anew, at once: the machine slept or is on another network, or who we are has changed. */
  reconnect(): void {
    this.#again.abort(AGAIN);
    this.#again = new AbortController();
  }

  async #listen(stopping: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    let wasUnreachable = false;
    for (let failures = 0; !stopping.aborted; ) {
      const signal = AbortSignal.any([stopping, this.#again.signal]);
      const started = clock.now().getTime();
      const ending = await this.#once(signal);
      this.#isOpen = false;
      this.#tried.resolve();
      const wasGood = this.#wordAt - started >= GOOD_MS;
      failures = wasGood || (wasUnreachable && ending.kind !== 'unreachable') ? 1 : failures + 1;
      const isUnreachable = ending.kind === 'unreachable';
      // A night without a network is one line.
      if (ending.kind !== 'nothing' && !(isUnreachable && wasUnreachable)) {
        const fields = 'error' in ending ? { error: String(ending.error) } : {};
        log('info', 'events', `The event stream ended: ${ending.kind}`, fields);
      }
      wasUnreachable = isUnreachable;
      if (signal.aborted) failures = 0;
      else await pause(clock, waitAfter(ending, failures, random.unit()), signal);
    }
  }

  /** One connection, from asking to its end. */
  async #once(signal: AbortSignal): Promise<Ending> {
    const { log, fetch } = this.#options;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const watch = new Watch(this.#options.clock, () => over.abort(SILENT));
    this.#wordAt = 0;
    let asking = false;
    try {
      const source = await this.#options.source();
      if (source === null) return { kind: 'nothing', waitMs: NOTHING_WAIT_MS };
      watch.expect(CONNECT_MS);
      asking = true;
      const answer = await fetch(source.url, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${source.token}`,
          'cache-control': 'no-store',
          'user-agent': source.userAgent,
          ...(this.#lastEventId !== '' && { 'last-event-id': this.#lastEventId }),
        },
        // The token is for this server only, wherever it would like to send us.
        redirect: 'manual',
        signal: ended,
      });
      asking = false;
      if (!isEventStream(answer)) {
        await answer.body?.cancel();
        log('warn', 'events', `The booking system answered ${answer.status} instead of events`);
        return { kind: 'refused', waitMs: retryAfterMs(answer) ?? refusalWaitMs(answer.status) };
      }
      watch.expect(SILENCE_MS);
      this.#isOpen = true;
      this.#options.onOpen();
      this.#tried.resolve();
      await this.#read(answer.body, watch, ended);
      return { kind: 'cut', error: null };
    } catch (error) {
      // Whoever takes a connection and says nothing is there.
      return { kind: asking && !over.signal.aborted ? 'unreachable' : 'cut', error };
    } finally {
      watch.end();
    }
  }

  /** Until the answer ends, or the signal ends it, whether whoever sends it heeds that or not. */
  async #read(body: ReadableStream<Uint8Array>, watch: Watch, signal: AbortSignal): Promise<void> {
    const parser = createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onId: (id) => {
        if (id !== this.#lastEventId) this.#wordAt = Number.POSITIVE_INFINITY;
        this.#lastEventId = id;
      },
      onEvent: (event) => this.#take(event),
    });
    const decoder = new TextDecoder();
    const take = (chunk: Uint8Array): void => {
      watch.expect(SILENCE_MS);
      this.#wordAt = Math.max(this.#wordAt, this.#options.clock.now().getTime());
      parser.feed(decoder.decode(chunk, { stream: true }));
    };
    await body.pipeTo(new WritableStream({ write: take }), { signal });
  }

  /** One event. What cannot be understood is logged and passed over: a newer booking system may say more. */
  #take({ event, data }: EventSourceMessage): void {
    const { log, onBookingChanged, onWebhook } = this.#options;
    try {
      if (event === 'booking.changed') onBookingChanged(BookingChanged.parse(JSON.parse(data)));
      else if (event === 'webhook') onWebhook(RelayedWebhook.parse(JSON.parse(data)));
      else log('debug', 'events', `Nothing is known of the event “${event ?? ''}”`);
    } catch (error) {
      log('warn', 'events', `An event “${event}” could not be used`, { error: String(error) });
    }
  }
}

const STOPPED = new Error('Nobody listens any more');
const AGAIN = new Error('Connecting anew');
const SILENT = new TypeError('The booking system fell silent');

/** @param unit a random number in [0, 1): devices that were cut off together do not come back together */
function waitAfter(ending: Ending, failures: number, unit: number): number {
  const backoff = (longest: number): number =>
    unit * Math.min(longest, FIRST_WAIT_MS * 2 ** Math.min(failures, 16));
  switch (ending.kind) {
    case 'nothing':
      return ending.waitMs;
    case 'refused':
      return Math.max(ending.waitMs, backoff(LONGEST_WAIT_MS));
    case 'cut':
      return backoff(LONGEST_WAIT_MS);
    case 'unreachable':
      return backoff(LONGEST_UNREACHABLE_WAIT_MS);
  }
}

function isEventStream(answer: Response): answer is Response & { body: ReadableStream<Uint8Array> } {
  const type = answer.headers.get('content-type') ?? '';
  return answer.status === 200 && type.startsWith('text/event-stream') && answer.body !== null;
}

/** What is refused for good will hardly be granted a minute later; trouble passes. */
const refusalWaitMs = (status: number): number =>
  status === 429 || (status >= 500 && status !== 501) ? 0 : NOTHING_WAIT_MS;

/** What it asks for, at most a day. */
function retryAfterMs({ headers }: Response): number | null {
  const seconds = retryAfter(headers);
  return seconds === null ? null : Math.min(seconds, 86_400) * 1_000;
}

async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch {
    // Called upon to go on at once.
  }
}

/** Tells when something expected has not come. One timer per wait, however many lines arrive in it. */
class Watch {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  readonly #end = new AbortController();
  #deadline = Number.POSITIVE_INFINITY;
  #watching = false;

  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** Something has come; the next is expected within `milliseconds`. */
  expect(milliseconds: number): void {
    this.#deadline = this.#clock.now().getTime() + milliseconds;
    if (!this.#watching) void this.#watch();
  }

  end(): void {
    this.#end.abort(STOPPED);
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    for (;;) {
      const left = this.#deadline - this.#clock.now().getTime();
      if (left <= 0) return this.#onLate();
      try {
        await this.#clock.sleep(left, this.#end.signal);
      } catch {
        return;
      }
    }
  }
}
