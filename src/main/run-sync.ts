import type { Account } from '../shared/domain/account.ts';
import type { SyncResult } from '../shared/domain/sync-result.ts';
import { AppError, toAppError } from '../shared/rpc/errors.ts';
import type { Connections, WayOut } from './accounts/connections.ts';
import type { AppPorts } from './app-contract.ts';
import { ofBookingSystem } from './booking/booking-error.ts';
import type { SyncOptions } from './engine/sync-run.ts';
import type { Enrolment } from './enrolment.ts';
import type { Lines } from './schedule/lines.ts';
import { copyInMemory } from './store/connection.ts';
import { createStore, type Store } from './store/store.ts';

/**
 * One run over what is connected here, or over a copy of the database that is thrown away.
 * @param prepare what has to happen before the calendars of an account are read
 * @throws AppError PRECONDITION_FAILED, detail `not-ready`, without enrolment or accounts
 */
export async function sync(
  ports: AppPorts,
  store: Store,
  enrolment: Enrolment,
  connections: Connections,
  lines: Lines,
  options: SyncOptions,
  prepare: (account: Account) => Promise<void> = async () => undefined,
): Promise<SyncResult> {
  requireReady(store, enrolment);
  // Not to know what the booking system can do is each account's failure, not the run's.
  const out = { fetch: lines.fetch('booking', options.unattended === true) };
  const identity = await enrolment.identity(out).catch((thrown) => ofBookingSystem(toAppError(thrown)));
  const { syncRun } = await import('./engine/sync-run.ts');
  // A dry run is a real run on a copy that stops before it writes: it cannot disagree with the real one.
  const target = options.dryRun === true ? createStore(copyInMemory(store.db)) : store;
  const run = syncRun(
    {
      store: target,
      clock: ports.clock,
      random: ports.random,
      log: ports.log,
      canReschedule: !(identity instanceof AppError) && identity.capabilities.reschedule,
      subjects: await connections.subjects(),
      connect: async (account, onRetry) => {
        if (identity instanceof AppError) throw identity;
        if (options.dryRun !== true) await prepare(account);
        const wayOut = (service: string): WayOut => ({
          fetch: lines.fetch(service, options.unattended === true),
          note: (url, answer) => lines.noteWithin(service, url, answer),
        });
        return connections.connect(account, onRetry, wayOut, options.signal);
      },
    },
    options,
  );
  return target === store ? run : run.finally(() => target.db.close());
}

/** @throws AppError PRECONDITION_FAILED, detail `not-ready`, without enrolment or accounts */
export function requireReady(store: Store, enrolment: Enrolment): void {
  if (!enrolment.isEnrolled()) {
    throw new AppError(
      'PRECONDITION_FAILED',
      'This device is not enrolled yet. Enrol it with the code from dispatch.',
      { detail: 'not-ready', command: '“calendar-sync enrol --url URL --code CODE” does that.' },
    );
  }
  if (store.accounts.list().length === 0) {
    throw new AppError('PRECONDITION_FAILED', 'No calendar is connected yet. Connect one first.', {
      detail: 'not-ready',
      command: '“calendar-sync connect google” connects one.',
    });
  }
}
