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
import { type AdoptedBlocks, adoptBlocks, planOrphanBlocks } from './adopt-blocks.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { planDecisions } from './decisions.ts';
import { judgeDisappearances, proveBookings, proveEvents } from './disappearances.ts';
import { drop } from './drop-entry.ts';
import { executeBlocks } from './execute-blocks.ts';
import { executeEvents } from './execute-events.ts';
import { executeProposals } from './execute-proposals.ts';
import { givenUpProblem } from './failed-exports.ts';
import { planExports } from './plan-exports.ts';
import { planImports } from './plan-imports.ts';
import { importMapping } from './planner/import-plan.ts';
import { type OnProgress, Progress } from './progress.ts';
import { pullBookings } from './pull-bookings.ts';
import { isListedAfresh, pullCalendar } from './pull-calendar.ts';
import { recover } from './recover.ts';
import { prepareRepair } from './repair.ts';
import { mappingResult, plannedOperations, tallyPlanned } from './run-report.ts';
import { settleCopies } from './settle-copies.ts';
import { newTally } from './tally.ts';
import { Turns } from './turns.ts';
import { unseenProblem } from './unseen-technicians.ts';

/** An answer may lead to a further plan (a proposal accepted, an id taken); more than this often is a loop. */
const MAX_PASSES = 30;

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
    failed: new Set(),
    held: new Set(),
    contested: new Map(),
    unseen: new Map(),
  };
  store.runs.start(runId, startedAt);

  const scope = inScope(store, [...accounts.values()], options);
  const bookingsPulled = new Shared((connection: AccountConnection) => pullBookings(run, connection.booking));
  const ended = await Promise.all(
    scope.map((account) =>
      syncAccount(run, ports, account, scopedMappings(store, mappings, account, options), bookingsPulled),
    ),
  );
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
    throw new AppError(
      'NOT_FOUND',
      `There is no account ${wanted}. “accounts” lists those that are connected.`,
    );
  }
  return [account];
}

function requireMapping(store: Store, id: string): Mapping {
  const mapping = store.mappings.get(id);
  if (mapping === null) {
    throw new AppError('NOT_FOUND', `There is no mapping ${id}. “mappings” lists those that exist.`);
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

async function syncMappings(
  run: RunContext,
  account: AccountContext,
  pullSharedBookings: () => Promise<void>,
): Promise<void> {
  if (account.mappings.length === 0) return;
  if (!run.dryRun) await recover(run, account);
  await pullSharedBookings();
  const calendars = await pullCalendars(run, account);
  noteRead(run, account);
  if (run.repair !== undefined) prepareRepair(run, account, run.repair);
  let written = 0;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    await prove(run, account, calendars);
    plan(run, account, calendars);
    if (run.dryRun) return;
    expectOperations(run, account);
    const proposed = await executeProposals(run, account);
    const events = await executeEvents(run, account);
    const sent = await executeBlocks(run, account);
    written += events;
    if (proposed + events + sent === 0) break;
  }
  if (written > 0 && account.provider.capabilities.readAfterWrite === true) {
    await readOnwards(run, account, calendars);
  }
  for (const { calendar } of calendars) run.store.calendars.sweep(calendar);
  for (const { mapping } of account.mappings) {
    run.store.conflicts.settleAnswered(mapping.id, run.clock.now().toISOString());
  }
}

/** Tells whoever watches how much this pass has to send. */
function expectOperations(run: RunContext, { mappings }: AccountContext): void {
  if (!run.progress.isWatched) return;
  for (const { account, mapping } of mappings) {
    run.progress.expect(account.id, mapping.id, run.store.journal.countPrepared(mapping.id));
  }
}

/** Its busy times can be trusted, unless the run was about one of its calendars only. */
function noteRead(run: RunContext, { account, mappings }: AccountContext): void {
  const all = run.mappings.filter((context) => context.account.id === account.id);
  if (all.length === mappings.length) run.store.health.noteRead(account.id, run.clock.now().toISOString());
}

/** One calendar in this run: its mappings, and what was found out about it. */
interface CalendarRun {
  readonly calendar: number;
  readonly mappings: readonly MappingContext[];
  /** Its listing was complete and has not been judged yet: what it does not show may be believed gone. */
  complete: boolean;
  /** Blocks found in the booking system, of mappings that had not looked before. */
  readonly adopted: Map<MappingContext, AdoptedBlocks>;
}

async function pullCalendars(run: RunContext, account: AccountContext): Promise<readonly CalendarRun[]> {
  const byCalendar = Map.groupBy(account.mappings, (context) => context.calendar);
  const calendars: CalendarRun[] = [];
  for (const [calendar, mappings] of byCalendar) {
    const adopted = new Map<MappingContext, AdoptedBlocks>();
    const afresh = isListedAfresh(run, calendar, mappings);
    for (const context of mappings) {
      const blocks = await adoptBlocks(run, account.booking, context, afresh);
      if (blocks !== null) adopted.set(context, blocks);
    }
    const { complete } = await pullCalendar(run, account.provider, calendar, mappings);
    calendars.push({ calendar, mappings, complete, adopted });
  }
  return calendars;
}

/**
 * Moves the cursors past what this run has written: a service that compares states tells nothing of an event that came
 * and went between two of them. What people have changed meanwhile is planned by the next run.
 */
async function readOnwards(
  run: RunContext,
  { provider }: AccountContext,
  calendars: readonly CalendarRun[],
): Promise<void> {
  for (const { calendar, mappings } of calendars) {
    // Without a cursor the next run is to list everything, since deletions are held.
    if (run.store.calendars.position(calendar).cursor === null) continue;
    await pullCalendar({ ...run, full: false }, provider, calendar, mappings);
  }
}

async function prove(
  run: RunContext,
  account: AccountContext,
  calendars: readonly CalendarRun[],
): Promise<void> {
  for (const context of account.mappings) judgeDisappearances(run, context);
  for (const { calendar, mappings, complete } of calendars) {
    await proveEvents(run, account.provider, calendar, mappings, complete);
  }
  await proveBookings(run, account.booking, account.mappings);
}

function plan(run: RunContext, account: AccountContext, calendars: readonly CalendarRun[]): void {
  for (const context of account.mappings) {
    if (context.mayWrite) {
      planDecisions(run, context, account.provider);
      planExports(run, context, account.provider);
    }
    planImports(run, context);
  }
  for (const calendar of calendars) {
    for (const [context, blocks] of calendar.adopted) {
      if (calendar.complete) planOrphanBlocks(run, context, blocks);
    }
    calendar.adopted.clear();
    calendar.complete = false;
  }
}

/** What was planned but never left is planned again by the next run. A dry run keeps it, to be listed. */
function dropPrepared(run: RunContext, mappings: readonly MappingContext[]): void {
  if (run.dryRun) return;
  run.store.transaction(() => {
    for (const context of mappings) {
      for (const entry of run.store.journal.allPrepared(context.mapping.id)) drop(run, context, entry);
    }
  });
}
