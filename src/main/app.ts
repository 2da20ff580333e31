import { join } from 'node:path';
import type { Account } from '../shared/domain/account.ts';
import type { Mapping } from '../shared/domain/mapping.ts';
import type { SyncResult } from '../shared/domain/sync-result.ts';
import type { ConnectedAccount } from '../shared/rpc/contract.ts';
import { AppError } from '../shared/rpc/errors.ts';
import { Connections } from './accounts/connections.ts';
import type { OAuthProviderName } from './accounts/oauth-providers.ts';
import type { App, AppPorts, LookApp, SignInRequest } from './app-contract.ts';
import { createVault, keyIdsInUse, type Vault } from './auth/vault.ts';
import { resolveVaultKey } from './auth/vault-key.ts';
import { about } from './diagnostics/about.ts';
import type { SyncOptions } from './engine/sync-run.ts';
import { Enrolment } from './enrolment.ts';
import { look } from './look/look.ts';
import { snapshotOf } from './look/snapshot.ts';
import { addMapping, created, missing, removeCreated, unknown, updateMapping } from './mappings.ts';
import { requireReady, sync } from './run-sync.ts';
import { Lines } from './schedule/lines.ts';
import { backupFile, backupTo, checkBackupPlace } from './store/backup.ts';
import { copyInMemory, type Database, giveMemoryBack } from './store/connection.ts';
import { openDatabase } from './store/database.ts';
import { acquireLock, type InstanceLock } from './store/instance-lock.ts';
import type { Restored } from './store/restore.ts';
import { createStore, type Store } from './store/store.ts';
import { createFeedService, type FeedService } from './unattended/feed-service.ts';
import { meanwhile } from './unattended/meanwhile.ts';
import { unattended } from './unattended/unattended.ts';
import { compare, tellDispatch, upkeep } from './unattended/upkeep.ts';
import { createWebhookService, type WebhookService } from './unattended/webhook-service.ts';

/** How long a command waits for another one to finish with the data directory. */
const LOCK_WAIT_MS = 5_000;
/** How long what somebody has just signed in to waits for a sync to finish: it cannot be had a second time. */
const KEEP_WAIT_MS = 300_000;

const files = (dataDir: string): { database: string; lock: string; backups: string } => ({
  database: join(dataDir, 'calendar-sync.sqlite'),
  lock: join(dataDir, 'calendar-sync.lock'),
  backups: join(dataDir, 'backups'),
});

/** The operating system's keychain as a port; null where there is none, with the reason in the log. */
export function systemKeychain(ports: Pick<AppPorts, 'clock' | 'environment' | 'log'>): AppPorts['keychain'] {
  return async () => {
    const { openKeychain } = await import('./auth/keychain.ts');
    const access = await openKeychain(ports);
    if (access.kind === 'present') return access.keychain;
    ports.log('info', 'keychain', access.reason);
    return null;
  };
}

/**
 * Opens the program on a data directory and makes this process its owner. The composition root: everything that
 * talks to the world is put together here, from the ports that the host supplies.
 * @throws AppError CONFLICT, detail `locked`, when another process owns the data directory
 */
