import { AppError } from '../../../shared/rpc/errors.ts';
import type { Clock, Fetch, Log } from '../../ports.ts';
import { ianaZone, type Zone } from '../../time/zone.ts';
import { type ParsedCalendar, readCalendar } from '../icalendar/calendar.ts';
import { unreadable } from '../icalendar/errors.ts';
import { listCalendar, lookUp } from '../icalendar/listing.ts';
import type { Notice } from '../icalendar/zones.ts';
import type { CalendarProvider, EventChange, PullPage } from '../provider.ts';
import { type FeedAddress, feedId, parseFeedAddress, sourceName } from './feed-address.ts';
import { type Download, type DownloadPorts, download, type ReadFile } from './feed-download.ts';
import { cursorOf, readCursor, readingOf, type Validators, writeCursor } from './ics-cursor.ts';
import { readOnly } from './ics-errors.ts';
import type { Lookup } from './network-guard.ts';

export interface IcsProviderOptions {
  /** http, https, webcal or file; see `parseFeedAddress`. */
  readonly url: string;
  /** What the person calls it. Default: what it calls itself, for which it has to be fetched. */
  readonly name?: string;
  /** One attempt may take as long as `DOWNLOAD_SECONDS`. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** IANA zone of floating times and whole days. */
  readonly timeZone: string;
  readonly lookup: Lookup;
  readonly readFile: ReadFile;
  readonly allowPrivateNetwork: boolean;
  /** The person agreed to plain http from elsewhere than this computer. */
  readonly allowPlainHttp: boolean;
  /** Sent to the feed's own origin only, e.g. an Authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** Feeds are fetched whole. */
const ICS_CONCURRENCY = 1;

const CHANGES_PER_PAGE = 2500;

/**
 * A subscribed iCalendar feed (RFC 5545) behind the provider port. Each pull that finds the feed changed shows the
 * whole window; one that finds it unchanged shows nothing.
 * @throws AppError INVALID_INPUT when the address or the zone is none
 */
export function createIcsProvider(options: IcsProviderOptions): CalendarProvider {
  const subscription = subscribe(options);
  const { address, source, home } = subscription;
  const reading = readingOf(home.name);
  const notice: Notice = (text) => options.log?.('warn', 'ics', text, { source });
  let latest: ParsedCalendar | null = null;

  /** What was last fetched, whatever was pulled since: a feed has no way to ask for one event. */
  async function lastFeed(): Promise<ParsedCalendar> {
    latest ??= await subscription.read(notice);
    return latest;
  }

  return {
    capabilities: {
      write: false,
      incremental: true,
      watch: false,
      ownId: false,
      concurrency: ICS_CONCURRENCY,
    },

    async listCalendars() {
      const name = options.name ?? (await lastFeed()).name ?? source;
      return [
        {
          id: feedId(address),
          name,
          timeZone: home.name,
          primary: true,
          writable: false,
        },
      ];
    },

    async *pull(_calendarId, cursor, window): AsyncGenerator<PullPage> {
      const known = readCursor(cursor, reading);
      const fetched = await subscription.download(known);
      if (fetched.kind === 'unchanged') {
        yield { kind: 'page', changes: [], nextCursor: cursor };
        return;
      }
      const next = cursorOf(fetched.bytes, fetched.validators, reading);
      if (next.hash === known?.hash) {
        yield { kind: 'page', changes: [], nextCursor: writeCursor(next) };
        return;
      }
      latest = readCalendar(fetched.text, home, source, notice);
      const span = { from: Date.parse(window.from), to: Date.parse(window.to) };
      let changes: EventChange[] = [];
      for (const change of listCalendar(latest, span, source, notice)) {
        if (changes.length === CHANGES_PER_PAGE) {
          yield { kind: 'page', changes, nextCursor: null };
          changes = [];
        }
        changes.push(change);
      }
      yield { kind: 'page', changes, nextCursor: writeCursor(next), complete: true };
    },

    async get(_calendarId, eventId) {
      return lookUp(await lastFeed(), eventId);
    },

    prepareCreate() {
      throw readOnly();
    },
    prepareUpdate() {
      throw readOnly();
    },
    async create() {
      throw readOnly();
    },
    async update() {
      throw readOnly();
    },
    async delete() {
      throw readOnly();
    },
  };
}

export interface FeedCheck {
  /** Identifies the feed without telling its address. */
  readonly id: string;
  /** Host or file name. */
  readonly source: string;
  /** What the feed calls itself, or the name of its host or file. */
  readonly name: string;
  /** Events, a series counting as one. */
  readonly events: number;
  /** IANA zone that the feed proposes for its floating times, or null. */
  readonly timeZone: string | null;
  /** What in it cannot be read as it was meant, in sentences. */
  readonly notices: readonly string[];
}

/**
 * Fetches a feed once, to say yes to a subscription.
 * @throws AppError when it is not a calendar, cannot be reached, or may not be read
 */
export async function checkFeed(options: IcsProviderOptions): Promise<FeedCheck> {
  const { address, source, read } = subscribe(options);
  const notices: string[] = [];
  const feed = await read((text) => notices.push(text));
  return {
    id: feedId(address),
    source,
    name: feed.name ?? source,
    events: feed.entries.filter(({ kind }) => kind !== 'override').length,
    timeZone: feed.timeZone,
    notices,
  };
}

interface Subscription {
  readonly address: FeedAddress;
  /** What to call it in sentences. */
  readonly source: string;
  readonly home: Zone;
  download(known: Validators | null): Promise<Download>;
  read(notice: Notice): Promise<ParsedCalendar>;
}

function subscribe(options: IcsProviderOptions): Subscription {
  const address = parseFeedAddress(options.url);
  const source = sourceName(address);
  const home = ianaZone(options.timeZone);
  if (home === null) {
    throw new AppError(
      'INVALID_INPUT',
      `${options.timeZone} is no time zone. Use an IANA name such as Europe/London.`,
      { detail: 'time-zone' },
    );
  }
  const ports: DownloadPorts = { ...options, headers: options.headers ?? {} };
  return {
    address,
    source,
    home,
    download: (known) => download(address, known, ports),
    async read(notice) {
      const fetched = await download(address, null, ports);
      // Asked for unconditionally, so that it cannot be unchanged.
      if (fetched.kind === 'unchanged') throw unreadable(source, 'empty');
      return readCalendar(fetched.text, home, source, notice);
    },
  };
}
