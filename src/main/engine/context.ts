import type { Account } from '../../shared/domain/account.ts';
import type { Discrepancy } from '../../shared/domain/discrepancy.ts';
import type { Mapping } from '../../shared/domain/mapping.ts';
import type { AppError } from '../../shared/rpc/errors.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import type { Store } from '../store/store.ts';
import type { ImportMapping } from './planner/import-plan.ts';
import type { Progress } from './progress.ts';
import type { Tally } from './tally.ts';
import type { Turns } from './turns.ts';

/** One run: what all its parts share. */
export interface RunContext {
  readonly runId: string;
  readonly startedAt: Date;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Plan only: nothing leaves but reading requests. */
  readonly dryRun: boolean;
  /** List everything afresh, whatever the cursors say. */
  readonly full: boolean;
  /** Nobody waits for it: what failed lately is left until it is due again. */
  readonly unattended: boolean;
  /** The booking system accepts proposals from this device. */
  readonly canReschedule: boolean;
  /** What it is to put right beside what has changed. */
  readonly repair?: Repair;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Every enabled mapping, in the run's scope or not: copies of a meeting concern all of them. */
  readonly mappings: readonly MappingContext[];
  /** One account at a time sends busy blocks: copies of a meeting are planned by any of them. */
  readonly blockTurns: Turns;
  /** Busy blocks that the booking system wants to be sent later in this run, by their links. */
  readonly postponed: Map<number, PostponedBlock>;
  /** Some could not be sent, now or lately, and are due again later: no deletion of a block goes before them. */
  blocksPutOff: boolean;
  /** Links whose operation failed in this run: tried again in the next, not in a loop. */
  readonly failed: Set<number>;
  /** Links whose deletion waits for a person. */
  readonly held: Set<number>;
  /** Technicians of whom the booking system shows this device nothing, and what it said. */
  readonly unseen: Map<string, AppError>;
  /** How often a link's precondition failed in this run. */
  readonly contested: Map<number, number>;
}

/** A repair as part of a run. */
export interface Repair {
  /** Also carries out deletions that are unusually many. */
  readonly release: boolean;
  readonly found: Discrepancy[];
}

export interface AccountContext {
  readonly account: Account;
  readonly provider: CalendarProvider;
  readonly booking: BookingApi;
  /** Those that can be synced. */
  mappings: readonly MappingContext[];
  /** The first failure of a single operation: the run goes on, but does not say that all is well. */
  error: AppError | null;
  /** Operations that failed in this run. */
  failures: number;
}

export interface MappingContext {
  readonly mapping: Mapping;
  readonly account: Account;
  /** Row of the `calendar` table. */
  readonly calendar: number;
  readonly importing: ImportMapping;
  readonly tally: Tally;
  /** The account granted write access, so that a writing mapping may write. */
  readonly mayWrite: boolean;
}

/** One item of a batch of busy blocks, which the booking system wants to be sent later. */
export interface PostponedBlock {
  readonly account: AccountContext;
  readonly context: MappingContext;
  readonly entry: JournalRow;
  readonly error: AppError;
}