export async function openApp(
  ports: AppPorts,
  { lockWaitMs = LOCK_WAIT_MS }: { readonly lockWaitMs?: number } = {},
): Promise<App> {
  const { database, lock: lockFile, backups } = files(ports.dataDir);
  const lock = await acquireLock(lockFile, { clock: ports.clock, waitMs: lockWaitMs });
  try {
    const db = openDatabase({ file: database, backupsDir: backups, clock: ports.clock, log: ports.log });
    return createApp(ports, db, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens the database for looking only, beside whoever owns it.
 * @throws AppError PRECONDITION_FAILED, detail `needs-migration`, when it must be opened the ordinary way first
 */
export function openLookApp(ports: AppPorts): LookApp {
  const { database, backups } = files(ports.dataDir);
  const options = { file: database, backupsDir: backups, clock: ports.clock, log: ports.log, readonly: true };
  const db = openDatabase(options);
  const store = createStore(db);
  const vault = vaultOf(ports, store);
  return look(store, vault, new Enrolment(ports, store, vault), () => db.close());
}

/**
 * Connects an account, as `App.connectOAuth` does, without owning the data directory while a person signs in: syncs
 * and other commands go on meanwhile.
 */
export async function connectBeside(
  ports: AppPorts,
  provider: OAuthProviderName,
  request: SignInRequest,
): Promise<ConnectedAccount> {
  await withConnections(ports, LOCK_WAIT_MS, (connections) => connections.requireKey());
  const { signInByBrowser } = await import('./accounts/oauth-accounts.ts');
  const { createHttp } = await import('./schedule/http.ts');
  const connection = await signInByBrowser(provider, request, ports, createHttp(ports));
  return withConnections(ports, KEEP_WAIT_MS, (connections) => connections.remember(connection));
}

async function withConnections<T>(
  ports: AppPorts,
  waitMs: number,
  work: (connections: Connections) => Promise<T>,
): Promise<T> {
  const { database, lock: lockFile, backups } = files(ports.dataDir);
  const lock = await acquireLock(lockFile, { clock: ports.clock, waitMs });
  try {
    const db = openDatabase({ file: database, backupsDir: backups, clock: ports.clock, log: ports.log });
    try {
      const store = createStore(db);
      const vault = vaultOf(ports, store);
      return await work(new Connections(ports, store, vault, new Enrolment(ports, store, vault)));
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** Puts a backup in place of the database, which must not be in use. */
export async function restoreDatabase(ports: AppPorts, file: string): Promise<Restored> {
  const { database, lock: lockFile, backups } = files(ports.dataDir);
  const { restoreFrom } = await import('./store/restore.ts');
  const lock = await acquireLock(lockFile, { clock: ports.clock, waitMs: LOCK_WAIT_MS });
  try {
    return restoreFrom({
      file,
      databaseFile: database,
      backupsDir: backups,
      clock: ports.clock,
      log: ports.log,
    });
  } finally {
    lock.release();
  }
}

function vaultOf(ports: AppPorts, store: Store): Vault {
  const keys = resolveVaultKey({
    openKeychain: ports.keychain,
    environmentKey: ports.environment.CALENDAR_ENCRYPTION_KEY,
    random: ports.random,
    facts: store.meta,
    idsInUse: () => keyIdsInUse(store.db),
    log: ports.log,
  });
  return createVault(store.db, keys, ports.random);
}

function createApp(ports: AppPorts, db: Database, lock: InstanceLock): App {
  const store = createStore(db);
  const vault = vaultOf(ports, store);
  const enrolment = new Enrolment(ports, store, vault);
  const connections = new Connections(ports, store, vault, enrolment);
  const lines = new Lines(ports);
  const feeds = createFeedService(ports, store, vault, enrolment, lines);
  const webhooks = createWebhookService(ports, store, vault, enrolment, connections, lines);
  const close = (): void => {
    webhooks.stop();
    db.close();
    lock.release();
  };
  const lookAfter = (): Promise<void> => upkeep(ports, store, enrolment, lines);
  const syncAndFollow = async (options: SyncOptions): Promise<SyncResult> => {
    if (options.dryRun === true) return sync(ports, store, enrolment, connections, lines, options);
    const isUnattended = options.unattended === true;
    webhooks.runBegins();
    // Before an account's calendars are read: what changes from then on is told.
    const prepare = (account: Account): Promise<void> => webhooks.keep(account);
    const run = sync(ports, store, enrolment, connections, lines, options, prepare);
    const result = await meanwhile(ports.clock, run, async () => {
      await feeds.followUp(isUnattended);
      await tellDispatch(ports, store, enrolment, lines);
    });
    webhooks.noteRun(result);
    if (options.signal?.aborted === true) return result;
    await feeds.followUp(isUnattended);
    // What was put right needs no telling until tomorrow.
    if (options.repair !== undefined) compare(ports, store);
    await lookAfter();
    giveMemoryBack(db);
    return result;
  };
  const agent = unattended(ports, store, enrolment, webhooks, syncAndFollow, lookAfter, lines);
  /** What somebody has just changed should not wait for the timer. */
  const thenSync = async <T>(change: Promise<T>): Promise<T> => {
    const done = await change;
    agent.ask();
    return done;
  };
  /** Removes what a mapping created; where a resync made it forget that, it is found again first. */
  const removeAll = async (mapping: Mapping): Promise<number> => {
    if (store.mappings.isForgotten(mapping.id)) {
      const { ok, accounts } = await sync(ports, store, enrolment, connections, lines, {
        mappingId: mapping.id,
      });
      const error = accounts.flatMap((account) => account.error ?? [])[0];
      if (!ok) {
        throw new AppError(
          error?.code ?? 'INTERNAL',
          `Nothing was removed, since what was created could not be found again. ${error?.message ?? 'Try again.'}`,
        );
      }
    }
    return removeCreated(ports, store, connections, mapping);
  };
  const looks = look(store, vault, enrolment, close);

  return {
    ...looks,
    agent,
    feeds,
    webhooks,
    status: () => snapshotOf(store, enrolment, agent.state()),
    onLogged: (listener) => store.syncLog.watch(listener),
    measures: () => ({
      queueDepth: store.journal.openCount(),
      retries: store.retries.depth(),
      lines: lines.states(),
      channels: store.channels.list(),
      tokensRenewedAt: connections.tokensRenewedAt(),
    }),
    async enrol(input) {
      const technician = await enrolment.enrol(input);
      webhooks.reenrolled();
      agent.reenrolled();
      return technician;
    },
    connectOAuth: (provider, options) => thenSync(connections.connectOAuth(provider, options)),
    connectCaldav: (request) => thenSync(connections.connectCaldav(request)),
    connectIcs: (request) => thenSync(connections.connectIcs(request)),
    calendars: (accountId) => connections.calendars(accountId),
    technicians: async () => (await enrolment.api()).technicians(),
    projects: async () => (await enrolment.api()).projects(),

    removeAccount: (id, { deleteEvents }) =>
      agent.alone(async () => {
        const account = store.accounts.get(id);
        if (account === null) throw unknown('account', id);
        let removed = 0;
        for (const mapping of store.mappings.listByAccount(id)) {
          if (deleteEvents) removed += await removeAll(mapping);
          store.mappings.remove(mapping.id);
        }
        await webhooks.closeAll(account);
        await connections.signOut(account);
        store.accounts.remove(id);
        return { removed };
      }),
    async setAccountPaused(id, paused) {
      const { state } = store.accounts.get(id) ?? missing(unknown('account', id));
      if (paused === (state === 'paused')) return;
      // What is wrong with it shows again when it is next read.
      store.accounts.update(id, { state: paused ? 'paused' : 'connected' });
      agent.ask();
    },
    created: async (of) => created(store, of),

    addMapping: (input) => thenSync(addMapping(ports, store, connections, enrolment, input)),
    updateMapping: (id, changes) => thenSync(agent.alone(() => updateMapping(store, enrolment, id, changes))),
    removeMapping: (id, { deleteEvents }) =>
      agent.alone(async () => {
        const mapping = store.mappings.get(id);
        if (mapping === null) throw unknown('mapping', id);
        const removed = deleteEvents ? await removeAll(mapping) : 0;
        store.mappings.remove(id);
        return { removed };
      }),
    resyncMapping: (id) => thenSync(agent.alone(async () => store.mappings.forget(id))),
    async previewMapping(wanted) {
      requireReady(store, enrolment);
      const copy = createStore(copyInMemory(db));
      try {
        const { id } =
          wanted.kind === 'new'
            ? await addMapping(ports, copy, connections, enrolment, wanted.mapping)
            : await updateMapping(copy, enrolment, wanted.id, wanted.changes);
        return await sync(ports, copy, enrolment, connections, lines, { mappingId: id, dryRun: true });
      } finally {
        copy.db.close();
      }
    },

    sync: (options = {}) => agent.run(options),

    async resolveConflict(id, keep) {
      const { decideConflict } = await import('./engine/decisions.ts');
      decideConflict(store, id, keep, ports.clock.now().toISOString());
      agent.recheck();
    },
    async undoConflict(id) {
      const { undoConflict } = await import('./engine/decisions.ts');
      undoConflict(store, id);
      agent.recheck();
    },
    async decideHold(id, answer) {
      const { decideHold } = await import('./engine/decisions.ts');
      const decided = decideHold(store, id, answer, ports.clock.now().toISOString());
      agent.ask();
      return decided;
    },
    async doctor() {
      const { examine } = await import('./diagnostics/doctor.ts');
      return examine(ports, store, vault);
    },
    async diagnostics(machine) {
      const { collectDiagnostics } = await import('./diagnostics/diagnostics.ts');
      return collectDiagnostics(ports, store, vault, looks.status(), machine);
    },
    async testConnections() {
      const { testConnections } = await import('./accounts/connection-test.ts');
      return testConnections(ports, enrolment, connections);
    },
    about: () => about(ports, files(ports.dataDir)),
    backup: (file) => {
      checkBackupPlace(db, file);
      backupTo(db, file);
    },
    async inspectBackup(file) {
      const { inspectBackup } = await import('./store/restore.ts');
      return inspectBackup({ file, databaseFile: files(ports.dataDir).database, log: ports.log });
    },
    reset: (options) => agent.alone(() => reset(ports, store, connections, feeds, webhooks, options)),
  };
}

async function reset(
  ports: AppPorts,
  store: Store,
  connections: Connections,
  feeds: FeedService,
  webhooks: WebhookService,
  { keepAccounts }: { readonly keepAccounts: boolean },
): Promise<{ readonly backup: string }> {
  const backup = backupFile(files(ports.dataDir).backups, 'replaced', ports.clock.now());
  backupTo(store.db, backup);
  await feeds.withdrawAll();
  for (const account of store.accounts.list()) await webhooks.closeAll(account);
  for (const mapping of store.mappings.list()) store.mappings.remove(mapping.id);
  if (!keepAccounts) {
    for (const account of store.accounts.list()) {
      await connections.signOut(account);
      store.accounts.remove(account.id);
    }
  }
  const { forgetEverything } = await import('./store/reset.ts');
  forgetEverything(store.db, { keepAccounts });
  return { backup };
}
