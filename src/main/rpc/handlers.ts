import type { Account } from '../../shared/domain/account.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { Handlers } from '../../shared/rpc/dispatcher.ts';
import type { App, AppPorts, LookApp } from '../app-contract.ts';
import { redactText } from '../diagnostics/redaction.ts';
import type { FeedChange } from '../feeds/feeds.ts';
import type { Clock, OpenUrl } from '../ports.ts';
import type { DesktopMethod } from './desktop-handlers.ts';
import { logText } from './log-export.ts';
import type { SignIns } from './sign-ins.ts';

/** What works beside whoever owns the data directory. */
export type LookMethod =
  | 'snapshot.get'
  | 'accounts.list'
  | 'mappings.list'
  | 'week.get'
  | 'explain.get'
  | 'conflicts.list'
  | 'conflicts.decided'
  | 'holds.list'
  | 'logs.query'
  | 'logs.export'
  | 'feeds.list';

/** What the host does itself: the app cannot replace its own database, and does not know who shows its screens. */
export type HostMethod = 'data.restore' | 'screens.link' | 'sample.open' | 'sample.close';

export interface AppHandlerOptions {
  readonly app: App;
  readonly signIns: SignIns;
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: AppPorts['settings'];
  readonly snapshot: () => Snapshot;
  readonly openUrl: OpenUrl;
}

const EXPORTED_ENTRIES = 100_000;
const DONE = {};

/** The methods that only look. */
export function lookHandlers(
  app: LookApp,
  clock: Pick<Clock, 'now'>,
  snapshot: () => Snapshot,
): Pick<Handlers, LookMethod> {
  return {
    'snapshot.get': () => snapshot(),
    'accounts.list': () => ({ items: app.accounts() }),
    'mappings.list': () => ({ items: app.mappings() }),
    'week.get': (span) => ({ items: app.week(span) }),
    'explain.get': ({ id }) => app.explain(id),
    'conflicts.list': () => ({ items: app.conflicts() }),
    'conflicts.decided': () => ({ items: app.decidedConflicts() }),
    'holds.list': () => ({ items: app.holds() }),
    'feeds.list': async () => ({ items: await app.feeds.list() }),
    'logs.query': (filter) => app.logs(filter),
    'logs.export': ({ format, ...filter }) => ({
      fileName: `calendar-sync-log-${clock.now().toISOString().slice(0, 10)}.${format}`,
      text: logText(app.allLogs(filter, EXPORTED_ENTRIES), format),
    }),
  };
}

/** Every method of the contract but those of the host, carried out by the app. */
export function appHandlers(options: AppHandlerOptions): Omit<Handlers, HostMethod | DesktopMethod> {
  const { app, clock, snapshot } = options;
  return {
    ...lookHandlers(app, clock, snapshot),
    ...accountHandlers(options),
    ...mappingHandlers(app),
    ...syncHandlers(app),
    ...feedHandlers(app),

    'conflicts.resolve': async ({ id, keep }) => {
      await app.resolveConflict(id, keep);
      return DONE;
    },
    'conflicts.undo': async ({ id }) => {
      await app.undoConflict(id);
      return DONE;
    },
    'holds.release': async ({ id }) => ({ deletions: await app.decideHold(id, 'released') }),
    'holds.discard': async ({ id }) => ({ deletions: await app.decideHold(id, 'discarded') }),

    'doctor.run': () => app.doctor(),
    'network.test': async () => ({ items: await app.testConnections() }),
    'about.get': () => app.about(),
    'diagnostics.collect': async ({ machine }) => ({ items: await app.diagnostics(machine) }),
    'settings.get': async () => (await options.settings()).view(),
    'settings.change': async ({ set = {}, reset = [] }) => {
      const backToDefault = Object.fromEntries(reset.map((name) => [name, undefined]));
      return (await options.settings()).change({ ...present(set), ...backToDefault });
    },

    'data.backup': ({ file }) => {
      app.backup(file);
      return DONE;
    },
    'data.inspect': ({ file }) => app.inspectBackup(file),
    'data.reset': (input) => app.reset(input),
  };
}

