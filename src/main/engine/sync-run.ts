import type { Account } from '../../shared/domain/account.ts';
import type { Mapping } from '../../shared/domain/mapping.ts';
import type { AccountResult, SyncResult } from '../../shared/domain/sync-result.ts';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import {
  logFailure,
  logRetry,
  noteOutcome,
  type RetryNote,
  readOnlyProblem,
  stopped,
} from './account-outcome.ts';
import { dropPrepared, syncMappings } from './account-run.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { givenUpProblem } from './failed-exports.ts';
import { Lanes } from './lanes.ts';
import { importMapping } from './planner/import-plan.ts';
import { type OnProgress, Progress } from './progress.ts';
import { pullBookings } from './pull-bookings.ts';
import { areDeletionsPutOff } from './put-off.ts';
import { mappingResult, plannedOperations, tallyPlanned } from './run-report.ts';
import { settleCopies } from './settle-copies.ts';
import { newTally } from './tally.ts';
import { Turns } from './turns.ts';
import { unseenProblem } from './unseen-technicians.ts';

export interface SyncOptions {
  /** Only these accounts. Left out: all. */
  readonly accountId?: string;
  /** Only the calendar of this mapping. */
  readonly mappingId?: string;
  readonly dryRun?: boolean;
  /** List everything afresh. */
  readonly full?: boolean;
  /** Nobody waits for it: what failed lately is left until it is due again. */
  readonly unattended?: boolean;
  /** Also puts right what no change tells of; goes with `full`. */
  readonly repair?: { readonly release: boolean };
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Told once it is under way. */
  readonly onUnderWay?: (rounds: Rounds) => void;
  /** Told whenever an account is through. */
  readonly onAccountDone?: () => void;
}

/** What a run under way can be asked for. */
export interface Rounds {
  /** Whether some accounts are through while others are not. */
  isOpen(): boolean;
  /** Has accounts look once more, those at work when they are through; false where it is not open. */
  again(): boolean;
}

/** One account's way out, with its own count of requests. */
export interface AccountConnection {
  readonly provider: CalendarProvider;
  readonly booking: BookingApi;
  requests(): { readonly provider: number; readonly booking: number };
}

export interface SyncPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The booking system accepts proposals from this device. */
  readonly canReschedule: boolean;
  /** Who an account is in the identity of busy blocks, by its id; those that are not in it are their `subject`. */
  readonly subjects: ReadonlyMap<string, string>;
  /** @throws AppError AUTH_EXPIRED when the account's secrets cannot be opened */
  connect(account: Account, onRetry: RetryNote): Promise<AccountConnection>;
}

/**
 * One sync run: pull, plan, journal, execute and settle, each account on its own. One account's failure never delays
 * or damages another's.
 */
export async function syncRun(ports: SyncPorts, options: SyncOptions = {}): Promise<SyncResult> {
  const { store, clock } = ports;
  const startedAt = clock.now();
  const runId = `run_${ports.random.uuid()}`;
  const accounts = new Map(store.accounts.list().map((account) => [account.id, account]));
  const mappings = store.mappings.list().flatMap((mapping) => {
    const account = accounts.get(mapping.accountId);
    return mapping.enabled && account !== undefined
      ? [mappingContext(ports, mapping, account, startedAt)]
      : [];
  });
  const run: RunContext = {
    runId,
    startedAt,
    store,
    clock,
    random: ports.random,
    log: ports.log,
    dryRun: options.dryRun ?? false,
    full: options.full ?? false,
    unattended: options.unattended ?? false,
    canReschedule: ports.canReschedule,
    ...(options.repair === undefined ? {} : { repair: { ...options.repair, found: [] } }),
    signal: options.signal ?? new AbortController().signal,
    progress: new Progress({ runId, clock, log: ports.log, onProgress: options.onProgress }),
    mappings,
    blockTurns: new Turns(),
    postponed: new Map(),
    blocksPutOff: options.unattended === true && areDeletionsPutOff(store, startedAt),
    failed: new Set(),
    held: new Set(),
    contested: new Map(),
    unseen: new Map(),
  };
  store.runs.start(runId, startedAt);

  const scope = inScope(store, [...accounts.values()], options);
  const ended = await syncAccounts(run, ports, scope, options);
  const outcomes = run.dryRun ? ended : await afterEverybody(run, ended);

  for (const { mapping, tally } of mappings) if (tally.looked) store.links.refreshCounts(mapping.id);
  if (run.dryRun) tallyPlanned(run);
  const finishedAt = clock.now();
  const ok = outcomes.every(({ error }) => error === null);
  const result: SyncResult = {
    runId,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ok,
    dryRun: run.dryRun,
    accounts: outcomes.map((outcome) => accountResult(run, outcome)),
    ...(run.dryRun ? { operations: plannedOperations(run) } : {}),
    ...(run.repair === undefined ? {} : { discrepancies: run.repair.found }),
  };
  store.runs.finish(runId, finishedAt, ok, result);
  return result;
}

/** Every account on its own lane, each with the bookings that were read for its round. */
async function syncAccounts(
  run: RunContext,
  ports: SyncPorts,
  scope: readonly Account[],
  options: SyncOptions,
): Promise<readonly AccountOutcome[]> {
  const { store, mappings, signal } = run;
  const turns = new Turns();
  const readBookings = () =>
    new Shared(({ booking }: AccountConnection) => turns.take(() => pullBookings(run, booking)));
  let bookings = readBookings();
  const outcomes = new Map<string, AccountOutcome>();
  const round = async (account: Account): Promise<void> => {
    const own = scopedMappings(store, mappings, account, options);
    const outcome = await syncAccount(run, ports, store.accounts.get(account.id) ?? account, own, bookings);
    const before = outcomes.get(account.id);
    outcomes.set(account.id, before === undefined ? outcome : withRequests(outcome, before));
  };
  const lanes = new Lanes(scope, round, () => options.onAccountDone?.());
  const isOpen = (): boolean => !signal.aborted && !run.dryRun && lanes.isOpen();
  options.onUnderWay?.({
    isOpen,
    again() {
      if (!isOpen()) return false;
      bookings = readBookings();
      return lanes.again();
    },
  });
  await lanes.run();
  return scope.flatMap(({ id }) => outcomes.get(id) ?? []);
}

