import type { AgentState } from '../../shared/domain/agent-state.ts';
import type { OverallState, Snapshot } from '../../shared/domain/snapshot.ts';
import type { SyncResult } from '../../shared/domain/sync-result.ts';
import type { AppSnapshot } from '../app-contract.ts';
import type { Enrolment } from '../enrolment.ts';
import type { Store } from '../store/store.ts';
import { maintenanceOf } from '../unattended/upkeep.ts';

/** What only the process that owns the data directory knows. */
export type Unattended = Pick<
  AgentState,
  'running' | 'progress' | 'nextRunAt' | 'pausedUntil' | 'offlineSince' | 'failingSince'
>;

/** Nothing runs here, as far as can be told. */
export const NOTHING_RUNS: Unattended = {
  running: false,
  progress: null,
  nextRunAt: null,
  pausedUntil: null,
  offlineSince: null,
  failingSince: null,
};

/** How everything stands, from the database and from what runs. */
export function snapshotOf(
  store: Store,
  enrolment: Enrolment,
  { running, ...unattended }: Unattended,
): AppSnapshot {
  const maintenance = maintenanceOf(store);
  const facts = {
    enrolled: enrolment.isEnrolled(),
    technician: enrolment.known(),
    bookingSystem: enrolment.knownHost(),
    accounts: store.accounts.list(),
    mappings: store.mappings.list().map((mapping) => ({ ...mapping, mappingId: mapping.id })),
    ...unattended,
    lastRun: lastRun(store),
    conflicts: store.conflicts.openCount(),
    holds: store.holds.open().length,
    ...(maintenance.damaged || maintenance.discrepancies > 0 ? { maintenance } : {}),
  };
  return { ...facts, state: overallState(facts, running) };
}

/** The first that applies is what a person should know first. */
function overallState(facts: Omit<AppSnapshot, 'state'>, running: boolean): OverallState {
  if (!facts.enrolled) return 'not-enrolled';
  if (facts.accounts.length === 0) return 'no-accounts';
  if (running) return 'syncing';
  if (facts.maintenance?.damaged === true) return 'error';
  if (facts.pausedUntil !== null) return 'paused';
  if (facts.offlineSince !== null) return 'offline';
  if (facts.accounts.some(({ state }) => state === 'needs-sign-in')) return 'needs-sign-in';
  if (facts.accounts.some(({ error }) => error !== null)) return 'error';
  return facts.conflicts + facts.holds > 0 ? 'attention' : 'up-to-date';
}

function lastRun(store: Store): Snapshot['lastRun'] {
  const last = store.runs.last();
  if (last === null) return null;
  const { id: runId, startedAt, finishedAt, ok } = last;
  return { runId, startedAt, finishedAt: finishedAt ?? startedAt, ok: ok ?? false, ...changes(last.result) };
}

/** What a run did, over all accounts. `result` is our own record of it. */
function changes(result: unknown): { added: number; changed: number; removed: number } {
  const accounts = (result as Partial<SyncResult> | null)?.accounts ?? [];
  const sides = accounts.flatMap(({ mappings }) =>
    mappings.flatMap(({ imported, exported }) => [imported, exported]),
  );
  const sum = (of: (side: (typeof sides)[number]) => number): number =>
    sides.reduce((total, side) => total + of(side), 0);
  return {
    added: sum(({ created }) => created),
    changed: sum(({ updated }) => updated),
    removed: sum(({ deleted }) => deleted),
  };
}
