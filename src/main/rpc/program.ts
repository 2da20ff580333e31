import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { LogStatus } from '../../shared/domain/sync-log.ts';
import { type EventName, type EventPayload, METHODS, type Method } from '../../shared/rpc/contract.ts';
import { createDispatcher, eventMessage, type Handlers } from '../../shared/rpc/dispatcher.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { ServerMessage } from '../../shared/rpc/message.ts';
import type { App, AppPorts, LookApp } from '../app-contract.ts';
import { redactText } from '../diagnostics/redaction.ts';
import type { Clock, Log, OpenUrl } from '../ports.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { type DesktopParts, desktopHandlers } from './desktop-handlers.ts';
import { appHandlers, type HostMethod, lookHandlers } from './handlers.ts';
import { SignIns } from './sign-ins.ts';
import { SnapshotFeed } from './snapshot-feed.ts';

/** The program as its windows, its commands and its tray see it: one contract, whatever carries the messages. */
export interface Program {
  /** Answers one message; never throws. */
  dispatch(message: unknown): Promise<ServerMessage>;
  /** Told of every event. @returns a function that ends it */
  subscribe(listener: (message: ServerMessage) => void): () => void;
  snapshot(): Snapshot;
  /** Ends what waits. Must come before the app is closed. */
  close(): void;
}

export interface ProgramOptions {
  readonly app: App;
  readonly ports: Pick<AppPorts, 'clock' | 'random' | 'log' | 'settings'>;
  readonly host: Pick<Snapshot['host'], 'kind' | 'version' | 'locale'>;
  /** What of the snapshot only the host knows; null each where there is no such thing. */
  readonly served?: () => Served;
  /** Where a person sees a sign-in page. A host whose screens are in a browser leaves that to them. */
  readonly openUrl: OpenUrl;
  /** What the host does itself. */
  readonly handlers: Pick<Handlers, HostMethod>;
  /** Left out where there is no desktop. */
  readonly desktop?: DesktopParts | undefined;
}

/** What a host that serves screens and feeds knows of itself. */
export interface Served {
  readonly origin: Snapshot['host']['origin'];
  readonly isSample: Snapshot['host']['sample'];
  /** The sample that was started from here. */
  readonly sample: Snapshot['sample'];
}

const NOT_SERVED: Served = { origin: null, isSample: null, sample: null };

/** What of the snapshot is the host's. */
function hostPart(
  host: ProgramOptions['host'],
  { origin, isSample, sample }: Served = NOT_SERVED,
  desktop?: DesktopParts,
): Pick<Snapshot, 'host' | 'sample' | 'update'> {
  const update = desktop?.updates?.state() ?? null;
  return { host: { ...host, origin, sample: isSample }, sample, update };
}

/** New log entries that come this close together are told as one. */
const LOG_QUIET_MS = 250;

/** Methods after which nothing can be different. */
const READS: ReadonlySet<string> = new Set<Method>([
  'snapshot.get',
  'technicians.list',
  'projects.list',
  'accounts.list',
  'accounts.created',
  'calendars.list',
  'mappings.list',
  'mappings.created',
  'week.get',
  'explain.get',
  'conflicts.list',
  'conflicts.decided',
  'holds.list',
  'logs.query',
  'logs.export',
  'feeds.list',
  'feeds.write',
  'doctor.run',
  'diagnostics.collect',
  'network.test',
  'about.get',
  'data.inspect',
  'settings.get',
  'files.choose',
  'screens.link',
]);

