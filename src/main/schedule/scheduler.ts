import type { Clock, Log, Power, PowerChange, Random } from '../ports.ts';
import {
  after,
  dueAt,
  newTimetable,
  type RunOutcome,
  type Timetable,
  type TimetableEvent,
} from './timetable.ts';

/**
 * The longest single sleep. Timers do not run while a machine sleeps, so that one of ten minutes would end long after
 * it woke up; and a sleep that took much longer than it should is how waking up shows where nobody tells.
 */
const SLICE_MS = 60_000;
/** A slice that took this much longer was slept through. */
const SLEPT_MS = 60_000;
/** Longer than the time between two polls, so that no poll is ever late enough. */
const UPKEEP_INTERVALS = 1.5;

export interface SchedulerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly power: Power;
  /** One unattended run. */
  readonly run: () => Promise<RunOutcome>;
  /** Whether a run is under way, whoever began it. */
  readonly isRunning: () => boolean;
  /** Has those accounts look once more that are through in the run under way; false where that is no use yet. */
  readonly again: () => boolean;
  /** Whether there is anything to sync. */
  readonly isReady: () => boolean;
  readonly intervalMs: () => number;
  /** The earliest instant after `instant` at which a failed operation is due again, or an answer to be carried out. */
  readonly retryAfter: (instant: Date) => Date | null;
  /** What is due now and then; runs see to it themselves. */
  readonly upkeep: () => Promise<void>;
  /** Until when nothing runs: a UTC instant, Infinity, or null. */
  readonly pausedUntil: () => number | null;
  /** The machine is about to sleep: what runs should come to its end. */
  readonly onSuspend: () => void;
  /** Connections of before are no use: the machine slept, or is on another network. */
  readonly onDisturbed: () => void;
  /** What `nextAt` answers may have changed. */
  readonly onChange: () => void;
}

/**
 * Starts unattended runs when they are due: by the timer, when asked, after a failure, after sleep. One at a time; what is
 * due meanwhile is done by those accounts of the run under way that are through.
 */
export class Scheduler {
  readonly #ports: SchedulerPorts;
  #timetable: Timetable;
  #stopping: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** The run that this has begun. */
  #run: Promise<void> | null = null;
  #awake = new AbortController();
  #lookedAfterAt: number;
  #unsubscribe: () => void = () => undefined;

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
    this.#timetable = newTimetable(this.#now());
    this.#lookedAfterAt = this.#now();
  }

  get started(): boolean {
    return this.#stopping !== null;
  }

  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#timetable = newTimetable(this.#now());
    this.#unsubscribe = this.#ports.power.onChange((change) => this.#powerChanged(change));
    this.#ended = this.#drive(stopping.signal);
  }

  /** Starts nothing any more, and waits for the run under way. */
  async stop(): Promise<void> {
    this.#stopping?.abort(new Error('The scheduler was stopped'));
    this.#stopping = null;
    this.#unsubscribe();
    this.recheck();
    await this.#ended;
  }

  /** Something has changed that should not wait for the timer. */
  ask(by: 'person' | 'notice'): void {
    this.#note({ kind: 'asked', by });
  }

  /** A server was not there, and is again: what that held up should not wait. */
  reached(): void {
    this.#note({ kind: 'reached' });
  }

  /** Whatever the ports answer may have changed. */
  recheck(): void {
    this.#awake.abort(WOKEN);
    this.#awake = new AbortController();
    this.#ports.onChange();
  }

  /** A run was made outside the timetable: the timer begins anew. */
  ranMeanwhile(outcome: RunOutcome): void {
    const intervalMs = this.#ports.intervalMs();
    this.#lookedAfterAt = this.#now();
    this.#note({ kind: 'ended', outcome, intervalMs, unit: this.#ports.random.unit() });
  }

  /** When the next run is due: milliseconds since the epoch, or null while nothing is planned. */
  nextAt(): number | null {
    const { pausedUntil, isReady, retryAfter } = this.#ports;
    const paused = pausedUntil();
    if (!this.started || !isReady() || paused === Number.POSITIVE_INFINITY) return null;
    // What was due before the last run was in it, or waits for something else.
    const lastStart = new Date(Math.max(0, this.#timetable.lastStart));
    const due = dueAt(this.#timetable, retryAfter(lastStart)?.getTime() ?? null);
    return paused === null ? due : Math.max(due, paused);
  }

  async #drive(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.nextAt();
      const left = next === null || !this.#ports.power.isOnline() ? SLICE_MS : next - this.#now();
      if (left > 0) await this.#sleep(Math.min(left, SLICE_MS));
      else if (this.#run === null && !this.#ports.isRunning()) this.#run = this.#runOnce();
      else if (this.#ports.again()) this.#noteStart();
      // Woken when an account is through, or the run.
      else await this.#sleep(SLICE_MS);
      if (!signal.aborted && this.#run === null) await this.#lookAfter();
    }
    await this.#run;
  }

  #noteStart(): void {
    const intervalMs = this.#ports.intervalMs();
    this.#timetable = after(this.#timetable, { kind: 'started', intervalMs }, this.#now());
  }

  async #runOnce(): Promise<void> {
    this.#noteStart();
    try {
      this.ranMeanwhile(await this.#ports.run());
    } catch (error) {
      this.#ports.log('error', 'schedule', 'A run failed in an unforeseen way', { error });
      this.ranMeanwhile('through');
    } finally {
      this.#run = null;
      this.recheck();
    }
  }

  /** While nothing runs, such as in a long pause, somebody must still look after things. */
  async #lookAfter(): Promise<void> {
    const now = this.#now();
    if (now - this.#lookedAfterAt < UPKEEP_INTERVALS * this.#ports.intervalMs()) return;
    this.#lookedAfterAt = now;
    try {
      await this.#ports.upkeep();
      this.#ports.onChange();
    } catch (error) {
      this.#ports.log('error', 'schedule', 'The upkeep failed', { error });
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    const before = this.#now();
    const { signal } = this.#awake;
    try {
      await this.#ports.clock.sleep(milliseconds, signal);
    } catch {
      return;
    }
    const passed = this.#now() - before;
    if (passed > milliseconds + SLEPT_MS || passed < -SLEPT_MS) this.#powerChanged('resume');
  }

  #powerChanged(change: PowerChange): void {
    this.#ports.log('info', 'schedule', `The machine reports: ${change}`);
    switch (change) {
      case 'suspend':
        this.#ports.onSuspend();
        break;
      case 'offline':
        this.recheck();
        break;
      case 'resume':
      case 'online':
        this.#ports.onDisturbed();
        this.#lookedAfterAt = this.#now();
        this.#note({ kind: 'disturbed', unit: this.#ports.random.unit() });
    }
  }

  #note(event: TimetableEvent): void {
    this.#timetable = after(this.#timetable, event, this.#now());
    this.recheck();
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

const WOKEN = new Error('There is something to look at');
