import type { Account } from '../../shared/domain/account.ts';
import { writesEvents } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { MappingContext, RunContext } from './context.ts';
import { logEntry } from './log-entry.ts';

/** Told before a request is tried again. */
export type RetryNote = (retry: {
  readonly to: 'provider' | 'booking';
  readonly url: string;
  readonly method: string;
  readonly attempt: number;
  readonly status: number | null;
  readonly waitMs: number;
}) => void;

export function readOnlyProblem(mappings: readonly MappingContext[]): AppError | null {
  const blocked = mappings.find(({ mapping, mayWrite }) => writesEvents(mapping.direction) && !mayWrite);
  if (blocked === undefined) return null;
  return new AppError(
    'PERMISSION_DENIED',
    `${blocked.account.email} was connected for reading only, but mapping ${blocked.mapping.id} writes to it. Connect the account again without “read only”.`,
  );
}

/** Somebody asked the run to stop; the write in progress was finished, the rest is planned again. */
export function stopped(): AppError {
  return new AppError(
    'INTERNAL',
    'The sync was stopped before it was done. The next one goes on from there.',
    {
      detail: 'stopped',
    },
  );
}

export function noteOutcome(run: RunContext, account: Account, error: AppError | null): void {
  // A run that was asked for, or began before, does not end the pause.
  const isPaused = run.store.accounts.get(account.id)?.state === 'paused';
  if (error === null) {
    run.store.accounts.update(account.id, {
      state: isPaused ? 'paused' : 'connected',
      error: null,
      lastSyncedAt: run.clock.now().toISOString(),
    });
    return;
  }
  run.store.accounts.update(account.id, {
    state: isPaused ? 'paused' : stateAfter(account, error),
    error: { code: error.code, message: error.message },
  });
}

/** Being offline, or what the booking system refuses, is no fault of the account. */
function stateAfter(account: Account, error: AppError): Account['state'] {
  if (error.detail === 'stopped') return account.state;
  if (error.party === 'booking-system')
    return account.state === 'needs-sign-in' ? 'connected' : account.state;
  if (error.code === 'AUTH_EXPIRED') return 'needs-sign-in';
  return error.code === 'OFFLINE' ? account.state : 'error';
}

export function logFailure(run: RunContext, account: Account, error: AppError): void {
  // What nobody foresaw is a fault of the program; all else is how the world is.
  const level = error.code === 'INTERNAL' && error.detail === null ? 'error' : 'warn';
  run.log(level, 'sync', error.message, {
    accountId: account.id,
    code: error.code,
    detail: error.detail,
    ...(level === 'error' && { error }),
  });
  run.store.syncLog.append({
    ...logEntry(run, null, { direction: null, operation: 'sync', status: 'error', message: error.message }),
    accountId: account.id,
    provider: account.provider,
    code: error.code,
    payload: error.detail,
  });
}

export function logRetry(run: RunContext, account: Account, retry: Parameters<RetryNote>[0]): void {
  const whom = retry.to === 'booking' ? 'The booking system' : 'The calendar';
  const what = retry.status === null ? 'did not answer' : `answered ${retry.status}`;
  const message = `${whom} ${what}: trying again in ${Math.ceil(retry.waitMs / 1000)} s.`;
  run.store.syncLog.append({
    ...logEntry(run, null, { direction: null, operation: 'request', status: 'retry', message }),
    accountId: account.id,
    provider: account.provider,
    attempt: retry.attempt,
    payload: { method: retry.method, url: retry.url, status: retry.status },
  });
}