type Group<Prefix extends string> = {
  readonly [M in keyof Handlers as M extends `${Prefix}.${string}`
    ? M extends LookMethod
      ? never
      : M
    : never]: Handlers[M];
};

function accountHandlers({
  app,
  signIns,
  openUrl,
}: AppHandlerOptions): Group<'enrolment' | 'technicians' | 'projects' | 'signIn' | 'accounts' | 'calendars'> {
  return {
    'enrolment.enrol': (input) => app.enrol(input),
    'technicians.list': async () => ({ items: [...(await app.technicians())] }),
    'projects.list': async () => ({ items: [...(await app.projects())] }),

    'signIn.start': ({ provider, access }) => signIns.start(provider, access as Account['access'], openUrl),
    'signIn.ended': ({ id }) => signIns.ended(id),
    'signIn.cancel': ({ id }) => {
      signIns.cancel(id);
      return DONE;
    },
    'signIn.dismiss': ({ id }) => {
      signIns.dismiss(id);
      return DONE;
    },

    'accounts.connectCaldav': (request) => app.connectCaldav(request),
    'accounts.connectIcs': (request) => app.connectIcs(request),
    'accounts.created': ({ id }) => app.created({ accountId: id }),
    'accounts.setPaused': async ({ id, paused }) => {
      await app.setAccountPaused(id, paused);
      return DONE;
    },
    'accounts.remove': ({ id, deleteEvents }) => app.removeAccount(id, { deleteEvents }),
    'calendars.list': async ({ accountId }) => ({ items: await app.calendars(accountId) }),
  };
}

function mappingHandlers(app: App): Group<'mappings'> {
  return {
    'mappings.add': (input) => app.addMapping(present(input)),
    'mappings.update': ({ id, changes }) => app.updateMapping(id, present(changes)),
    'mappings.created': ({ id }) => app.created({ mappingId: id }),
    'mappings.remove': ({ id, deleteEvents }) => app.removeMapping(id, { deleteEvents }),
    'mappings.resync': async ({ id }) => {
      await app.resyncMapping(id);
      return DONE;
    },
    'mappings.preview': (wanted) =>
      app.previewMapping(
        wanted.kind === 'new'
          ? { kind: 'new', mapping: present(wanted.mapping) }
          : { kind: 'changed', id: wanted.id, changes: present(wanted.changes) },
      ),
  };
}

function syncHandlers(app: App): Group<'sync'> {
  return {
    'sync.now': (scope) => app.agent.syncNow(present(scope)),
    'sync.preview': (scope) => app.sync({ ...present(scope), dryRun: true }),
    'sync.previewRepair': () => app.sync({ full: true, repair: { release: false }, dryRun: true }),
    'sync.repair': (repair) => app.sync({ full: true, repair }),
    'sync.cancel': () => {
      app.agent.cancel();
      return DONE;
    },
    'sync.pause': ({ until }) => {
      app.agent.pause(until === 'resumed' ? null : until);
      return DONE;
    },
    'sync.resume': () => {
      app.agent.resume();
      return DONE;
    },
  };
}

function feedHandlers({ feeds }: App): Group<'feeds'> {
  const change = ({ feed, pending }: FeedChange): Awaited<ReturnType<Handlers['feeds.rotate']>> => ({
    feed,
    pending: pending === null ? null : { code: pending.code, message: redactText(pending.message) },
  });
  return {
    'feeds.create': (input) => feeds.create(input),
    'feeds.rotate': async ({ id }) => change(await feeds.rotate(id)),
    'feeds.disable': async ({ id }) => change(await feeds.disable(id)),
    'feeds.write': async ({ id, file }) => ({ bytes: await feeds.write(id, file) }),
  };
}

/** Only the fields that have a value: one that was given as undefined must not overwrite anything. */
function present<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

type Given<T> = T extends unknown ? { [K in keyof T]: Exclude<T[K], undefined> } : never;
