import type { Account } from '../../shared/domain/account.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { logFailure } from './account-outcome.ts';
import type { MappingContext, RunContext } from './context.ts';

/**
 * Remembers that the booking system shows this device nothing of a technician, which concerns the mappings of that one
 * alone. Whatever else went wrong is thrown on.
 */
export function noteUnseen(run: RunContext, technicianId: string, thrown: unknown): void {
  const isRefusal =
    thrown instanceof AppError &&
    thrown.party === 'booking-system' &&
    (thrown.code === 'NOT_FOUND' || thrown.code === 'PERMISSION_DENIED');
  if (!isRefusal) throw thrown;
  run.unseen.set(
    technicianId,
    new AppError(
      thrown.code,
      `The booking system shows this device nothing of technician ${technicianId}. Choose another one for the mapping, or ask dispatch for access.`,
      { cause: thrown, party: 'booking-system', ...(thrown.detail !== null && { detail: thrown.detail }) },
    ),
  );
}

/** What is wrong with an account one of whose mappings is for somebody that this device may not see. */
export function unseenProblem(
  run: RunContext,
  account: Account,
  mappings: readonly MappingContext[],
): AppError | null {
  for (const { mapping } of mappings) {
    const problem = run.unseen.get(mapping.technicianId);
    if (problem === undefined) continue;
    logFailure(run, account, problem);
    return problem;
  }
  return null;
}