/** Speaks for an app that this process owns. */
export function createProgram(options: ProgramOptions): Program {
  const { app, host } = options;
  const { clock, random, log } = options.ports;
  const listeners = new Set<(message: ServerMessage) => void>();
  const tell = <E extends EventName>(event: E, payload: EventPayload<E>): void => {
    if (listeners.size === 0) return;
    const message = eventMessage(event, payload);
    for (const listener of listeners) listener(message);
  };

  const changed = (): void => {
    if (listeners.size > 0) feed.changed();
  };

  const signIns = new SignIns({
    clock,
    random,
    connect: (provider, request) => app.connectOAuth(provider, request),
    onChange: changed,
  });
  const feed = new SnapshotFeed(
    clock,
    () => ({
      ...app.status(),
      signIns: signIns.list(),
      ...hostPart(host, options.served?.(), options.desktop),
    }),
    (snapshot) => tell('snapshot', snapshot),
  );
  const logs = new LogNews(clock, (news) => tell('logs.added', news));
  const stops: (() => void)[] = [
    app.agent.onChange(changed),
    app.onLogged((id, { status }) => logs.added(id, status)),
    options.desktop?.updates?.onChange(changed) ?? (() => undefined),
  ];
  const watched = new WeakSet<SettingsStore>();
  /** Opened by whoever first asks; from then on its changes are told. */
  const settings = async (): Promise<SettingsStore> => {
    const store = await options.ports.settings();
    if (!watched.has(store)) {
      watched.add(store);
      stops.push(store.onChange((view) => tell('settings', view)));
    }
    return store;
  };

  const snapshot = (): Snapshot => feed.current();
  const dispatch = createDispatcher({
    handlers: {
      ...appHandlers({ app, signIns, clock, settings, snapshot, openUrl: options.openUrl }),
      ...options.handlers,
      ...desktopHandlers(options.desktop ?? null),
    },
    onFailure: failureLog(log),
  });
  return {
    async dispatch(message) {
      const answer = await dispatch(message);
      if (!isRead(message)) changed();
      if (changesFeeds(message)) tell('feeds.changed', {});
      if (answer.kind !== 'failure') return answer;
      // A failure may quote what another system said.
      return { ...answer, error: { ...answer.error, message: redactText(answer.error.message) } };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot,
    close() {
      for (const stop of stops) stop();
      feed.close();
      logs.close();
      signIns.close();
      listeners.clear();
    },
  };
}

/** Speaks for a database that somebody else may own: everything but looking is refused. */
export function createLookProgram(
  app: LookApp,
  { ports, host }: Pick<ProgramOptions, 'ports' | 'host'>,
): Program {
  const snapshot = (): Snapshot => ({
    revision: 0,
    ...app.status(),
    signIns: [],
    ...hostPart(host),
  });
  const refuse = (): never => {
    throw new AppError('CONFLICT', 'This only looks: the data directory belongs to another process.', {
      detail: 'locked',
    });
  };
  const refusals = Object.fromEntries(Object.keys(METHODS).map((method) => [method, refuse]));
  const handlers = { ...refusals, ...lookHandlers(app, ports.clock, snapshot) } as Handlers;
  return {
    dispatch: createDispatcher({ handlers, onFailure: failureLog(ports.log) }),
    subscribe: () => () => undefined,
    snapshot,
    close: () => undefined,
  };
}

const methodOf = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'method' in message && typeof message.method === 'string'
    ? message.method
    : '';

const isRead = (message: unknown): boolean => READS.has(methodOf(message));

const changesFeeds = (message: unknown): boolean =>
  methodOf(message).startsWith('feeds.') && !isRead(message);

/** What a caller did wrong is written down once: repeating it must not fill the log. */
function failureLog(log: Log): (method: string, error: AppError) => void {
  const seen = new Set<string>();
  return (method, error) => {
    if (error.code === 'INVALID_INPUT') {
      const kind = `${method} ${error.message}`.slice(0, 200);
      if (seen.has(kind) || seen.size > 100) return;
      seen.add(kind);
    }
    log(error.code === 'INTERNAL' ? 'error' : 'info', 'rpc', `${method}: ${error.message}`, {
      code: error.code,
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    });
  };
}

/** Entries of the log as news: the newest id, and of which kinds there were any. */
class LogNews {
  readonly #clock: Clock;
  readonly #tell: (news: EventPayload<'logs.added'>) => void;
  readonly #closed = new AbortController();
  readonly #statuses = new Set<LogStatus>();
  #lastId = 0;

  constructor(clock: Clock, tell: (news: EventPayload<'logs.added'>) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  added(id: number, status: LogStatus): void {
    const isFirst = this.#statuses.size === 0;
    this.#lastId = id;
    this.#statuses.add(status);
    if (!isFirst || this.#closed.signal.aborted) return;
    this.#clock.sleep(LOG_QUIET_MS, this.#closed.signal).then(
      () => {
        const news = { lastId: this.#lastId, statuses: [...this.#statuses] };
        this.#statuses.clear();
        this.#tell(news);
      },
      () => undefined,
    );
  }

  close(): void {
    this.#closed.abort();
  }
}