/** The outcome of an account's latest round, with what the earlier ones asked for. */
const withRequests = (outcome: AccountOutcome, before: AccountOutcome): AccountOutcome => ({
  ...outcome,
  requests: () => {
    const [latest, earlier] = [outcome.requests(), before.requests()];
    return {
      provider: latest.provider + earlier.provider,
      booking: latest.booking + earlier.booking,
    };
  },
});

/** Work that several accounts need, done once by whoever asks first. */
class Shared<T> {
  readonly #work: (by: T) => Promise<void>;
  #done: Promise<void> | null = null;

  constructor(work: (by: T) => Promise<void>) {
    this.#work = work;
  }

  run(by: T): Promise<void> {
    this.#done ??= this.#work(by);
    return this.#done;
  }
}

function mappingContext(
  { store, subjects }: SyncPorts,
  mapping: Mapping,
  account: Account,
  now: Date,
): MappingContext {
  const subject = subjects.get(account.id) ?? account.subject;
  return {
    mapping,
    account,
    calendar: store.mappings.calendarOf(mapping.id),
    importing: importMapping(
      mapping,
      { provider: account.provider, subject, calendarId: mapping.calendarId },
      now,
    ),
    tally: newTally(),
    mayWrite: account.access === 'write',
  };
}

function inScope(store: Store, accounts: readonly Account[], options: SyncOptions): readonly Account[] {
  const wanted =
    options.mappingId === undefined ? options.accountId : requireMapping(store, options.mappingId).accountId;
  if (wanted === undefined) return accounts.filter(({ state }) => state !== 'paused');
  const account = accounts.find(({ id }) => id === wanted);
  if (account === undefined) {
    throw new AppError('NOT_FOUND', `There is no account ${wanted} (any more).`, {
      command: '“calendar-sync accounts” lists those that are connected.',
    });
  }
  return [account];
}

function requireMapping(store: Store, id: string): Mapping {
  const mapping = store.mappings.get(id);
  if (mapping === null) {
    throw new AppError('NOT_FOUND', `There is no mapping ${id} (any more).`, {
      command: '“calendar-sync mappings” lists those that exist.',
    });
  }
  return mapping;
}

/** A mapping's run covers its whole calendar: what was read of it concerns every mapping on it. */
function scopedMappings(
  store: Store,
  mappings: readonly MappingContext[],
  account: Account,
  options: SyncOptions,
): readonly MappingContext[] {
  const own = mappings.filter((context) => context.account.id === account.id);
  if (options.mappingId === undefined) return own;
  const calendar = store.mappings.calendarOf(options.mappingId);
  return own.filter((context) => context.calendar === calendar);
}

/** How one account's part of a run ended. */
interface AccountOutcome {
  readonly account: Account;
  readonly mappings: readonly MappingContext[];
  readonly error: AppError | null;
  /** Null when it did not come that far. */
  readonly context: AccountContext | null;
  readonly requests: () => AccountResult['requests'];
}

async function syncAccount(
  run: RunContext,
  ports: SyncPorts,
  account: Account,
  mappings: readonly MappingContext[],
  bookingsPulled: Shared<AccountConnection>,
): Promise<AccountOutcome> {
  let connection: AccountConnection | null = null;
  let context: AccountContext | null = null;
  let error: AppError | null = null;
  try {
    connection = await ports.connect(account, (retry) => logRetry(run, account, retry));
    const { provider, booking } = connection;
    context = { account, provider, booking, mappings, error: null, failures: 0 };
    await syncMappings(run, context, () => bookingsPulled.run(connection as AccountConnection));
    const unseen = unseenProblem(run, account, mappings);
    error = context.error ?? readOnlyProblem(mappings) ?? unseen ?? givenUpProblem(run, account);
  } catch (thrown) {
    error = run.signal.aborted ? stopped() : toAppError(thrown);
    logFailure(run, account, error);
  }
  noteOutcome(run, account, error);
  run.progress.finished(account.id);
  const requests = (): AccountResult['requests'] => connection?.requests() ?? { provider: 0, booking: 0 };
  return { account, mappings, error, context, requests };
}

/**
 * What is left when every account is through. Only now is dropped what was not sent: one account plans, and sends, for
 * the copies of its meetings in another, too.
 */
async function afterEverybody(
  run: RunContext,
  outcomes: readonly AccountOutcome[],
): Promise<readonly AccountOutcome[]> {
  const well = outcomes.flatMap(({ context, error }) =>
    context === null || error !== null ? [] : [context],
  );
  await settleCopies(run, well);
  for (const { mappings } of outcomes) dropPrepared(run, mappings);
  return outcomes.map((outcome) => {
    const error = outcome.error ?? outcome.context?.error ?? null;
    if (error !== outcome.error) noteOutcome(run, outcome.account, error);
    return { ...outcome, error };
  });
}

/** Written once every account is through: a copy of a meeting may have changed the count of another's mapping. */
function accountResult(
  run: RunContext,
  { account, mappings, error, requests }: AccountOutcome,
): AccountResult {
  return {
    accountId: account.id,
    provider: account.provider,
    ok: error === null,
    error: error === null ? null : { code: error.code, message: error.message },
    mappings: mappings.map((context) => mappingResult(run, context)),
    requests: requests(),
  };
}
