import type { AgentState } from '../../shared/domain/agent-state.ts';
import type { BookingChanged } from '../../shared/domain/push-event.ts';
import type { LastRun } from '../../shared/domain/snapshot.ts';
import type { SyncProgress } from '../../shared/domain/sync-progress.ts';
import type { SideResult, SyncResult } from '../../shared/domain/sync-result.ts';
import { AppError, type ErrorCode, toAppError } from '../../shared/rpc/errors.ts';
import type { EventStream, EventStreamOptions } from '../booking/event-stream.ts';
import { stopped } from '../engine/account-outcome.ts';
import type { Rounds, SyncOptions } from '../engine/sync-run.ts';
import { Turns } from '../engine/turns.ts';
import type { Clock, Log, Power, Random } from '../ports.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import type { RunOutcome } from '../schedule/timetable.ts';

/** What a run that somebody asks for is about. */
export type SyncScope = Pick<SyncOptions, 'accountId' | 'mappingId' | 'full'>;

/** Everything that happens without anybody asking. Hosts start it, stop it, and show what it says of itself. */
export interface Agent {
  /** Turns the timer on and syncs at once; resolves when that is arranged, not when it is done. */
  start(): Promise<void>;
  /** Turns it off. The write in progress is finished, the rest stays in the journal. */
  stop(): Promise<void>;
  /**
   * One run now, also while paused, and whatever earlier failures say. Where a run is under way it is the next one;
   * all who ask for the same meanwhile get that one.
   * @throws AppError PRECONDITION_FAILED, detail `not-ready`, without enrolment or accounts
   */
  syncNow(scope?: SyncScope): Promise<SyncResult>;
  /** Ends the run under way after the write in progress. */
  cancel(): void;
  /**
   * No unattended run until then (UTC instant), or with null until somebody resumes. Outlives the process.
   * @throws AppError INVALID_INPUT for what is no instant, or is past
   */
  pause(until: string | null): void;
  resume(): void;
  state(): AgentState;
  /** @returns unsubscribes */
  onChange(listener: (state: AgentState) => void): () => void;
}

/** Whoever remembers how the servers were. */
export interface NetworkNews {
  /** Requests under way wait for what is on another network. */
  disturbed(): void;
  /** There is a way out: what is remembered of servers that did not answer may be out of date. */
  reached(): void;
}

export interface AgentPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly power: Power;
  /** `attended`: somebody waits for it. */
  readonly run: (options: SyncOptions, attended: boolean) => Promise<SyncResult>;
  readonly network: NetworkNews;
  /** What is due now and then, whether anything is synced or not. */
  readonly upkeep: () => Promise<void>;
  /** Before the first unattended run; `onChange` is called when `intervalMs` changes. @returns unsubscribes */
  readonly prepare: (onChange: () => void) => Promise<() => void>;
  /** The earliest instant after `instant` at which a failed export is due again, or an answer to be carried out. */
  readonly retryAfter: (instant: Date) => Date | null;
  /** The last run on record. */
  readonly lastRun: () => SyncResult | null;
  readonly isReady: () => boolean;
  readonly intervalMs: () => number;
  /** Whether this is what the last run read, or what it wrote itself. */
  readonly isKnown: (change: BookingChanged) => boolean;
  /** Opens the way by which the booking system tells of changes. */
  readonly listen: (to: Pick<EventStreamOptions, 'onOpen' | 'onBookingChanged'>) => Promise<EventStream>;
  /** Where the pause is kept: see `AgentState.pausedUntil`. */
  readonly pause: { get(): string | null; set(until: string | null): void };
}

/** The agent as the program sees it. */
export interface OwnAgent extends Agent {
  /** A run with options of its own, in turn with all others. */
  run(options: SyncOptions): Promise<SyncResult>;
  /** Work that no run may overlap. A run that nobody waits for makes way; any other is waited for. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Somebody changed something that should not wait for the timer. */
  ask(): void;
  /** What `retryAfter` answers may have changed. */
  recheck(): void;
  /** A calendar said that it has changed. */
  noticed(): void;
  /** Who this device is to the booking system has changed. */
  reenrolled(): void;
}

/** How long the first run waits for the way by which changes are told. */
const LISTEN_FIRST_MS = 500;

