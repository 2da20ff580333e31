import type { BookingApi } from '../booking/booking-port.ts';
import type { Clock, Log } from '../ports.ts';
import type { StoredFeed } from '../store/feed-repository.ts';
import type { Store } from '../store/store.ts';
import type { BookingReader } from './booking-reader.ts';
import { feedOf } from './feed-token.ts';
import type { RenderedFeed, RenderedFeeds } from './rendered-feeds.ts';

/** A request for `/ics/TOKEN.ics`, whatever server it came in by. */
export interface FeedRequest {
  readonly method: string;
  /** As it stands in the path, without `.ics`. */
  readonly token: string;
  readonly headers: {
    readonly 'if-none-match'?: string | undefined;
    readonly 'if-modified-since'?: string | undefined;
    readonly 'accept-encoding'?: string | undefined;
  };
}

export interface FeedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for HEAD and where there is none. */
  readonly body: Buffer | null;
}

export interface FeedServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly reader: BookingReader;
  readonly bookingUnattended: () => Promise<BookingApi>;
  readonly rendered: RenderedFeeds;
}

/** Older than this, bookings are asked for again before they are shown. */
const FRESH_MS = 60_000;
/** How long a request waits for that where something older can be shown instead. */
const PATIENCE_MS = 3_000;
/** How soon a reading that failed is tried again. */
const AGAIN_MS = 30_000;

/** Requests for unknown links that are answered in a minute; nobody mistypes as often. */
const MISSES_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** Answers requests for feeds (RFC 9110), from memory as long as nothing has changed. */
export class FeedServer {
  readonly #options: FeedServerOptions;
  #failedAt = Number.NEGATIVE_INFINITY;
  #minute = Number.NEGATIVE_INFINITY;
  #misses = 0;

  constructor(options: FeedServerOptions) {
    this.#options = options;
  }

  /** A token that is unknown, disabled or replaced gets the same answer in the same time. Never rejects. */
  async respond(request: FeedRequest): Promise<FeedResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(request, 405, 'A feed can only be read.', { allow: 'GET, HEAD' });
    }
    const { store, log } = this.#options;
    const feed = feedOf(store.feeds.enabled(), request.token);
    if (feed === undefined) return this.#miss(request);
    try {
      await this.#refresh(feed);
      const current = store.feeds.get(feed.id);
      // While its bookings were waited for, the link may have been replaced.
      if (current?.enabled !== true || current.tokenHash !== feed.tokenHash) return this.#miss(request);
      if (!this.#options.reader.knows(current)) {
        const wait = { 'retry-after': String(AGAIN_MS / 1000) };
        return plain(request, 503, 'The bookings of this feed could not be read yet.', wait);
      }
      return answer(request, this.#options.rendered.of(current));
    } catch (error) {
      log('error', 'feeds', 'A feed could not be served.', { feedId: feed.id, error });
      return plain(request, 500, 'This feed cannot be served now.');
    }
  }

  /** Known links are answered however many others are tried: guessing one is hopeless, keeping an app out is not. */
  #miss(request: FeedRequest): FeedResponse {
    const now = this.#options.clock.now().getTime();
    if (now - this.#minute >= MINUTE_MS || now < this.#minute) {
      this.#minute = now;
      this.#misses = 0;
    }
    this.#misses += 1;
    if (this.#misses <= MISSES_A_MINUTE) return plain(request, 404, 'There is no such feed.');
    const seconds = Math.max(1, Math.ceil((this.#minute + MINUTE_MS - now) / 1000));
    return plain(request, 429, 'Too many unknown feeds were asked for.', { 'retry-after': String(seconds) });
  }

  /** Returns once the bookings of a feed are known and, where that is possible in time, fresh. */
  async #refresh(feed: StoredFeed): Promise<void> {
    const { reader, store, clock } = this.#options;
    if (!reader.knows(feed)) {
      await this.#read();
      // The reading that was waited for may have begun before there was this feed.
      if (store.feeds.get(feed.id)?.listedTo === null) await this.#read();
      return;
    }
    const sinceFailure = clock.now().getTime() - this.#failedAt;
    if (reader.age() < FRESH_MS || (sinceFailure >= 0 && sinceFailure < AGAIN_MS)) return;
    const enough = new AbortController();
    const patience = clock.sleep(PATIENCE_MS, enough.signal).catch(() => undefined);
    await Promise.race([this.#read(this.#options.bookingUnattended).finally(() => enough.abort()), patience]);
  }

  async #read(booking?: () => Promise<BookingApi>): Promise<void> {
    const { reader, clock, log } = this.#options;
    try {
      await reader.read(booking);
    } catch (error) {
      this.#failedAt = clock.now().getTime();
      log('warn', 'feeds', 'The bookings of the feeds could not be read.', { error });
    }
  }
}

const COMMON = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' };

function plain(
  { method }: FeedRequest,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): FeedResponse {
  const body = Buffer.from(`${text}\n`);
  return {
    status,
    headers: {
      ...COMMON,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      ...headers,
    },
    body: method === 'HEAD' ? null : body,
  };
}

function answer(request: FeedRequest, feed: RenderedFeed): FeedResponse {
  const zipped = acceptsGzip(request.headers['accept-encoding']);
  const headers = {
    ...COMMON,
    // Two sequences of bytes are two entities (RFC 9110 section 8.8.3.3).
    etag: zipped ? `"${feed.hash}-gzip"` : `"${feed.hash}"`,
    'last-modified': new Date(feed.changedAt).toUTCString(),
    vary: 'accept-encoding',
  };
  if (isNotModified(request, feed)) return { status: 304, headers, body: null };
  const body = zipped ? feed.gzip() : feed.body;
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'text/calendar; charset=utf-8',
      'content-length': String(body.length),
      ...(zipped && { 'content-encoding': 'gzip' }),
    },
    body: request.method === 'HEAD' ? null : body,
  };
}

/** RFC 9110 section 13.2.2: the entity tag decides where one is given, the date only otherwise. */
function isNotModified({ headers }: FeedRequest, feed: RenderedFeed): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const ours = [`"${feed.hash}"`, `"${feed.hash}-gzip"`];
    return tags.split(',').some((tag) => {
      const opaque = tag.trim().replace(/^W\//, '');
      return opaque === '*' || ours.includes(opaque);
    });
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Date.parse(feed.changedAt);
}

/** RFC 9110 section 12.5.3. */
function acceptsGzip(header = ''): boolean {
  const weights = new Map(
    header.split(',').map((entry): [string, number] => {
      const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [coding, weight === undefined ? 1 : Number(weight.slice(2))];
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