/** Runs by timer, by push and for whoever asks, one at a time; nothing by itself before `start`. */
export function createAgent(ports: AgentPorts): OwnAgent {
  const { clock, log } = ports;
  const turns = new Turns();
  const listeners = new Set<(state: AgentState) => void>();
  /** Runs that were asked for and have not begun, by what they are about. */
  const waiting = new Map<string, Promise<SyncResult>>();
  let running: {
    readonly abort: AbortController;
    readonly attended: boolean;
    rounds?: Rounds;
  } | null = null;
  let progress: SyncProgress | null = null;
  let lastRun = summary(ports.lastRun());
  let offlineSince: string | null = null;
  let failingSince: string | null = null;
  let failures = 0;

  let stream: EventStream | null = null;
  let unsubscribe: () => void = () => undefined;
  /** Bookings that were said to have changed during the run under way. */
  const told = new Map<string, BookingChanged>();

  const scheduler = new Scheduler({
    clock,
    random: ports.random,
    log,
    power: ports.power,
    run: async () => outcomeOf(await attempt()),
    isRunning: () => running !== null,
    again: () => running?.rounds?.again() === true,
    isReady: ports.isReady,
    intervalMs: ports.intervalMs,
    retryAfter: ports.retryAfter,
    upkeep: ports.upkeep,
    pausedUntil,
    onSuspend: cancel,
    onDisturbed: () => {
      ports.network.disturbed();
      stream?.reconnect();
    },
    onChange: changed,
  });

  function pausedUntil(): number | null {
    const until = ports.pause.get();
    if (until === null) return null;
    if (until === 'resumed') return Number.POSITIVE_INFINITY;
    const at = Date.parse(until);
    return at > clock.now().getTime() ? at : null;
  }

  function state(): AgentState {
    const next = scheduler.nextAt();
    return {
      started: scheduler.started,
      running: running !== null,
      progress,
      nextRunAt: next === null ? null : new Date(next).toISOString(),
      pausedUntil: pausedUntil() === null ? null : ports.pause.get(),
      offlineSince,
      failingSince,
      failures,
      lastRun,
    };
  }

  function changed(): void {
    if (listeners.size === 0) return;
    const now = state();
    for (const listener of listeners) {
      try {
        listener(now);
      } catch (error) {
        log('warn', 'schedule', 'Whoever watches the agent failed', { error: String(error) });
      }
    }
  }

  async function perform(options: SyncOptions, attended: boolean): Promise<SyncResult> {
    const abort = new AbortController();
    const signal =
      options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
    const current: NonNullable<typeof running> = { abort, attended };
    running = current;
    changed();
    try {
      const onProgress = (said: SyncProgress): void => {
        options.onProgress?.(said);
        progress = said;
        changed();
      };
      const watched = options.onProgress !== undefined || listeners.size > 0;
      const onUnderWay = (rounds: Rounds): void => {
        current.rounds = rounds;
      };
      const onAccountDone = (): void => {
        if (current.rounds?.isOpen() !== true) return;
        lookAtTold();
        scheduler.recheck();
      };
      const result = await ports.run(
        { ...options, signal, onUnderWay, onAccountDone, ...(watched && { onProgress }) },
        attended,
      );
      if (!result.dryRun) noteResult(result, signal.aborted);
      return result;
    } finally {
      running = null;
      progress = null;
      lookAtTold();
      changed();
    }
  }

  /** An unattended run: a failure is part of what it tells. */
  async function attempt(): Promise<SyncResult | AppError> {
    try {
      return await turns.take(() => perform({}, false));
    } catch (thrown) {
      const error = toAppError(thrown);
      log('warn', 'schedule', error.message, { code: error.code });
      noteFailure(isOffline(error));
      return error;
    }
  }

  function noteResult(result: SyncResult, wasStopped: boolean): void {
    lastRun = summary(result);
    if (result.ok) {
      offlineSince = null;
      failingSince = null;
      failures = 0;
    } else if (!wasStopped) noteFailure(isOffline(result));
  }

  function noteFailure(offline: boolean): void {
    const at = clock.now().toISOString();
    failingSince ??= at;
    if (offline) offlineSince ??= at;
    else {
      offlineSince = null;
      failures += 1;
    }
  }

  function lookAtTold(): void {
    for (const change of told.values()) look(change);
    told.clear();
  }

  function look(change: BookingChanged): void {
    if (!ports.isKnown(change)) scheduler.ask('notice');
  }

  function cancel(): void {
    running?.abort.abort(stopped());
  }

  async function asked(options: SyncOptions): Promise<SyncResult> {
    const result = await perform(options, true);
    if (!result.dryRun) scheduler.ranMeanwhile(outcomeOf(result));
    return result;
  }

  return {
    state,
    cancel,
    run: (options) => turns.take(() => asked(options)),
    alone(work) {
      if (running?.attended === false) cancel();
      return turns.take(work);
    },
    ask: () => scheduler.ask('person'),
    recheck: () => scheduler.recheck(),
    noticed: () => scheduler.ask('notice'),
    async start() {
      if (stream !== null) return;
      const opened = await ports.listen({
        // What happened while nobody listened is read; what happens from now on is told.
        onOpen: () => {
          ports.network.reached();
          if (scheduler.started) scheduler.reached();
        },
        onBookingChanged: (change) => {
          // Our own changes are told as well, often before their answer is here.
          if (running === null || running.rounds?.isOpen() === true) look(change);
          else told.set(change.id, change);
        },
      });
      stream = opened;
      unsubscribe = await ports.prepare(() => scheduler.ranMeanwhile('through'));
      opened.start();
      // Listening first, so that nothing can change unseen between the first run and the first event.
      await Promise.race([opened.tried, clock.sleep(LISTEN_FIRST_MS)]);
      if (stream === opened) scheduler.start();
      changed();
    },
    async stop() {
      cancel();
      await stream?.stop();
      stream = null;
      unsubscribe();
      await scheduler.stop();
      // Whoever asked for a run gets it or its failure, before the database is closed.
      await turns.take(async () => undefined);
      changed();
    },
    reenrolled() {
      stream?.reconnect();
      scheduler.ask('person');
    },
    syncNow(scope = {}) {
      const about = JSON.stringify([scope.accountId, scope.mappingId, scope.full === true]);
      const next =
        waiting.get(about) ??
        turns.take(() => {
          waiting.delete(about);
          return asked(scope);
        });
      waiting.set(about, next);
      return next;
    },
    pause(until) {
      ports.pause.set(until === null ? 'resumed' : instantAhead(until, clock.now()));
      if (running?.attended === false) cancel();
      scheduler.recheck();
    },
    resume() {
      ports.pause.set(null);
      scheduler.ask('person');
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function instantAhead(text: string, now: Date): string {
  const at = Date.parse(text);
  if (Number.isNaN(at) || at <= now.getTime()) {
    throw new AppError('INVALID_INPUT', 'That is no time to pause until. Choose one that is still to come.');
  }
  return new Date(at).toISOString();
}

/** Trouble of others that ends by itself, perhaps in a moment: looked after sooner than by the timer. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['OFFLINE', 'PROVIDER_ERROR', 'RATE_LIMITED']);

function outcomeOf(ended: SyncResult | AppError): RunOutcome {
  if (ended instanceof Error) return PASSING.has(ended.code) ? 'outage' : 'through';
  const isOutage = ended.accounts.some(({ error }) => error !== null && PASSING.has(error.code));
  if (!isOutage) return 'through';
  const asked = ended.accounts.some(({ requests }) => requests.provider + requests.booking > 0);
  return asked ? 'outage' : 'unasked';
}

/** Whether nothing at all has answered. */
function isOffline(outcome: SyncResult | AppError): boolean {
  if (outcome instanceof Error) return outcome.code === 'OFFLINE';
  return outcome.accounts.length > 0 && outcome.accounts.every(({ error }) => error?.code === 'OFFLINE');
}

function summary(result: SyncResult | null): LastRun | null {
  if (result === null) return null;
  const { runId, startedAt, finishedAt, ok, accounts } = result;
  const sides = accounts.flatMap(({ mappings }) =>
    mappings.flatMap(({ imported, exported }) => [imported, exported]),
  );
  const sum = (of: (side: SideResult) => number): number => sides.reduce((all, side) => all + of(side), 0);
  return {
    runId,
    startedAt,
    finishedAt,
    ok,
    added: sum(({ created }) => created),
    changed: sum(({ updated }) => updated),
    removed: sum(({ deleted }) => deleted),
  };
}
